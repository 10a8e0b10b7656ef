package dev.hostwright.db.turn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostwright.db.problem.Fault;
import dev.hostwright.db.problem.FaultException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TurnstileTest {

    private final Deque<UniEmitter<? super String>> running = new ConcurrentLinkedDeque<>();

    private Uni<String> work() {
        return Uni.createFrom().emitter(emitter -> running.add(emitter));
    }

    private static UniAssertSubscriber<String> watch(Uni<String> uni) {
        return uni.subscribe().withSubscriber(UniAssertSubscriber.create());
    }

    @Test
    void noMoreRunAtOnceThanMayAndTheOthersFollowInOrder() {
        Turnstile turnstile = new Turnstile("busy", 2, 10, Duration.ofMinutes(1));
        UniAssertSubscriber<String> first = watch(turnstile.pass(this::work));
        watch(turnstile.pass(this::work));
        UniAssertSubscriber<String> third = watch(turnstile.pass(this::work));
        assertThat(running).hasSize(2);

        running.poll().complete("done");

        first.assertItem("done");
        assertThat(running).hasSize(2);
        running.pollLast().complete("third");
        third.assertItem("third");
    }

    @Test
    void aFailureLeavesThePlaceToTheNext() {
        Turnstile turnstile = new Turnstile("busy", 1, 10, Duration.ofMinutes(1));
        UniAssertSubscriber<String> first = watch(turnstile.pass(this::work));
        watch(turnstile.pass(this::work));

        running.poll().fail(new IllegalStateException("broken"));

        first.assertFailedWith(IllegalStateException.class);
        assertThat(running).hasSize(1);
    }

    @Test
    void aLineThatIsTooLongIsNotJoined() {
        Turnstile turnstile = new Turnstile("busy", 1, 1, Duration.ofMinutes(1));
        watch(turnstile.pass(this::work));
        watch(turnstile.pass(this::work));

        UniAssertSubscriber<String> third = watch(turnstile.pass(this::work));

        assertThat(((FaultException) third.getFailure()).fault()).isInstanceOf(Fault.Unavailable.class);
    }

    @Test
    void whoHasWaitedEnoughBeforeIsSentAwayAtOnce() {
        Turnstile turnstile = new Turnstile("busy", 1, 10, Duration.ofMinutes(1));
        watch(turnstile.pass(Duration.ZERO, this::work));
        assertThat(running).hasSize(1);

        UniAssertSubscriber<String> second = watch(turnstile.pass(Duration.ZERO, this::work));

        assertThat(((FaultException) second.getFailure()).fault()).isInstanceOf(Fault.Unavailable.class);
    }

    @Test
    void whoGivesUpWaitingIsPassedOver() {
        Turnstile turnstile = new Turnstile("busy", 1, 10, Duration.ofMillis(20));
        watch(turnstile.pass(this::work));
        UniAssertSubscriber<String> second = watch(turnstile.pass(this::work));
        second.awaitFailure();

        running.poll().complete("done");
        watch(turnstile.pass(this::work));

        assertThat(running).hasSize(1);
    }

    @Test
    void whoCancelsWhileWaitingIsPassedOver() {
        Turnstile turnstile = new Turnstile("busy", 1, 1, Duration.ofMinutes(1));
        watch(turnstile.pass(this::work));
        watch(turnstile.pass(this::work)).cancel();

        running.poll().complete("done");
        watch(turnstile.pass(this::work));

        assertThat(running).hasSize(1);
    }

    @Test
    void whoCancelsWhileWaitingMakesRoomInTheLine() {
        Turnstile turnstile = new Turnstile("busy", 1, 1, Duration.ofMinutes(1));
        watch(turnstile.pass(this::work));
        watch(turnstile.pass(this::work)).cancel();

        watch(turnstile.pass(this::work)).assertNotTerminated();
    }

    @Test
    void aWorkThatHasBegunKeepsItsPlaceWhenItIsCancelled() {
        Turnstile turnstile = new Turnstile("busy", 1, 1, Duration.ofMinutes(1));
        watch(turnstile.pass(this::work)).cancel();
        UniAssertSubscriber<String> second = watch(turnstile.pass(this::work));
        assertThat(running).hasSize(1);

        running.poll().complete("done, for nobody");

        running.poll().complete("second");
        second.assertItem("second");
    }

    @Test
    void noPlaceIsLostWhenOneCancelsInTheMomentOfBeingAdmitted() throws Exception {
        Turnstile turnstile = new Turnstile("busy", 1, 1, Duration.ofMinutes(1));
        try (ExecutorService client = Executors.newSingleThreadExecutor()) {
            for (int round = 0; round < 5_000; round++) {
                watch(turnstile.pass(this::work));
                UniEmitter<? super String> first = running.poll();
                UniAssertSubscriber<String> second = watch(turnstile.pass(this::work));
                Future<?> cancelled = client.submit(second::cancel);

                first.complete("done");

                cancelled.get();
                while (!running.isEmpty()) {
                    running.poll().complete("done, for nobody");
                }
            }
        }
        watch(turnstile.pass(this::work));
        assertThat(running).hasSize(1);
    }

    @Test
    void whoseTurnWouldComeTooLateIsSentAwayAtOnceAndToldWhenToCome() {
        AtomicLong now = new AtomicLong();
        Turnstile turnstile = new Turnstile("busy", 2, 100, Duration.ofSeconds(3), now::get);
        watch(turnstile.pass(this::work));
        watch(turnstile.pass(this::work));
        now.addAndGet(Duration.ofSeconds(2).toNanos());
        running.poll().complete("took two seconds");
        watch(turnstile.pass(this::work));
        watch(turnstile.pass(this::work)).assertNotTerminated(); // in one second
        watch(turnstile.pass(this::work)).assertNotTerminated(); // in two
        watch(turnstile.pass(this::work)).assertNotTerminated(); // in three

        UniAssertSubscriber<String> late = watch(turnstile.pass(this::work));

        assertThat(((FaultException) late.getFailure()).fault()).isEqualTo(new Fault.Unavailable("busy", 4));
        assertThat(turnstile.hasLine()).isTrue();
    }

    @Test
    void aWorkThatTookLongIsForgottenWhenLaterOnesTakeLess() {
        AtomicLong now = new AtomicLong();
        Turnstile turnstile = new Turnstile("busy", 1, 100, Duration.ofSeconds(3), now::get);
        watch(turnstile.pass(this::work));
        now.addAndGet(Duration.ofSeconds(60).toNanos());
        running.poll().complete("took a minute");
        for (int i = 0; i < 20; i++) {
            watch(turnstile.pass(this::work));
            running.poll().complete("took no time");
        }
        watch(turnstile.pass(this::work));

        watch(turnstile.pass(this::work)).assertNotTerminated();
    }
}
