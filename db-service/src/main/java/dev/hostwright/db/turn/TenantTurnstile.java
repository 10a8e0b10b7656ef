package dev.hostwright.db.turn;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** A turnstile of which one tenant has half at most, so that whoever is slow holds up himself and not the others. */
public final class TenantTurnstile {

    private final String busy;
    private final int share;
    private final int queue;
    private final Duration patience;
    private final Turnstile all;
    private final ConcurrentHashMap<Long, Own> tenants = new ConcurrentHashMap<>();

    /** A tenant's own turnstile, for as long as somebody is at it. */
    private record Own(Turnstile turnstile, int users) {}

    /** The same as for a {@link Turnstile}; the line is of that length for each tenant. */
    public TenantTurnstile(String busy, int atOnce, int queue, Duration patience) {
        this.busy = busy;
        this.share = Math.max(1, atOnce / 2);
        this.queue = queue;
        this.patience = patience;
        // no more than the share of each tenant ever gets this far
        this.all = new Turnstile(busy, atOnce, Integer.MAX_VALUE, patience);
    }

    /** The work, when its turn comes; it is done to its end, whoever has stopped waiting for it, or for its turn. */
    public <T> Uni<T> pass(long tenant, Supplier<Uni<T>> work) {
        return Uni.createFrom().deferred(() -> enter(tenant)
                .pass(() -> all.pass(work))
                .onTermination()
                .invoke(() -> leave(tenant))
                .memoize()
                .indefinitely());
    }

    private Turnstile enter(long tenant) {
        return tenants.compute(
                        tenant,
                        (key, own) -> own == null
                                ? new Own(new Turnstile(busy, share, queue, patience), 1)
                                : new Own(own.turnstile(), own.users() + 1))
                .turnstile();
    }

    private void leave(long tenant) {
        tenants.computeIfPresent(
                tenant, (key, own) -> own.users() == 1 ? null : new Own(own.turnstile(), own.users() - 1));
    }
}
