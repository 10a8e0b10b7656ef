package dev.hostwright.db.database;

import dev.hostwright.db.DbConfig;
import dev.hostwright.db.fence.Fence;
import dev.hostwright.db.name.PhysicalName;
import dev.hostwright.db.name.PhysicalNames;
import dev.hostwright.db.problem.Fault;
import dev.hostwright.db.server.CatalogRepository;
import dev.hostwright.db.server.Server;
import dev.hostwright.db.server.SqlFailure;
import dev.hostwright.db.tenant.Owned;
import dev.hostwright.db.tenant.Scope;
import dev.hostwright.db.turn.InTurn;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Databases on their way out, which most of them may be taken back from for a while, and on their way back.
 *
 * <p>A deletion is an intent that is stored, and steps that may be repeated. Its last step either keeps the database
 * under another name, or has dropped it. What is kept is dropped by the same steps when its time is over.
 */
@ApplicationScoped
public class DeletionRepository {

    private static final String CLOSE = "SELECT close_database($1)";
    private static final String LOGINS = "SELECT physical FROM roles WHERE database_id = $1";
    private static final String REMOVE_LOGINS = "DELETE FROM roles WHERE database_id = $1";
    private static final String REMOVE = "DELETE FROM databases WHERE id = $1";
    private static final String KEEP = "SELECT kept, pushed_out FROM keep_database($1, $2)";
    private static final String RESTORE = "SELECT restore_database($1, $2, $3, $4, $5, $6, $7, $8)";

    /** What is being dropped already stays so; what is on its way to be kept is dropped when that is wished now. */
    private static final String MARK_DELETING = """
            UPDATE databases
               SET status = 'deleting', fence = greatest(fence, $2), updated_at = now(),
                   purge_after = CASE WHEN $3::float8 IS NULL THEN NULL
                                      WHEN status = 'deleting' THEN purge_after
                                      ELSE now() + make_interval(secs => $3) END
             WHERE id = $1
            """;

    private static final String END_OF_KEEPING = """
            UPDATE databases
               SET purge_after = least(purge_after, now()), fence = greatest(fence, $2), tried_at = now()
             WHERE id = $1
            """;

    private static final String TOMBSTONE = """
            INSERT INTO tombstones (tenant_id, id, fence)
            VALUES ($1, $2, $3)
                ON CONFLICT ON CONSTRAINT tombstones_pkey
                DO UPDATE SET fence = greatest(tombstones.fence, excluded.fence), deleted_at = now()
            """;

    /** Waits for whoever restores it, or takes its time away, right now. */
    private static final String DOOMED = """
            SELECT physical, quota_group, status = 'deleting' AND purge_after IS NOT NULL AS keep
              FROM databases
             WHERE id = $1 AND (status = 'deleting' OR status = 'deleted' AND purge_after <= now())
               FOR UPDATE
            """;

    /** Its id may be another database's by now. */
    private static final String STILL_THAT = """
            SELECT tenant_id, name, fence
              FROM databases
             WHERE id = $1 AND physical = $2
               FOR UPDATE
            """;

    private static final String LEFT_DELETING = """
            SELECT id, tenant_id
              FROM databases
             WHERE status = 'deleting' AND greatest(updated_at, tried_at) < now() - interval '1 minute'
             ORDER BY greatest(updated_at, tried_at)
             LIMIT 1000
            """;

    private static final String OVER = """
            SELECT id, tenant_id
              FROM databases
             WHERE status = 'deleted'
               AND purge_after <= now()
               AND (tried_at IS NULL OR tried_at < now() - interval '1 minute')
             ORDER BY tried_at NULLS FIRST, purge_after
             LIMIT 1000
            """;

    /** Only one replica gets it. */
    private static final String TAKE_UP = """
            UPDATE databases
               SET tried_at = now()
             WHERE id = $1
               AND (status = 'deleting' AND greatest(updated_at, tried_at) < now() - interval '1 minute'
                    OR status = 'deleted' AND purge_after <= now()
                       AND (tried_at IS NULL OR tried_at < now() - interval '1 minute'))
            RETURNING id, tenant_id
            """;

