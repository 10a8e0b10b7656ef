package dev.hostwright.dns.signing;

import io.quarkus.logging.Log;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** Keeps the signatures at secondaries from running out. */
@ApplicationScoped
class SignatureRefresh {

    private final KeyRepository keys;

    SignatureRefresh(KeyRepository keys) {
        this.keys = keys;
    }

    /** A hundred zones a minute at most, so that the secondaries do not fetch all of them at once. */
    @Scheduled(every = "1m", identity = "refresh-signatures", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> refresh() {
        return keys.refresh()
                .invoke(zones -> {
                    if (zones > 0) {
                        Log.infof("event=signatures-refreshed zones=%d", zones);
                    }
                })
                .replaceWithVoid();
    }
}
