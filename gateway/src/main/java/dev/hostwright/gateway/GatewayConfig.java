package dev.hostwright.gateway;

import io.smallrye.config.ConfigMapping;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What an operator sets; the environment variables and defaults are in {@code application.properties}. */
@ConfigMapping(prefix = "gateway")
public interface GatewayConfig {

    /** 32 bytes as base64: seals passwords until their operation is done. */
    String secretKey();

    /** Keys of before, which still open what they sealed. */
    Optional<List<String>> oldSecretKeys();

    /** Operations at work at the same time in this process. */
    int workers();

    /** A worker that is silent for so long is taken for dead. */
    Duration lease();

    /** How often due rows are looked for. */
    Duration sweepEvery();

    /** How often the leases of what is at work are renewed. */
    Duration renewEvery();

    /** An operation that is not done by then is rolled back. */
    Duration deadline();

    /** A step is sent so often before its operation is rolled back. */
    int attempts();

    /**
     * A service that has not answered by then is not waited for any longer, but for 250 ms for each mailbox that is
     * made; less than half of the lease, which is renewed meanwhile.
     */
    Duration callTimeout();

    /** The longest first wait before a step is sent again; each wait may be twice the one before. */
    Duration firstDelay();

    /** What a wait grows to on the way forward. */
    Duration longestDelay();

    /** What a wait grows to when deleting. */
    Duration longestUndoDelay();

    /** Deleting that takes longer is shown as {@code attention}. */
    Duration attentionAfter();

    /** How long the same Idempotency-Key gives the same answer. */
    Duration idempotencyKeyLife();

    /** Event streams that may be open at the same time in this process; one more is refused for now. */
    int streams();

    /** For tests only: the process ends itself, as if killed, when an operation first reaches this point. */
    Optional<HaltPoint> haltAt();

    /** Where a test may end the process. */
    enum HaltPoint {
        /** The operation is committed, and nobody was told. */
        AFTER_INTAKE_COMMIT,
        /** A worker has claimed it, with the steps that it is about to send; nothing is sent. */
        AFTER_CLAIM,
        /** Requests are on their way to the services. */
        AFTER_FIRST_STEP_STARTED,
        /** A service has answered, and that is not stored. */
        AFTER_FIRST_ANSWER,
        /** All is done, or undone, and that is not stored. */
        BEFORE_FINISH
    }

    /** Ends the process like {@code kill -9}, if a test wants it here. */
    default void reached(HaltPoint point) {
        if (haltAt().filter(point::equals).isPresent()) {
            Runtime.getRuntime().halt(137);
        }
    }
}