    private final CatalogRepository catalogs;
    private final PhysicalNames names;
    private final DbConfig config;

    DeletionRepository(CatalogRepository catalogs, PhysicalNames names, DbConfig config) {
        this.catalogs = catalogs;
        this.names = names;
        this.config = config;
    }

    /**
     * Takes the database out of its customer's sight, with the logins made with it; may be repeated, also half way. It
     * is kept for the time that the settings say, unless that is asked not to, or an operation undoes what it made.
     */
    Uni<Void> delete(Server server, Scope scope, UUID id, boolean purge, Fence fence) {
        return server.withTransaction(scope, sql -> DatabaseRepository.lock(sql, id)
                        .chain(() -> DatabaseRepository.seek(sql, scope, id))
                        .chain(found -> found.map(row -> intend(sql, row, purge, fence))
                                .orElseGet(() -> bury(sql, scope.tenant(), id, fence))))
                .chain(deletion -> carryOut(server, deletion))
                .plug(SqlFailure::mapped);
    }

    private Uni<Optional<Owned>> intend(SqlConnection sql, StoredDatabase row, boolean purge, Fence fence) {
        boolean ours = row.madeBy().equals(Optional.ofNullable(fence.operation()));
        if (row.status() == DatabaseStatus.DELETED) {
            return purge || fence.undo() && ours
                    ? endKeeping(sql, row, fence)
                    : bury(sql, row.tenantId(), row.id(), fence);
        }
        fence.check(row.fence());
        if (fence.undo() && !ours) {
            throw new Fault.Conflict("", "not_ours", "This database was not made by that operation.").toException();
        }
        boolean lost = row.status() == DatabaseStatus.FAILED;
        Optional<Double> kept = Optional.of(config.keepDeleted())
                .filter(time -> time.isPositive() && !purge && !fence.undo() && !lost)
                .map(time -> (double) time.toSeconds());
        return sql.preparedQuery(MARK_DELETING)
                .execute(Tuple.of(row.id(), fence.number(), kept.orElse(null)))
                .chain(() -> sql.preparedQuery(CLOSE).execute(Tuple.of(row.id())))
                .replaceWith(Optional.of(new Owned(row.id(), row.tenantId())));
    }

    private static Uni<Optional<Owned>> endKeeping(SqlConnection sql, StoredDatabase row, Fence fence) {
        fence.check(row.fence());
        return sql.preparedQuery(END_OF_KEEPING)
                .execute(Tuple.of(row.id(), fence.number()))
                .replaceWith(Optional.of(new Owned(row.id(), row.tenantId())));
    }

    private static Uni<Optional<Owned>> bury(SqlConnection sql, @Nullable Long tenant, UUID id, Fence fence) {
        if (tenant == null) {
            return Uni.createFrom().item(Optional.empty());
        }
        return sql.preparedQuery(TOMBSTONE)
                .execute(Tuple.of(tenant, id, fence.number()))
                .replaceWith(Optional.empty());
    }

    private record Doomed(
            PhysicalName physical, Optional<PhysicalName> quotaGroup, boolean keep, List<PhysicalName> logins) {

        static Doomed from(Row row, List<PhysicalName> logins) {
            return new Doomed(
                    new PhysicalName(row.getString("physical")),
                    Optional.ofNullable(row.getString("quota_group")).map(PhysicalName::new),
                    row.getBoolean("keep"),
                    logins);
        }

        List<PhysicalName> roles() {
            return Stream.of(
                            logins.stream(),
                            Stream.of(physical.owners(), physical.writers(), physical.readers()),
                            quotaGroup.stream())
                    .flatMap(names -> names)
                    .toList();
        }
    }

    private Uni<Void> carryOut(Server server, Optional<Owned> deletion) {
        return deletion.isEmpty()
                ? Uni.createFrom().voidItem()
                : server.deleting(
                        deletion.get().tenant(), deletion.get().id(), sql -> carryOut(server, sql, deletion.get()));
    }

