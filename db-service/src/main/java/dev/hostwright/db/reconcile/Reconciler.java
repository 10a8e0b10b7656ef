package dev.hostwright.db.reconcile;

import dev.hostwright.db.database.DatabaseRepository;
import dev.hostwright.db.pool.Stock;
import dev.hostwright.db.role.RoleRepository;
import io.quarkus.logging.Log;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Supplier;

/**
 * At the start and then again and again: pool items without a maker are taken away, deletes that stopped half way are
 * carried on, the pool is filled. What somebody is at right now is left to him.
 */
@ApplicationScoped
class Reconciler {

    private final Stock stock;
    private final DatabaseRepository databases;
    private final RoleRepository roles;
    private final TombstoneRepository tombstones;

    Reconciler(Stock stock, DatabaseRepository databases, RoleRepository roles, TombstoneRepository tombstones) {
        this.stock = stock;
        this.databases = databases;
        this.roles = roles;
        this.tombstones = tombstones;
    }

    @Scheduled(
            every = "{db.reconcile-every}",
            identity = "reconcile",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> reconcile() {
        return part("pool-repair", stock::repair)
                .chain(() -> part("pool-restock", stock::restock))
                .chain(() -> part("deletes-of-databases", databases::finishDeletes))
                .chain(() -> part("deletes-of-roles", roles::finishDeletes))
                .chain(() -> part("drift", databases::mendDrift));
    }

    @Scheduled(every = "{db.purge-every}", identity = "purge", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> purge() {
        return part("tombstones", tombstones::purge);
    }

    /** One part that fails must not keep the others from being done. */
    private static Uni<Void> part(String name, Supplier<Uni<Void>> work) {
        return Uni.createFrom().deferred(work::get).onFailure().recoverWithUni(e -> {
            Log.errorf(e, "event=reconcile-failed part=%s", name);
            return Uni.createFrom().voidItem();
        });
    }
}
