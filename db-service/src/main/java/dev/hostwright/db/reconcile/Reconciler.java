package dev.hostwright.db.reconcile;

import dev.hostwright.db.database.DatabaseRepository;
import dev.hostwright.db.database.DeletionRepository;
import dev.hostwright.db.grant.HandoverRepository;
import dev.hostwright.db.pool.Stock;
import dev.hostwright.db.problem.FaultException;
import dev.hostwright.db.quota.QuotaRepository;
import dev.hostwright.db.role.RoleRepository;
import dev.hostwright.db.role.RotationRepository;
import dev.hostwright.db.server.CatalogRepository;
import dev.hostwright.db.server.GoneRoleRepository;
import dev.hostwright.db.server.Server;
import dev.hostwright.db.server.Servers;
import dev.hostwright.db.tenant.Owned;
import dev.hostwright.db.transfer.Transfers;
import dev.hostwright.db.turn.InTurn;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.logging.Log;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Uni;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * At the start and then again and again: pool items without a maker are taken away, the pool is filled, deletes that
 * stopped half way are carried on, logins that have a successor retire, what an owner's login has made in its own name
 * goes to the owner group, what drifted is put back, databases are measured. What somebody is at right now is left to
 * him.
 *
 * <p>Each of these runs for itself, and in each one thing after the other is taken up: one that fails, or hangs, is
 * logged and counted, and the next one has its turn.
 */
@ApplicationScoped
class Reconciler {

    /** Longer than any statement may take: what has not ended by then waits for a server that is gone. */
    private static final Duration HANGS = Duration.ofSeconds(90);

    private final Servers servers;
    private final Stock stock;
    private final DatabaseRepository databases;
    private final DeletionRepository deletions;
    private final QuotaRepository quotas;
    private final RoleRepository roles;
    private final RotationRepository rotations;
    private final GoneRoleRepository goneRoles;
    private final HandoverRepository handovers;
    private final CatalogRepository catalogs;
    private final TombstoneRepository tombstones;
    private final Transfers transfers;
    private final MeterRegistry metrics;

    Reconciler(
            Servers servers,
            Stock stock,
            DatabaseRepository databases,
            DeletionRepository deletions,
            QuotaRepository quotas,
            RoleRepository roles,
            RotationRepository rotations,
            GoneRoleRepository goneRoles,
            HandoverRepository handovers,
            CatalogRepository catalogs,
            TombstoneRepository tombstones,
            Transfers transfers,
            MeterRegistry metrics) {
        this.servers = servers;
        this.stock = stock;
        this.databases = databases;
        this.deletions = deletions;
        this.quotas = quotas;
        this.roles = roles;
        this.rotations = rotations;
        this.goneRoles = goneRoles;
        this.handovers = handovers;
        this.catalogs = catalogs;
        this.tombstones = tombstones;
        this.transfers = transfers;
        this.metrics = metrics;
    }

