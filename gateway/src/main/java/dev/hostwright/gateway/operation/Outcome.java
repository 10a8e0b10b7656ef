package dev.hostwright.gateway.operation;

import dev.hostwright.gateway.problem.Problem;
import java.time.Duration;
import java.util.Optional;

/** What a service's answer to the request of one step means. */
public sealed interface Outcome {

    /**
     * It is as the request wanted it to be.
     *
     * @param result what the service says about it, as JSON without passwords; empty for what is gone
     */
    record Done(Optional<String> result) implements Outcome {}

    /** The service will never do it, and did not. */
    record Refused(Problem why) implements Outcome {}

    /**
     * Nobody knows whether it was done: ask again, and undo it when giving up.
     *
     * @param retryAfter what the service asked for
     */
    record Unknown(Problem why, Optional<Duration> retryAfter) implements Outcome {}

    /** An outcome, and the step it is the outcome of. */
    record Answer(Part part, Outcome outcome) {}
}
