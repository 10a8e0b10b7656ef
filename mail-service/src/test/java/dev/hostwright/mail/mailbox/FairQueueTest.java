package dev.hostwright.mail.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostwright.mail.mailbox.FairQueue.Entry;
import dev.hostwright.mail.mailbox.FairQueue.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FairQueueTest {

    private static List<Runnable> pieces(int count) {
        return Stream.<Runnable>generate(() -> new Runnable() {
                    @Override
                    public void run() {
                        // is only counted
                    }
                })
                .limit(count)
                .toList();
    }

    private static List<Long> turns(FairQueue queue) {
        List<Long> tenants = new ArrayList<>();
        for (Optional<Turn> turn = queue.next(); turn.isPresent(); turn = queue.next()) {
            tenants.add(turn.get().tenant());
        }
        return tenants;
    }

    @Test
    void theTenantsTakeTurns() {
        FairQueue queue = new FairQueue(100, 50);
        queue.enter(7, pieces(4));
        queue.enter(8, pieces(1));
        queue.enter(9, pieces(2));

        assertThat(turns(queue)).containsExactly(7L, 8L, 9L, 7L, 9L, 7L, 7L);
    }

    @Test
    void whoComesLaterComesBeforeTheSecondPieceOfTheOthers() {
        FairQueue queue = new FairQueue(100, 50);
        queue.enter(7, pieces(10));
        queue.next();
        queue.enter(8, pieces(1));

        assertThat(turns(queue)).startsWith(7L, 8L).hasSize(10);
    }

    @Test
    void aTenantHasNoMoreRoomThanItsPartAndOthersHave() {
        FairQueue queue = new FairQueue(10, 5);
        assertThat(queue.enter(7, pieces(3))).isEqualTo(Entry.ENTERED);
        assertThat(queue.enter(7, pieces(2))).isEqualTo(Entry.ENTERED);

        assertThat(queue.enter(7, pieces(1))).isEqualTo(Entry.TENANT_FULL);

        assertThat(queue.enter(8, pieces(5))).isEqualTo(Entry.ENTERED);
        assertThat(queue.enter(9, pieces(1))).isEqualTo(Entry.FULL);
        assertThat(queue.waiting()).isEqualTo(10);
    }

    @Test
    void whatIsWorkedOnTakesRoomUntilItIsDone() {
        FairQueue queue = new FairQueue(10, 2);
        queue.enter(7, pieces(2));
        Turn turn = queue.next().orElseThrow();
        assertThat(queue.enter(7, pieces(1))).isEqualTo(Entry.TENANT_FULL);

        queue.done(turn);

        assertThat(queue.enter(7, pieces(1))).isEqualTo(Entry.ENTERED);
    }

    @Test
    void whatIsTakenBackIsForgottenWithItsRoom() {
        FairQueue queue = new FairQueue(10, 4);
        List<Runnable> mine = pieces(3);
        queue.enter(7, mine);
        queue.enter(7, pieces(1));
        Turn first = queue.next().orElseThrow();

        queue.takeBack(7, mine);

        assertThat(queue.waiting()).isEqualTo(1);
        assertThat(queue.enter(7, pieces(2))).isEqualTo(Entry.ENTERED);
        assertThat(queue.enter(7, pieces(1))).isEqualTo(Entry.TENANT_FULL);
        queue.done(first);
        assertThat(queue.enter(7, pieces(1))).isEqualTo(Entry.ENTERED);
        assertThat(turns(queue)).hasSize(4);
    }

    @Test
    void aRequestThatIsLargerThanTheRoomIsLetInAlone() {
        FairQueue queue = new FairQueue(10, 4);

        assertThat(queue.enter(7, pieces(20))).isEqualTo(Entry.ENTERED);

        assertThat(queue.enter(7, pieces(1))).isEqualTo(Entry.TENANT_FULL);
        assertThat(queue.enter(8, pieces(1))).isEqualTo(Entry.FULL);
        turns(queue).forEach(tenant -> queue.done(new Turn(tenant, () -> {})));
        assertThat(queue.enter(8, pieces(1))).isEqualTo(Entry.ENTERED);
    }
}