    @Scheduled(every = "{db.reconcile-every}", identity = "pool", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> pool() {
        return onEach(server -> each("pool-repair", server, stock::broken, stock::remove)
                .chain(() -> unhurried("pool-restock", server, () -> stock.restock(server))));
    }

    @Scheduled(every = "{db.reconcile-every}", identity = "deletes", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> deletes() {
        return onEach(server -> eachOfTenants(
                        "deletes-of-databases", server, deletions::leftDeleting, deletions::finishDelete)
                .chain(() -> eachOfTenants("deletes-of-roles", server, roles::leftDeleting, roles::finishDelete))
                .chain(() -> each("gone-roles", server, goneRoles::left, goneRoles::drop)));
    }

    /** Apart from the deletes, which nobody should wait long for. */
    @Scheduled(every = "{db.reconcile-every}", identity = "kept", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> kept() {
        return onEach(server -> eachOfTenants("purges-of-databases", server, deletions::over, deletions::purge));
    }

    @Scheduled(every = "{db.measure-every}", identity = "quotas", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> quotas() {
        return onEach(server -> unhurried("quotas", server, () -> quotas.sweep(server)));
    }

    @Scheduled(every = "{db.statements-every}", identity = "statements", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> statements() {
        return onEach(server -> attempt("long-statements", server, () -> quotas.endLongStatements(server)));
    }

    /** Sessions first: they are ended because somebody has a password, or a privilege, that he should not. */
    @Scheduled(every = "{db.reconcile-every}", identity = "rotations", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> rotations() {
        return onEach(server -> each("sessions-to-end", server, rotations::leftEnding, rotations::end)
                .chain(() -> attempt("sessions-left", server, () -> catalogs.endSessionsLeft(server)))
                .chain(() -> eachOfTenants("retirements", server, rotations::due, rotations::retire)));
    }

    @Scheduled(every = "{db.reconcile-every}", identity = "drift", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> drift() {
        return onEach(server -> each("drift", server, databases::drifted, databases::mend));
    }

    /** One that cannot be had now, because its customer is at it, is taken up the next time. */
    @Scheduled(every = "{db.reconcile-every}", identity = "handovers", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> handovers() {
        return onEach(server -> each("handovers", server, handovers::left, handovers::handOver));
    }

    /** Also those that hold up nobody of ours, but customers who want into their databases. */
    @Scheduled(every = "{db.reconcile-every}", identity = "holdups", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> holdups() {
        return onEach(
                server -> attempt("holdups", server, () -> server.holdups().end()));
    }

    @Scheduled(every = "{db.reconcile-every}", identity = "transfers", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> transfers() {
        return onEach(server -> each("transfers", server, transfers::left, transfers::recover)
                .chain(() -> attempt("files-of-transfers", server, () -> transfers.sweep(server))));
    }

    @Scheduled(every = "{db.purge-every}", identity = "purge", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> purge() {
        return onEach(server -> attempt("tombstones", server, () -> tombstones.purge(server))
                .chain(() -> attempt("rotations", server, () -> rotations.purge(server))));
    }

    /** On all servers that answer, at once: one that is slow has the others wait for nothing but the next time. */
    private Uni<Void> onEach(Function<Server, Uni<Void>> work) {
        List<Uni<Void>> all = servers.up().stream().map(work).toList();
        return all.isEmpty()
                ? Uni.createFrom().voidItem()
                : Uni.join().all(all).andCollectFailures().replaceWithVoid();
    }

    /**
     * A tenant on whose things one work has failed is most likely in its way himself: the rest of his comes next time.
     */
    private Uni<Void> eachOfTenants(
            String part,
            Server server,
            Function<Server, Uni<List<Owned>>> all,
            BiFunction<Server, Owned, Uni<Void>> work) {
        Set<Long> failed = new HashSet<>();
        return each(
                part,
                server,
                all,
                (at, owned) -> failed.contains(owned.tenant())
                        ? Uni.createFrom().voidItem()
                        : work.apply(at, owned).onFailure().invoke(() -> failed.add(owned.tenant())));
    }

    private <T> Uni<Void> each(
            String part, Server server, Function<Server, Uni<List<T>>> all, BiFunction<Server, T, Uni<Void>> work) {
        return unhurried(part, server, () -> inTime(() -> all.apply(server))
                .chain(items -> InTurn.each(items, item -> attempt(part, item, () -> work.apply(server, item)))));
    }

    private Uni<Void> attempt(String part, Object item, Supplier<Uni<Void>> work) {
        return unhurried(part, item, () -> inTime(work));
    }

    private static <T> Uni<T> inTime(Supplier<Uni<T>> work) {
        return Uni.createFrom().deferred(work::get).ifNoItem().after(HANGS).fail();
    }

    /** What takes long when there is much of it. */
    private Uni<Void> unhurried(String part, Object item, Supplier<Uni<Void>> work) {
        return Uni.createFrom().deferred(work::get).onFailure().recoverWithUni(e -> failed(part, item, e));
    }

    /** A lock that was not had, or another thing that passes, is worth a line; the rest its trace too. */
    private Uni<Void> failed(String part, Object item, Throwable e) {
        metrics.counter("db.reconcile.failed", "part", part).increment();
        if (e instanceof PgException || e instanceof FaultException) {
            Log.warnf("event=reconcile-failed part=%s item=%s cause=\"%s\"", part, item, e.getMessage());
        } else {
            Log.errorf(e, "event=reconcile-failed part=%s item=%s", part, item);
        }
        return Uni.createFrom().voidItem();
    }
}
