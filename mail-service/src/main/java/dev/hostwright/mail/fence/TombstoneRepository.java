package dev.hostwright.mail.fence;

import dev.hostwright.mail.MailConfig;
import dev.hostwright.mail.problem.Fault;
import dev.hostwright.mail.tenant.Scope;
import dev.hostwright.mail.tenant.TenantPool;
import io.quarkus.logging.Log;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Ids that were deleted, so that a request which is late does not bring one back; and a lock for each id. */
@ApplicationScoped
public class TombstoneRepository {

    private static final String LOCK = """
            SELECT 1
              FROM pg_advisory_xact_lock(hashtextextended($1::text, 0))
            """;

    private static final String LIFT = """
            DELETE FROM tombstones
             WHERE tenant_id = $1
               AND id = $2
            """;

    private static final String BURY = """
            INSERT INTO tombstones (tenant_id, id, fence)
            VALUES ($1, $2, $3)
                ON CONFLICT (tenant_id, id)
                DO UPDATE SET fence = greatest(tombstones.fence, excluded.fence), deleted_at = now()
            """;

    private static final String PURGE = """
            DELETE FROM tombstones
             WHERE deleted_at < now() - make_interval(secs => $1)
            """;

    private final TenantPool pool;
    private final MailConfig config;

    TombstoneRepository(TenantPool pool, MailConfig config) {
        this.pool = pool;
        this.config = config;
    }

    /** At the start and each day after it, everybody's tombstones that are old enough go. */
    @Scheduled(every = "24h", identity = "purge-tombstones", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> purge() {
        double seconds = config.tombstoneLife().toSeconds();
        return pool.withTransaction(Scope.ALL, sql -> sql.preparedQuery(PURGE).execute(Tuple.of(seconds)))
                .invoke(gone -> Log.infof("event=tombstones-purged count=%d", gone.rowCount()))
                .replaceWithVoid();
    }

    /** Until the end of the transaction, nobody else creates or deletes that id. */
    public Uni<Void> lock(SqlConnection sql, UUID id) {
        return sql.preparedQuery(LOCK).execute(Tuple.of(id.toString())).replaceWithVoid();
    }

    /**
     * Refuses when the tombstone forbids to make the id, or takes it away.
     *
     * @param tombstone its fence, or null when there is none
     */
    public Uni<Void> lift(SqlConnection sql, long tenant, UUID id, Fence fence, @Nullable Long tombstone) {
        if (tombstone == null) {
            return Uni.createFrom().voidItem();
        }
        fence.checkTombstone(id, tombstone);
        return sql.preparedQuery(LIFT).execute(Tuple.of(tenant, id)).replaceWithVoid();
    }

    /**
     * Refuses to delete what a newer owner has, or, when an operation takes back what it made, what another made.
     *
     * @param madeBy the operation that made the row, or null
     * @param seen the highest fence seen on it
     */
    public void checkDelete(String kind, @Nullable UUID madeBy, long seen, Fence fence) {
        fence.check(seen);
        if (fence.undo() && !Objects.equals(madeBy, fence.operation())) {
            throw new Fault.NotOurs(kind).toException();
        }
    }

    /** Leaves a tombstone for an id that is not there yet; an operator without a tenant leaves none. */
    public Uni<Void> buryUnknown(SqlConnection sql, Scope scope, UUID id, Fence fence) {
        Long tenant = scope.tenant();
        return tenant == null ? Uni.createFrom().voidItem() : bury(sql, tenant, id, fence.number());
    }

    /**
     * Leaves a tombstone.
     *
     * @param number the highest fence seen on the id
     */
    public Uni<Void> bury(SqlConnection sql, long tenant, UUID id, long number) {
        return sql.preparedQuery(BURY).execute(Tuple.of(tenant, id, number)).replaceWithVoid();
    }
}
