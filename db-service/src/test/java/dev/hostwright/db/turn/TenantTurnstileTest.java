package dev.hostwright.db.turn;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.helpers.test.UniAssertSubscriber;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.junit.jupiter.api.Test;

class TenantTurnstileTest {

    private final Deque<UniEmitter<? super String>> running = new ConcurrentLinkedDeque<>();
    private final TenantTurnstile turnstile = new TenantTurnstile("busy", 4, 10, Duration.ofMinutes(1));

    private UniAssertSubscriber<String> pass(long tenant) {
        return turnstile
                .pass(tenant, () -> Uni.createFrom().<String>emitter(running::add))
                .subscribe()
                .withSubscriber(UniAssertSubscriber.create());
    }

    @Test
    void oneTenantHasHalfAndTheOtherHalfIsFreeForTheOthers() {
        for (int i = 0; i < 5; i++) {
            pass(7);
        }
        assertThat(running).hasSize(2);

        pass(8);
        pass(8);

        assertThat(running).hasSize(4);
    }

    @Test
    void noMoreRunAtOnceThanMayAndTheOthersFollow() {
        for (long tenant = 1; tenant <= 3; tenant++) {
            pass(tenant);
            pass(tenant);
        }
        assertThat(running).hasSize(4);

        running.poll().complete("done");

        assertThat(running).hasSize(4);
    }

    @Test
    void aWorkThatNobodyWaitsForAnyMoreKeepsItsTenantsPlace() {
        pass(7).cancel();
        pass(7).cancel();

        pass(7);

        assertThat(running).hasSize(2);
        running.poll().complete("done, for nobody");
        assertThat(running).hasSize(2);
    }

    @Test
    void aFailureMakesRoom() {
        pass(7);
        pass(7);
        UniAssertSubscriber<String> third = pass(7);

        running.poll().fail(new IllegalStateException("broken"));
        running.poll().complete("second");
        running.poll().complete("third");

        third.assertItem("third");
    }
}
