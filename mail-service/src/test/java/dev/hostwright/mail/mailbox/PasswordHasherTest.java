package dev.hostwright.mail.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostwright.mail.MailConfig;
import dev.hostwright.mail.problem.Fault;
import dev.hostwright.mail.problem.FaultException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class PasswordHasherTest {

    private static final Duration ENOUGH = Duration.ofSeconds(30);

    @Test
    void aHashIsInDovecotsFormAndMatchesItsPasswordOnly() {
        PasswordHasher hasher = hasher(2, 8);
        Password password = Password.parse("EmailPass123!");

        PasswordHash hash = hasher.hash(password).await().atMost(ENOUGH);

        assertThat(hash.value())
                .matches("\\{BLF-CRYPT}\\$2a\\$10\\$[./A-Za-z0-9]{53}")
                .hasSize(71);
        assertThat(hasher.matches(hash, password).await().atMost(ENOUGH)).isTrue();
        assertThat(hasher.matches(hash, Password.parse("EmailPass123?")).await().atMost(ENOUGH))
                .isFalse();
    }

    @Test
    void theSamePasswordIsNeverHashedToTheSameTwice() {
        PasswordHasher hasher = hasher(2, 8);
        Password password = Password.parse("EmailPass123!");

        PasswordHash one = hasher.hash(password).await().atMost(ENOUGH);
        PasswordHash other = hasher.hash(password).await().atMost(ENOUGH);

        assertThat(one).isNotEqualTo(other);
    }

    @Test
    void hashingIsDoneOnItsOwnThreads() {
        AtomicReference<String> thread = new AtomicReference<>("");

        hasher(1, 8)
                .hash(Password.parse("EmailPass123!"))
                .invoke(() -> thread.set(Thread.currentThread().getName()))
                .await()
                .atMost(ENOUGH);

        assertThat(thread.get()).startsWith(PasswordHasher.THREAD_NAME);
    }

    @Test
    void whoFindsTheQueueFullIsToldToComeAgain() {
        PasswordHasher hasher = hasher(1, 1);
        Password password = Password.parse("EmailPass123!");
        List<CompletableFuture<PasswordHash>> asked = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            asked.add(hasher.hash(password).subscribeAsCompletionStage());
        }

        List<CompletableFuture<PasswordHash>> shed = asked.stream()
                .filter(CompletableFuture::isCompletedExceptionally)
                .toList();

        assertThat(shed).isNotEmpty().allSatisfy(one -> assertThatThrownBy(one::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(FaultException.class, e -> assertThat(e.fault())
                        .isInstanceOfSatisfying(Fault.Unavailable.class, fault -> assertThat(fault.retryAfterSeconds())
                                .isPositive())));
        asked.stream()
                .filter(one -> !shed.contains(one))
                .forEach(one -> assertThat(one.join().value()).startsWith("{BLF-CRYPT}"));
    }

    @Test
    void aPasswordMadeHereIsLongAndNeverTheSame() {
        PasswordHasher hasher = hasher(1, 1);

        String one = hasher.make().reveal();
        String other = hasher.make().reveal();

        assertThat(one).hasSizeGreaterThanOrEqualTo(24).matches("[A-Za-z0-9]+").isNotEqualTo(other);
    }

    private static PasswordHasher hasher(int threads, int queue) {
        try {
            MailConfig config = new SmallRyeConfigBuilder()
                    .addDefaultInterceptors()
                    .withMapping(MailConfig.class)
                    .withConverter(Duration.class, 500, new DurationConverter())
                    .withSources(
                            new PropertiesConfigSource(PasswordHasherTest.class.getResource("/application.properties")))
                    .withDefaultValues(Map.of(
                            "MAIL_HASHING_THREADS", String.valueOf(threads),
                            "MAIL_HASHING_QUEUE_PER_THREAD", String.valueOf(queue)))
                    .build()
                    .getConfigMapping(MailConfig.class);
            return new PasswordHasher(config, new SimpleMeterRegistry());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
