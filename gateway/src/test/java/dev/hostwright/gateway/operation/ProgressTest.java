package dev.hostwright.gateway.operation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostwright.gateway.operation.Progress.Until;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ProgressTest {

    private static final UUID OPERATION = UUID.randomUUID();
    private static final Duration LONG = Duration.ofMinutes(1);

    private final Progress progress = new Progress();

    private UniAssertSubscriber<Void> waiter() {
        return progress.look(OPERATION, Until.CHANGE, change -> change.await(LONG))
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create());
    }

    @Test
    void everybodyWhoWaitsIsWokenOnce() {
        UniAssertSubscriber<Void> one = waiter();
        UniAssertSubscriber<Void> other = waiter();
        one.assertNotTerminated();

        progress.announce(OPERATION, false);

        one.assertCompleted();
        other.assertCompleted();
        assertThat(progress.size()).isZero();
    }

    @Test
    void whoWaitsForTheEndSleepsThroughTheChanges() {
        UniAssertSubscriber<Void> waiter = progress.look(OPERATION, Until.END, end -> end.await(LONG))
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create());

        progress.announce(OPERATION, false);
        waiter.assertNotTerminated();
        progress.announce(OPERATION, true);

        waiter.assertCompleted();
        assertThat(progress.size()).isZero();
    }

    @Test
    void aChangeDuringTheLookIsNotMissed() {
        UniAssertSubscriber<Void> waiter = progress.look(OPERATION, Until.CHANGE, change -> {
                    progress.announce(OPERATION, false);
                    return change.await(LONG);
                })
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create());

        waiter.assertCompleted();
        assertThat(progress.size()).isZero();
    }

    @Test
    void aLookThatIsOverLeavesNothing() {
        assertThat(progress.look(OPERATION, Until.CHANGE, change -> Uni.createFrom()
                                .item("done"))
                        .await()
                        .atMost(LONG))
                .isEqualTo("done");
        progress.look(OPERATION, Until.CHANGE, change -> change.await(Duration.ofMillis(1)))
                .await()
                .atMost(LONG);
        progress.look(OPERATION, Until.CHANGE, change -> Uni.createFrom().failure(new IllegalStateException()))
                .onFailure()
                .recoverWithNull()
                .await()
                .atMost(LONG);
        progress.look(OPERATION, Until.CHANGE, change -> {
                    throw new IllegalStateException();
                })
                .onFailure()
                .recoverWithNull()
                .await()
                .atMost(LONG);

        assertThat(progress.size()).isZero();
    }

    @Test
    void whoGoesAwayIsForgottenAndTheOthersAreNot() {
        UniAssertSubscriber<Void> gone = waiter();
        UniAssertSubscriber<Void> stays = waiter();

        gone.cancel();

        assertThat(progress.size()).isEqualTo(1);
        progress.announce(OPERATION, false);
        stays.assertCompleted();
        assertThat(progress.size()).isZero();
    }
}
