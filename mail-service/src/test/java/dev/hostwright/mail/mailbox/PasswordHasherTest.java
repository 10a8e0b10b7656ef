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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class PasswordHasherTest {

    private static final Duration ENOUGH = Duration.ofSeconds(30);

    @Test
    void aHashIsInDovecotsFormAndMatchesItsPasswordOnly() {
        PasswordHasher hasher = hasher(2, 8);
        Password password = Password.parse("EmailPass123!");

        PasswordHash hash = hasher.hash(7, password).await().atMost(ENOUGH);

        assertThat(hash.value())
                .matches("\\{BLF-CRYPT}\\$2a\\$10\\$[./A-Za-z0-9]{53}")
                .hasSize(71);
        assertThat(match(hasher, hash, password)).isTrue();
        assertThat(match(hasher, hash, Password.parse("EmailPass123?"))).isFalse();
    }

    private static boolean match(PasswordHasher hasher, PasswordHash hash, Password password) {
        return hasher.match(7, List.of(new PasswordHasher.Pair(hash, password)))
                .await()
                .atMost(ENOUGH);
    }

    @Test
    void theSamePasswordIsNeverHashedToTheSameTwice() {
        PasswordHasher hasher = hasher(2, 8);
        Password password = Password.parse("EmailPass123!");

        PasswordHash one = hasher.hash(7, password).await().atMost(ENOUGH);
        PasswordHash other = hasher.hash(7, password).await().atMost(ENOUGH);

        assertThat(one).isNotEqualTo(other);
    }

    @Test
    void hashingIsDoneOnItsOwnThreads() {
        AtomicReference<String> thread = new AtomicReference<>("");

        hasher(1, 8)
                .hash(7, Password.parse("EmailPass123!"))
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
        for (int tenant = 0; tenant < 20; tenant++) {
            asked.add(hasher.hash(tenant, password).subscribeAsCompletionStage());
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
    void aTenantWithTooManyWaitingIsToldToComeAgainAndOthersAreServed() {
        PasswordHasher hasher = hasher(1, 9);
        Held held = new Held();
        List<CompletableFuture<?>> mine = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            mine.add(held.piece(hasher, 7));
        }

        CompletableFuture<?> onceMore = held.piece(hasher, 7);
        // whose turn is next is known once the first has had his
        await(held.begun);

        assertThatThrownBy(onceMore::join).cause().isInstanceOfSatisfying(FaultException.class, e -> assertThat(
                        e.fault())
                .isInstanceOfSatisfying(Fault.TooMany.class, fault -> assertThat(fault.retryAfterSeconds())
                        .isPositive()));
        CompletableFuture<?> other = held.piece(hasher, 8);
        held.release();
        assertThat(other).succeedsWithin(ENOUGH);
        assertThat(mine).allSatisfy(one -> assertThat(one).succeedsWithin(ENOUGH));
        assertThat(held.order).startsWith(7L, 7L, 8L).hasSize(6);
    }

    @Test
    void thePiecesOfOneRequestAreWorkedOnSideBySide() {
        CyclicBarrier both = new CyclicBarrier(2);
        Supplier<Integer> piece = () -> {
            try {
                return both.await(30, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        };

        List<Integer> arrived = hasher(2, 8)
                .work(7, List.of(piece, piece), any -> false)
                .await()
                .atMost(Duration.ofSeconds(60));

        assertThat(arrived).containsExactlyInAnyOrder(0, 1);
    }

    @Test
    void theResultsAreInTheOrderOfTheirPieces() {
        CountDownLatch second = new CountDownLatch(1);
        Supplier<String> slow = () -> {
            await(second);
            return "first";
        };
        Supplier<String> quick = () -> {
            second.countDown();
            return "second";
        };

        List<String> results =
                hasher(2, 8).work(7, List.of(slow, quick), any -> false).await().atMost(ENOUGH);

        assertThat(results).containsExactly("first", "second");
    }

    @Test
    void whatNobodyWaitsForAnyMoreIsNotBegun() {
        PasswordHasher hasher = hasher(1, 8);
        Held held = new Held();
        held.piece(hasher, 7);
        CompletableFuture<?> givenUp = held.piece(hasher, 8);
        givenUp.cancel(true);
        CompletableFuture<?> last = held.piece(hasher, 9);

        held.release();

        assertThat(last).succeedsWithin(ENOUGH);
        assertThat(held.order).containsExactly(7L, 9L);
    }

    @Test
    void aPieceThatFailsFailsItsRequestAndNoOther() {
        PasswordHasher hasher = hasher(1, 8);
        Supplier<String> broken = () -> {
            throw new IllegalStateException("broken");
        };

        CompletableFuture<List<String>> failed =
                hasher.work(7, List.of(broken, () -> "fine"), any -> false).subscribeAsCompletionStage();

        assertThat(failed).failsWithin(ENOUGH);
        assertThat(hasher.work(7, List.of(() -> "fine"), any -> false).await().atMost(ENOUGH))
                .containsExactly("fine");
    }

    /**
     * Pieces of work that wait for one another's release, and the tenants in the order in which they were worked on.
     */
    private static final class Held {
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);
        private final List<Long> order = new CopyOnWriteArrayList<>();

        CompletableFuture<?> piece(PasswordHasher hasher, long tenant) {
            Supplier<Boolean> piece = () -> {
                begun.countDown();
                await(released);
                return order.add(tenant);
            };
            return hasher.work(tenant, List.of(piece), any -> false).subscribeAsCompletionStage();
        }

        void release() {
            released.countDown();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("waited too long");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
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