    private Uni<Void> carryOut(Server server, SqlConnection sql, Owned database) {
        return doomed(sql, database.id())
                .chain(doomed ->
                        doomed.isEmpty() ? Uni.createFrom().voidItem() : carryOut(server, sql, database, doomed.get()));
    }

    private static Uni<Optional<Doomed>> doomed(SqlConnection sql, UUID id) {
        return Server.withTransaction(sql, Scope.ALL, () -> sql.preparedQuery(DOOMED)
                .execute(Tuple.of(id))
                .chain(rows ->
                        logins(sql, id).map(logins -> rows.stream().findFirst().map(row -> Doomed.from(row, logins)))));
    }

    static Uni<List<PhysicalName>> logins(SqlConnection sql, UUID id) {
        return sql.preparedQuery(LOGINS).execute(Tuple.of(id)).map(rows -> rows.stream()
                .map(row -> new PhysicalName(row.getString("physical")))
                .toList());
    }

    private Uni<Void> carryOut(Server server, SqlConnection sql, Owned database, Doomed doomed) {
        return doomed.keep() ? keep(server, sql, database, doomed) : drop(server, sql, database, doomed);
    }

    /** Sessions first: what somebody is in cannot be renamed. */
    private Uni<Void> keep(Server server, SqlConnection sql, Owned database, Doomed doomed) {
        return catalogs.endSessions(sql, doomed.physical(), null, null)
                .chain(() -> endSessions(sql, doomed))
                .chain(() -> Server.withTransaction(sql, Scope.ALL, () -> sql.preparedQuery(KEEP)
                        .execute(Tuple.of(database.id(), config.maxDatabasesPerTenant()))))
                .map(rows -> rows.iterator().next())
                .chain(row ->
                        row.getBoolean("kept") ? kept(server, sql, database, row) : carryOut(server, sql, database));
    }

    /** The tenant waits for what his deletion pushed out, so that he cannot delete faster than that. */
    private Uni<Void> kept(Server server, SqlConnection sql, Owned database, Row row) {
        Log.infof("event=database-kept tenant=%d database=%s", database.tenant(), database.id());
        UUID pushedOut = row.getUUID("pushed_out");
        return pushedOut == null
                ? Uni.createFrom().voidItem()
                : carryOut(server, sql, new Owned(pushedOut, database.tenant()))
                        .onFailure()
                        .invoke(e ->
                                Log.warnf("event=purge-put-off database=%s cause=\"%s\"", pushedOut, e.getMessage()))
                        .onFailure()
                        .recoverWithNull();
    }

    private Uni<Void> drop(Server server, SqlConnection sql, Owned database, Doomed doomed) {
        return catalogs.dropDatabase(server, sql, doomed.physical())
                .plug(SqlFailure::dropping)
                .chain(() -> endSessions(sql, doomed))
                .chain(() -> catalogs.emptyRoles(server, database.tenant(), doomed.roles()))
                .chain(() -> forget(sql, database.id(), doomed));
    }

    private Uni<Void> endSessions(SqlConnection sql, Doomed doomed) {
        return InTurn.each(doomed.logins(), login -> catalogs.endSessions(sql, null, login, null));
    }

    private Uni<Void> forget(SqlConnection sql, UUID id, Doomed doomed) {
        return Server.withTransaction(sql, Scope.ALL, () -> DatabaseRepository.lock(sql, id)
                .chain(() -> sql.preparedQuery(STILL_THAT)
                        .execute(Tuple.of(id, doomed.physical().value())))
                .chain(rows -> rows.size() == 0
                        ? Uni.createFrom().voidItem()
                        : forget(sql, id, doomed, rows.iterator().next())));
    }

