package dev.hostwright.db.grant;

import dev.hostwright.db.fence.Fence;
import dev.hostwright.db.name.PhysicalName;
import dev.hostwright.db.page.Page;
import dev.hostwright.db.page.PageRequest;
import dev.hostwright.db.problem.Fault;
import dev.hostwright.db.server.CatalogRepository;
import dev.hostwright.db.server.Server;
import dev.hostwright.db.server.SqlFailure;
import dev.hostwright.db.tenant.Scope;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Privileges: our rows and the server's memberships, in the same transactions. */
@ApplicationScoped
class GrantRepository {

    /** Locked, so that neither is suspended or deleted while a privilege is given. */
    private static final String DATABASE = """
            SELECT tenant_id, physical, status, suspended, fence
              FROM databases
             WHERE id = $1 AND ($2::bigint IS NULL OR tenant_id = $2) AND status <> 'deleted'
               FOR SHARE
            """;

    private static final String ROLE = """
            SELECT tenant_id, physical, status, false AS suspended, 0::bigint AS fence
              FROM roles
             WHERE id = $1 AND tenant_id = $2 AND status <> 'deleted'
               FOR SHARE
            """;

    private static final String SET_PRIVILEGE = "SELECT set_privilege($1, $2, $3)";

    private static final String HELD = """
            SELECT privilege
              FROM grants
             WHERE database_id = $1 AND role_id = $2
            """;

    private static final String KEEP = """
            INSERT INTO grants (tenant_id, database_id, role_id, privilege)
            VALUES ($1, $2, $3, $4)
                ON CONFLICT ON CONSTRAINT grants_pkey
                DO UPDATE SET privilege = excluded.privilege,
                              lowered_at = CASE WHEN $5 THEN clock_timestamp() ELSE grants.lowered_at END,
                              updated_at = CASE WHEN grants.privilege = excluded.privilege THEN grants.updated_at
                                                ELSE now() END
            RETURNING database_id, role_id, privilege, lowered_at, created_at, updated_at,
                      (SELECT username FROM roles WHERE id = $3) AS username
            """;

    private static final String REMOVE = "DELETE FROM grants WHERE database_id = $1 AND role_id = $2";

    private static final String LIST = """
            SELECT g.database_id, g.role_id, r.username, g.privilege, g.created_at, g.updated_at
              FROM grants g
              JOIN roles r ON r.id = g.role_id
             WHERE g.database_id = $1
               AND r.status <> 'deleted'
               AND ($2::bigint IS NULL OR g.tenant_id = $2)
               AND r.username > $3
             ORDER BY r.username
             LIMIT $4
            """;

    private final CatalogRepository catalogs;

    GrantRepository(CatalogRepository catalogs) {
        this.catalogs = catalogs;
    }

    private record Side(long tenant, PhysicalName physical, String status, boolean suspended, long fence) {

        static Optional<Side> from(Row row) {
            return Optional.of(new Side(
                    row.getLong("tenant_id"),
                    new PhysicalName(row.getString("physical")),
                    row.getString("status"),
                    row.getBoolean("suspended"),
                    row.getLong("fence")));
        }

        void mustBeOpen() {
            if (status.equals("deleting")) {
                throw new Fault.Conflict("", "deleting", "It is being deleted.").toException();
            }
            if (suspended) {
                throw new Fault.Conflict("", "suspended", "This database is suspended.").toException();
            }
        }
    }

    private record Ends(
            PhysicalName database,
            PhysicalName role,
            @Nullable OffsetDateTime before) {}

    private record Done(Grant grant, Ends ends) {}

    /** Makes this the only privilege of the login; sessions from when it had more are ended. */
    Uni<Grant> put(Server server, Scope scope, UUID database, UUID role, Privilege privilege, Fence fence) {
        return server.withTransaction(scope, sql -> database(sql, scope, database)
                        .invoke(side -> {
                            fence.check(side.fence());
                            side.mustBeOpen();
                        })
                        .chain(side -> role(sql, side.tenant(), role)
                                .invoke(Side::mustBeOpen)
                                .chain(login -> grant(sql, database, role, side, login, privilege))))
                .call(done -> endOlderSessions(server, scope, done.ends()))
                .map(Done::grant)
                .plug(SqlFailure::mapped);
    }

