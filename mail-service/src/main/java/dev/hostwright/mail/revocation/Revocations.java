package dev.hostwright.mail.revocation;

import io.quarkus.logging.Log;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.vertx.ConsumeEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.eventbus.EventBus;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Tells Dovecot whose sessions to end, and again until it has done so. One round at a time takes all that is due. */
@ApplicationScoped
public class Revocations {

    private static final String ASKED = "revocation-asked";
    private static final int PER_ROUND = 500;

    private final RevocationRepository repository;
    private final Dovecot dovecot;
    private final EventBus bus;
    private final AtomicBoolean running = new AtomicBoolean();
    private final AtomicBoolean again = new AtomicBoolean();

    Revocations(RevocationRepository repository, Dovecot dovecot, EventBus bus) {
        this.repository = repository;
        this.dovecot = dovecot;
        this.bus = bus;
    }

    /** Something was committed that may end sessions: Dovecot is told without waiting for the clock. */
    public void soon() {
        if (!again.getAndSet(true)) {
            bus.send(ASKED, "");
        }
    }

    @ConsumeEvent(ASKED)
    Uni<Void> afterChange(String nothing) {
        return tell();
    }

    /** What a service that was killed had not told, and what Dovecot has missed while it was away. */
    @Scheduled(every = "1s", identity = "revoke", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> tell() {
        if (!running.compareAndSet(false, true)) {
            return Uni.createFrom().voidItem();
        }
        again.set(false);
        return repository
                .due(PER_ROUND)
                .chain(due -> due.isEmpty() ? Uni.createFrom().voidItem() : tell(due))
                .eventually(() -> running.set(false))
                .invoke(() -> {
                    // by the bus and not by a call, since under changes without end one round would be inside the other
                    if (again.get()) {
                        bus.send(ASKED, "");
                    }
                });
    }

    private Uni<Void> tell(List<Revocation> due) {
        return dovecot.revoke(due.stream().map(Revocation::login).toList())
                .chain(() -> repository.done(due))
                .onFailure()
                .recoverWithUni(failure -> {
                    Log.debugf(failure, "event=dovecot-away waiting=%d", due.size());
                    return repository.later(due);
                });
    }
}