    private Uni<Void> forget(SqlConnection sql, UUID id, Doomed doomed, Row row) {
        return InTurn.each(doomed.roles(), role -> catalogs.dropRole(sql, role))
                .chain(() -> sql.preparedQuery(REMOVE_LOGINS).execute(Tuple.of(id)))
                .chain(() -> sql.preparedQuery(REMOVE).execute(Tuple.of(id)))
                .chain(() -> sql.preparedQuery(TOMBSTONE)
                        .execute(Tuple.of(row.getLong("tenant_id"), id, row.getLong("fence"))))
                .invoke(() -> Log.infof(
                        "event=database-deleted tenant=%d database=%s name=%s",
                        row.getLong("tenant_id"), id, row.getString("name")))
                .replaceWithVoid();
    }

    /** The deletes that nobody is at any more, the longest untried first. */
    public Uni<List<Owned>> leftDeleting(Server server) {
        return owned(server, LEFT_DELETING);
    }

    /** What was kept for its time, the longest untried first. */
    public Uni<List<Owned>> over(Server server) {
        return owned(server, OVER);
    }

    private static Uni<List<Owned>> owned(Server server, String query) {
        return server.withTransaction(Scope.ALL, sql -> sql.query(query).execute())
                .map(rows -> rows.stream().map(Owned::from).toList());
    }

    /** Carries on one of them, unless another replica does. */
    public Uni<Void> finishDelete(Server server, Owned left) {
        return server.withTransaction(
                        Scope.ALL, sql -> sql.preparedQuery(TAKE_UP).execute(Tuple.of(left.id())))
                .map(rows -> rows.stream().findFirst().map(Owned::from))
                .chain(deletion -> carryOut(server, deletion));
    }

    /** The same, and then a pause: a drop costs the server a checkpoint. */
    public Uni<Void> purge(Server server, Owned over) {
        Duration pause = config.purgePause();
        return pause.isZero()
                ? finishDelete(server, over)
                : finishDelete(server, over).onItem().delayIt().by(pause);
    }

    /** Brings a deleted database back, with the logins made with it; may be repeated. */
    Uni<Database> restore(Server server, Scope scope, UUID id, RestoreRequest request, Fence fence) {
        return server.withTransaction(scope, sql -> DatabaseRepository.lock(sql, id)
                        .chain(() -> DatabaseRepository.seek(sql, scope, id))
                        .map(found -> found.orElseThrow(DatabaseRepository::notFound))
                        .invoke(row -> fence.check(row.fence()))
                        .call(row -> restore(sql, row, request, fence))
                        .chain(() -> DatabaseRepository.find(sql, scope, id)))
                .map(row -> row.shown(server))
                .plug(SqlFailure::mapped);
    }

    private Uni<Void> restore(SqlConnection sql, StoredDatabase row, RestoreRequest request, Fence fence) {
        switch (row.status()) {
            case DELETING ->
                throw new Fault.Conflict("", "deleting", "This database is being deleted; try again in a moment.")
                        .toException();
            case ACTIVE, FAILED -> {
                if (!row.isNamed(request)) {
                    throw new Fault.Differs("database", row.id()).toException();
                }
                return Uni.createFrom().voidItem();
            }
            case DELETED -> {
                if (request.username().isPresent() && !row.hasLoginOfItsOwn()) {
                    throw new Fault.Invalid("/username", "nobodys", "No login was made with this database.")
                            .toException();
                }
            }
        }
        return sql.preparedQuery(RESTORE)
                .execute(Tuple.tuple()
                        .addUUID(row.id())
                        .addString(request.name().map(Object::toString).orElse(null))
                        .addString(request.name()
                                .map(names::of)
                                .map(PhysicalName::value)
                                .orElse(null))
                        .addString(request.username().map(Object::toString).orElse(null))
                        .addString(request.username()
                                .map(names::of)
                                .map(PhysicalName::value)
                                .orElse(null))
                        .addLong(fence.number())
                        .addInteger(config.maxDatabasesPerTenant())
                        .addInteger(config.maxRolesPerTenant()))
                .invoke(() -> Log.infof("event=database-restored tenant=%d database=%s", row.tenantId(), row.id()))
                .replaceWithVoid();
    }
}
