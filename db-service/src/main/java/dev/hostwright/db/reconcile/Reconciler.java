package dev.hostwright.db.reconcile;

import dev.hostwright.db.database.DatabaseRepository;
import dev.hostwright.db.database.DeletionRepository;
import dev.hostwright.db.grant.HandoverRepository;
import dev.hostwright.db.holdup.HoldupRepository;
import dev.hostwright.db.pool.Stock;
import dev.hostwright.db.problem.FaultException;
import dev.hostwright.db.quota.QuotaRepository;
import dev.hostwright.db.role.RoleRepository;
import dev.hostwright.db.role.RotationRepository;
import dev.hostwright.db.server.GoneRoleRepository;
import dev.hostwright.db.server.ServerRepository;
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

    private final Stock stock;
    private final DatabaseRepository databases;
    private final DeletionRepository deletions;
    private final QuotaRepository quotas;
    private final RoleRepository roles;
    private final RotationRepository rotations;
    private final GoneRoleRepository goneRoles;
    private final HandoverRepository handovers;
    private final HoldupRepository holdups;
    private final ServerRepository server;
    private final TombstoneRepository tombstones;
    private final Transfers transfers;
    private final MeterRegistry metrics;

    Reconciler(
            Stock stock,
            DatabaseRepository databases,
            DeletionRepository deletions,
            QuotaRepository quotas,
            RoleRepository roles,
            RotationRepository rotations,
            GoneRoleRepository goneRoles,
            HandoverRepository handovers,
            HoldupRepository holdups,
            ServerRepository server,
            TombstoneRepository tombstones,
            Transfers transfers,
            MeterRegistry metrics) {
        this.stock = stock;
        this.databases = databases;
        this.deletions = deletions;
        this.quotas = quotas;
        this.roles = roles;
        this.rotations = rotations;
        this.goneRoles = goneRoles;
        this.handovers = handovers;
        this.holdups = holdups;
        this.server = server;
        this.tombstones = tombstones;
        this.transfers = transfers;
        this.metrics = metrics;
    }

    @Scheduled(every = "{db.reconcile-every}", identity = "pool", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> pool() {
        return each("pool-repair", stock::broken, stock::remove).chain(() -> attempt("pool-restock", stock::restock));
    }

    @Scheduled(every = "{db.reconcile-every}", identity = "deletes", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> deletes() {
        return eachOfTenants("deletes-of-databases", deletions::leftDeleting, deletions::finishDelete)
                .chain(() -> eachOfTenants("deletes-of-roles", roles::leftDeleting, roles::finishDelete))
                .chain(() -> each("gone-roles", goneRoles::left, goneRoles::drop));
    }

    /** Apart from the deletes, which nobody should wait long for. */
    @Scheduled(every = "{db.reconcile-every}", identity = "kept", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> kept() {
        return eachOfTenants("purges-of-databases", deletions::over, deletions::purge);
    }

    @Scheduled(every = "{db.measure-every}", identity = "quotas", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> quotas() {
        return attempt("quotas", quotas::sweep);
    }

    @Scheduled(every = "{db.statements-every}", identity = "statements", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> statements() {
        return attempt("long-statements", quotas::endLongStatements);
    }

    /** Sessions first: they are ended because somebody has a password, or a privilege, that he should not. */
    @Scheduled(every = "{db.reconcile-every}", identity = "rotations", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> rotations() {
        return each("sessions-to-end", rotations::leftEnding, rotations::end)
                .chain(() -> attempt("sessions-left", server::endSessionsLeft))
                .chain(() -> eachOfTenants("retirements", rotations::due, rotations::retire));
    }

    @Scheduled(every = "{db.reconcile-every}", identity = "drift", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> drift() {
        return each("drift", databases::drifted, databases::mend);
    }

    /** One that cannot be had now, because its customer is at it, is taken up the next time. */
    @Scheduled(every = "{db.reconcile-every}", identity = "handovers", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> handovers() {
        return each("handovers", handovers::left, handovers::handOver);
    }

    /** Also those that hold up nobody of ours, but customers who want into their databases. */
    @Scheduled(every = "{db.reconcile-every}", identity = "holdups", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> holdups() {
        return holdups.end();
    }

    @Scheduled(every = "{db.reconcile-every}", identity = "transfers", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> transfers() {
        return each("transfers", transfers::left, transfers::recover)
                .chain(() -> attempt("files-of-transfers", transfers::sweep));
    }

    @Scheduled(every = "{db.purge-every}", identity = "purge", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> purge() {
        return attempt("tombstones", tombstones::purge).chain(() -> attempt("rotations", rotations::purge));
    }

    /**
     * A tenant on whose things one work has failed is most likely in its way himself: the rest of his comes next time.
     */
    private Uni<Void> eachOfTenants(String part, Supplier<Uni<List<Owned>>> all, Function<Owned, Uni<Void>> work) {
        Set<Long> failed = new HashSet<>();
        return each(
                part,
                all,
                owned -> failed.contains(owned.tenant())
                        ? Uni.createFrom().voidItem()
                        : work.apply(owned).onFailure().invoke(() -> failed.add(owned.tenant())));
    }

    private <T> Uni<Void> each(String part, Supplier<Uni<List<T>>> all, Function<T, Uni<Void>> work) {
        return attempt(part, () -> all.get()
                .chain(items -> InTurn.each(items, item -> attempt(part, item, () -> work.apply(item)))));
    }

    private Uni<Void> attempt(String part, Object item, Supplier<Uni<Void>> work) {
        return Uni.createFrom()
                .deferred(work::get)
                .ifNoItem()
                .after(HANGS)
                .fail()
                .onFailure()
                .recoverWithUni(e -> failed(part, item, e));
    }

    private Uni<Void> attempt(String part, Supplier<Uni<Void>> work) {
        return Uni.createFrom().deferred(work::get).onFailure().recoverWithUni(e -> failed(part, "-", e));
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
