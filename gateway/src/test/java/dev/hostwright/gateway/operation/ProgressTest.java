package dev.hostwright.gateway.operation;

import static org.assertj.core.api.Assertions.assertThat;

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
        return progress.look(OPERATION, change -> change.await(LONG))
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create());
    }

    @Test
    void everybodyWhoWaitsIsWokenOnce() {
        UniAssertSubscriber<Void> one = waiter();
        UniAssertSubscriber<Void> other = waiter();
        one.assertNotTerminated();

        progress.announce(OPERATION);

        one.assertCompleted();
        other.assertCompleted();
        assertThat(progress.size()).isZero();
    }

    @Test
    void aChangeDuringTheLookIsNotMissed() {
        UniAssertSubscriber<Void> waiter = progress.look(OPERATION, change -> {
                    progress.announce(OPERATION);
                    return change.await(LONG);
                })
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create());

        waiter.assertCompleted();
        assertThat(progress.size()).isZero();
    }

    @Test
    void aLookThatIsOverLeavesNothing() {
        assertThat(progress.look(OPERATION, change -> Uni.createFrom().item("done"))
                        .await()
                        .atMost(LONG))
                .isEqualTo("done");
        progress.look(OPERATION, change -> change.await(Duration.ofMillis(1)))
                .await()
                .atMost(LONG);
        progress.look(OPERATION, change -> Uni.createFrom().failure(new IllegalStateException()))
                .onFailure()
                .recoverWithNull()
                .await()
                .atMost(LONG);
        progress.look(OPERATION, change -> {
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
        progress.announce(OPERATION);
        stays.assertCompleted();
        assertThat(progress.size()).isZero();
    }
}