    private static Uni<Done> grant(
            SqlConnection sql, UUID database, UUID role, Side side, Side login, Privilege privilege) {
        return sql.preparedQuery(SET_PRIVILEGE)
                .execute(Tuple.of(side.physical().value(), login.physical().value(), privilege.name()))
                .chain(() -> sql.preparedQuery(HELD).execute(Tuple.of(database, role)))
                .map(rows -> rows.stream()
                        .findFirst()
                        .map(row -> Privilege.valueOf(row.getString("privilege")))
                        .filter(privilege::isLowerThan)
                        .isPresent())
                .chain(lowered -> sql.preparedQuery(KEEP)
                        .execute(Tuple.of(side.tenant(), database, role, privilege.name(), lowered)))
                .map(rows -> rows.iterator().next())
                .invoke(row -> Log.infof(
                        "event=privilege-granted tenant=%d database=%s role=%s privilege=%s",
                        side.tenant(), database, role, privilege))
                .map(row -> new Done(
                        Grant.from(row),
                        new Ends(side.physical(), login.physical(), row.getOffsetDateTime("lowered_at"))));
    }

    /** A session that has taken on a group's rights keeps them, whatever is revoked. */
    private Uni<Void> endOlderSessions(Server server, Scope scope, Ends ends) {
        return ends.before() == null
                ? Uni.createFrom().voidItem()
                : server.withTransaction(
                        scope, sql -> catalogs.endSessions(sql, ends.database(), ends.role(), ends.before()));
    }

    /** Takes everything from the login in that database and ends its sessions there; may be repeated. */
    Uni<Void> delete(Server server, Scope scope, UUID database, UUID role, Fence fence) {
        return server.withTransaction(scope, sql -> database(sql, scope, database)
                        .invoke(side -> fence.check(side.fence()))
                        .chain(side -> sql.preparedQuery(ROLE)
                                .execute(Tuple.of(role, side.tenant()))
                                .map(rows -> rows.stream().findFirst().flatMap(Side::from))
                                .call(login -> revoke(sql, database, role, side, login))
                                .map(login -> login.map(there -> new Ends(side.physical(), there.physical(), null)))))
                .call(ends -> ends.isEmpty()
                        ? Uni.createFrom().voidItem()
                        : server.withTransaction(
                                scope,
                                sql -> catalogs.endSessions(
                                        sql, ends.get().database(), ends.get().role(), null)))
                .replaceWithVoid()
                .plug(SqlFailure::mapped);
    }

    private static Uni<Void> revoke(SqlConnection sql, UUID database, UUID role, Side side, Optional<Side> login) {
        if (login.isEmpty()
                || login.get().status().equals("deleting")
                || side.status().equals("deleting")) {
            return Uni.createFrom().voidItem();
        }
        return sql.preparedQuery(SET_PRIVILEGE)
                .execute(
                        Tuple.of(side.physical().value(), login.get().physical().value(), null))
                .chain(() -> sql.preparedQuery(REMOVE).execute(Tuple.of(database, role)))
                .invoke(() -> Log.infof(
                        "event=privilege-revoked tenant=%d database=%s role=%s", side.tenant(), database, role))
                .replaceWithVoid();
    }

    Uni<Page<Grant>> list(Server server, Scope scope, UUID database, PageRequest page) {
        return server.withTransaction(
                        scope, sql -> database(sql, scope, database).chain(() -> sql.preparedQuery(LIST)
                                .execute(Tuple.of(database, scope.tenant(), page.after(), page.size() + 1))))
                .map(rows -> Page.of(rows.stream().map(Grant::from).toList(), page, Grant::username));
    }

    private static Uni<Side> database(SqlConnection sql, Scope scope, UUID id) {
        return sql.preparedQuery(DATABASE).execute(Tuple.of(id, scope.tenant())).map(rows -> rows.stream()
                .findFirst()
                .flatMap(Side::from)
                .orElseThrow(() -> new Fault.NotFound("database").toException()));
    }

    private static Uni<Side> role(SqlConnection sql, long tenant, UUID id) {
        return sql.preparedQuery(ROLE)
                .execute(Tuple.of(id, tenant))
                .map(rows -> rows.stream().findFirst().flatMap(Side::from).orElseThrow(() -> new Fault.NotFound("role")
                        .toException()));
    }
}
