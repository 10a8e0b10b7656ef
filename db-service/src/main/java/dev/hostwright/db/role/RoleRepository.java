package dev.hostwright.db.role;

import dev.hostwright.db.DbConfig;
import dev.hostwright.db.fence.Fence;
import dev.hostwright.db.name.ConnectionLimit;
import dev.hostwright.db.name.PhysicalName;
import dev.hostwright.db.name.PhysicalNames;
import dev.hostwright.db.page.Page;
import dev.hostwright.db.page.PageRequest;
import dev.hostwright.db.problem.Fault;
import dev.hostwright.db.server.CatalogRepository;
import dev.hostwright.db.server.PlacementRepository;
import dev.hostwright.db.server.PlacementRepository.Place;
import dev.hostwright.db.server.Server;
import dev.hostwright.db.server.SqlFailure;
import dev.hostwright.db.tenant.Owned;
import dev.hostwright.db.tenant.Scope;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Logins: our rows and the server's roles, in the same transactions. */
@ApplicationScoped
public class RoleRepository {

    /** As the servers sort them. */
    private static final Comparator<Role> BY_NAME =
            Comparator.comparing(Role::username).thenComparing(role -> role.id().toString());

    private static final String CREATE = """
            SELECT outcome, seen
              FROM create_role($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """;

    private static final String COLUMNS = """
            SELECT r.id, r.tenant_id, r.username, r.physical, r.verifier, r.connection_limit, r.valid_until,
                   r.database_id, r.made_by, r.fence, r.created_at, r.updated_at,
                   coalesce(d.suspended, false) AS suspended,
                   CASE WHEN r.status = 'active' AND p.oid IS NULL THEN 'failed' ELSE r.status END AS status
              FROM roles r
              LEFT JOIN databases d ON d.id = r.database_id
              LEFT JOIN pg_roles p ON p.rolname = r.physical
            """;

    private static final String FIND = COLUMNS + """
             WHERE r.id = $1 AND ($2::bigint IS NULL OR r.tenant_id = $2) AND r.status <> 'deleted'
            """;

    private static final String LIST = COLUMNS + """
             WHERE ($1::bigint IS NULL OR r.tenant_id = $1)
               AND r.status <> 'deleted'
               AND (r.username, r.id::text) > ($2, $3)
             ORDER BY r.username, r.id::text
             LIMIT $4
            """;

    private static final String RAISE_FENCE = "UPDATE roles SET fence = greatest(fence, $2) WHERE id = $1";
    private static final String LOCK_ID = "SELECT pg_advisory_xact_lock(hashtextextended('id:' || $1::uuid, 0))";
    private static final String SET_PASSWORD = "SELECT set_password($1, $2)";
    private static final String HAND_OVER = "SELECT hand_over($1)";
    private static final String SHUT_OUT = "SELECT set_login($1, false)";
    private static final String PHYSICAL = "SELECT physical FROM roles WHERE id = $1 AND status = 'deleting'";
    private static final String REMOVE = "DELETE FROM roles WHERE id = $1 RETURNING tenant_id, username, fence";

    private static final String KEEP_VERIFIER = """
            UPDATE roles
               SET verifier = $2, fence = greatest(fence, $3), updated_at = now()
             WHERE id = $1
            """;

    private static final String MARK_DELETING = """
            UPDATE roles
               SET status = 'deleting', fence = greatest(fence, $2), updated_at = now()
             WHERE id = $1
            """;

    private static final String TOMBSTONE = """
            INSERT INTO tombstones (tenant_id, id, fence)
            VALUES ($1, $2, $3)
                ON CONFLICT ON CONSTRAINT tombstones_pkey
                DO UPDATE SET fence = greatest(tombstones.fence, excluded.fence), deleted_at = now()
            """;

    private static final String LEFT_DELETING = """
            SELECT id, tenant_id
              FROM roles
             WHERE status = 'deleting' AND greatest(updated_at, tried_at) < now() - interval '1 minute'
             ORDER BY greatest(updated_at, tried_at)
             LIMIT 1000
            """;

    /** Only one replica gets it. */
    private static final String TAKE_UP = """
            UPDATE roles
               SET tried_at = now()
             WHERE id = $1
               AND status = 'deleting'
               AND greatest(updated_at, tried_at) < now() - interval '1 minute'
            RETURNING id, tenant_id
            """;

    private final PlacementRepository placements;
    private final CatalogRepository catalogs;
    private final Hashing hashing;
    private final PhysicalNames names;
    private final DbConfig config;

    RoleRepository(
            PlacementRepository placements,
            CatalogRepository catalogs,
            Hashing hashing,
            PhysicalNames names,
            DbConfig config) {
        this.placements = placements;
        this.catalogs = catalogs;
        this.hashing = hashing;
        this.names = names;
        this.config = config;
    }

    /** A login and whether this call made it. */
    record Put(Role role, boolean made) {}

    /** Makes the login, or finds that it is there already; refuses when something else is. */
    Uni<Put> put(long tenant, UUID id, RoleRequest request, Fence fence) {
        Password password = request.password().orElseGet(Password::generate);
        Optional<Password> generated =
                Optional.of(password).filter(any -> request.password().isEmpty());
        return hashing.verifier(password)
                .chain(verifier -> placements.placing(
                        tenant, Set.of(), place -> put(place, id, request, verifier, generated, fence)))
                .invoke(RoleRepository::told)
                .plug(SqlFailure::mapped);
    }

    private Uni<Put> put(
            Place place,
            UUID id,
            RoleRequest request,
            ScramVerifier verifier,
            Optional<Password> generated,
            Fence fence) {
        return place.server().withTransaction(Scope.of(place.tenant()), sql -> catalogs.quiet(sql)
                .chain(() -> placements.mustHaveRoom(sql, place))
                .chain(() -> create(sql, place.tenant(), id, request, verifier, fence))
                .chain(outcome -> settle(sql, place, id, request, generated, fence, outcome)));
    }

    private static void told(Put put) {
        if (put.made()) {
            Log.infof(
                    "event=role-created tenant=%d role=%s username=%s",
                    put.role().tenantId(), put.role().id(), put.role().username());
        }
    }

    private Uni<Row> create(
            SqlConnection sql, long tenant, UUID id, RoleRequest request, ScramVerifier verifier, Fence fence) {
        Tuple arguments = Tuple.tuple()
                .addUUID(id)
                .addLong(tenant)
                .addString(request.username().value())
                .addString(names.of(request.username()).value())
                .addString(verifier.value())
                .addInteger(
                        request.connectionLimit().map(ConnectionLimit::value).orElseGet(config::connectionLimit))
                .addOffsetDateTime(request.validUntil().map(ValidUntil::time).orElse(null))
                .addUUID(fence.operation())
                .addLong(fence.number())
                .addString(config.tempFileLimit())
                .addInteger(config.maxRolesPerTenant());
        return sql.preparedQuery(CREATE).execute(arguments).map(rows -> rows.iterator()
                .next());
    }

    private Uni<Put> settle(
            SqlConnection sql,
            Place place,
            UUID id,
            RoleRequest request,
            Optional<Password> generated,
            Fence fence,
            Row outcome) {
        return switch (outcome.getString("outcome")) {
            case "made" ->
                find(sql, Scope.of(place.tenant()), id)
                        .map(row -> new Put(row.shown(place.server(), generated), true))
                        .call(() -> placements.settle(sql, place));
            case "exists" -> same(sql, place, id, request, fence).map(role -> new Put(role, false));
            case "deleted" -> {
                fence.checkTombstone(id, outcome.getLong("seen"));
                throw new Fault.Deleted(id).toException();
            }
            default -> throw new IllegalStateException(outcome.getString("outcome"));
        };
    }

    /** The login that is there, if it is what is asked for. */
    private Uni<Role> same(SqlConnection sql, Place place, UUID id, RoleRequest request, Fence fence) {
        return find(sql, Scope.of(place.tenant()), id)
                .invoke(row -> {
                    fence.check(row.fence());
                    mustNotBeDeleting(row);
                    if (!row.isWhat(request)) {
                        throw differs(id);
                    }
                })
                .call(row -> mustMatch(row, request))
                .call(() -> raiseFence(sql, id, fence))
                .map(row -> row.shown(place.server(), Optional.empty()));
    }

    private Uni<Void> mustMatch(StoredRole row, RoleRequest request) {
        if (request.password().isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return hashing.matches(row.verifier(), request.password().get())
                .invoke(matches -> {
                    if (!matches) {
                        throw differs(row.id());
                    }
                })
                .replaceWithVoid();
    }

    private static RuntimeException differs(UUID id) {
        return new Fault.Differs("role", id).toException();
    }

    static void mustNotBeDeleting(StoredRole row) {
        if (row.status() == RoleStatus.DELETING) {
            throw new Fault.Conflict("", "deleting", "This role is being deleted.").toException();
        }
    }

    Uni<Role> get(Server server, Scope scope, UUID id) {
        return server.withTransaction(scope, sql -> find(sql, scope, id))
                .map(row -> row.shown(server, Optional.empty()));
    }

    static Uni<Void> lock(SqlConnection sql, UUID id) {
        return sql.preparedQuery(LOCK_ID).execute(Tuple.of(id)).replaceWithVoid();
    }

    static Uni<StoredRole> find(SqlConnection sql, Scope scope, UUID id) {
        return sql.preparedQuery(FIND).execute(Tuple.of(id, scope.tenant())).map(rows -> rows.stream()
                .findFirst()
                .map(StoredRole::from)
                .orElseThrow(() -> new Fault.NotFound("role").toException()));
    }

    Uni<Page<Role>> list(Scope scope, PageRequest page) {
        String[] after = (page.after() + "/").split("/", 3);
        Tuple arguments = Tuple.of(scope.tenant(), after[0], after[1], page.size() + 1);
        return placements
                .gather(scope, server -> server.withTransaction(
                                scope, sql -> sql.preparedQuery(LIST).execute(arguments))
                        .map(rows -> rows.stream()
                                .map(StoredRole::from)
                                .map(row -> row.shown(server, Optional.empty()))
                                .toList()))
                .map(found -> Page.of(
                        found.stream().sorted(BY_NAME).toList(), page, role -> role.username() + "/" + role.id()));
    }

    /** Sets the password in place: sessions that are open stay open. */
    Uni<Credentials> setPassword(Server server, Scope scope, UUID id, PasswordChange change, Fence fence) {
        Password password = change.password().orElseGet(Password::generate);
        return hashing.verifier(password)
                .chain(verifier -> server.withTransaction(scope, sql -> catalogs.quiet(sql)
                        .chain(() -> lock(sql, id))
                        .chain(() -> find(sql, scope, id))
                        .invoke(row -> {
                            fence.check(row.fence());
                            mustNotBeDeleting(row);
                            if (password.plain().equals(row.username())) {
                                throw new Fault.Malformed("/password", "equals_name", "The password is a name.")
                                        .toException();
                            }
                        })
                        .call(row -> setPassword(sql, row, verifier, fence))))
                .invoke(row -> Log.infof(
                        "event=password-changed tenant=%d role=%s username=%s", row.tenantId(), id, row.username()))
                .map(row -> new Credentials(
                        row.username(), Optional.of(password.plain()).filter(any -> change.password()
                                .isEmpty())))
                .plug(SqlFailure::mapped);
    }

    static Uni<Void> setPassword(SqlConnection sql, StoredRole role, ScramVerifier verifier, Fence fence) {
        return sql.preparedQuery(SET_PASSWORD)
                .execute(Tuple.of(role.physical().value(), verifier.value()))
                .chain(() ->
                        sql.preparedQuery(KEEP_VERIFIER).execute(Tuple.of(role.id(), verifier.value(), fence.number())))
                .replaceWithVoid();
    }

    static Uni<Void> raiseFence(SqlConnection sql, UUID id, Fence fence) {
        return sql.preparedQuery(RAISE_FENCE)
                .execute(Tuple.of(id, fence.number()))
                .replaceWithVoid();
    }

    /**
     * Takes the login out of the tenant's databases, and drops it; what it owned stays, and belongs to the database's
     * owner group. May be repeated, also half way.
     */
    Uni<Void> delete(Server server, Scope scope, UUID id, Fence fence) {
        return server.withTransaction(scope, sql -> sql.preparedQuery(LOCK_ID)
                        .execute(Tuple.of(id))
                        .chain(() -> sql.preparedQuery(FIND).execute(Tuple.of(id, scope.tenant())))
                        .chain(rows -> rows.stream()
                                .findFirst()
                                .map(StoredRole::from)
                                .map(row -> intend(sql, row, fence))
                                .orElseGet(() -> bury(sql, scope, id, fence))))
                .chain(deletion -> carryOut(server, deletion))
                .plug(SqlFailure::mapped);
    }

    /** From here on the way is out only. */
    private static Uni<Optional<Owned>> intend(SqlConnection sql, StoredRole row, Fence fence) {
        fence.check(row.fence());
        if (fence.undo() && !row.madeBy().equals(Optional.ofNullable(fence.operation()))) {
            throw new Fault.Conflict("", "not_ours", "This role was not made by that operation.").toException();
        }
        return sql.preparedQuery(MARK_DELETING)
                .execute(Tuple.of(row.id(), fence.number()))
                .chain(() -> sql.preparedQuery(HAND_OVER).execute(Tuple.of(row.id())))
                .chain(() -> sql.preparedQuery(SHUT_OUT)
                        .execute(Tuple.of(row.physical().value())))
                .replaceWith(Optional.of(new Owned(row.id(), row.tenantId())));
    }

    private static Uni<Optional<Owned>> bury(SqlConnection sql, Scope scope, UUID id, Fence fence) {
        if (scope.tenant() == null) {
            return Uni.createFrom().item(Optional.empty());
        }
        return sql.preparedQuery(TOMBSTONE)
                .execute(Tuple.of(scope.tenant(), id, fence.number()))
                .replaceWith(Optional.empty());
    }

    Uni<Void> carryOut(Server server, Optional<Owned> deletion) {
        return deletion.isEmpty()
                ? Uni.createFrom().voidItem()
                : server.deleting(
                        deletion.get().tenant(), deletion.get().id(), sql -> carryOut(server, sql, deletion.get()));
    }

    private Uni<Void> carryOut(Server server, SqlConnection sql, Owned role) {
        return Server.withTransaction(
                        sql, Scope.ALL, () -> sql.preparedQuery(PHYSICAL).execute(Tuple.of(role.id())))
                .map(rows -> rows.stream().findFirst().map(row -> new PhysicalName(row.getString("physical"))))
                .chain(login -> login.isEmpty()
                        ? Uni.createFrom().voidItem()
                        : catalogs.endSessions(sql, null, login.get(), null)
                                .chain(() -> catalogs.emptyRoles(server, role.tenant(), List.of(login.get())))
                                .chain(() -> forget(sql, role.id(), login.get())));
    }

    private Uni<Void> forget(SqlConnection sql, UUID id, PhysicalName login) {
        return Server.withTransaction(sql, Scope.ALL, () -> sql.preparedQuery(LOCK_ID)
                        .execute(Tuple.of(id))
                        .chain(() -> catalogs.dropRole(sql, login))
                        .chain(() -> sql.preparedQuery(REMOVE).execute(Tuple.of(id)))
                        .map(rows -> rows.iterator().next())
                        .call(row -> sql.preparedQuery(TOMBSTONE)
                                .execute(Tuple.of(row.getLong("tenant_id"), id, row.getLong("fence")))))
                .invoke(row -> Log.infof(
                        "event=role-deleted tenant=%d role=%s username=%s",
                        row.getLong("tenant_id"), id, row.getString("username")))
                .replaceWithVoid();
    }

    /** The deletes that nobody is at any more, the longest untried first. */
    public Uni<List<Owned>> leftDeleting(Server server) {
        return server.withTransaction(Scope.ALL, sql -> sql.query(LEFT_DELETING).execute())
                .map(rows -> rows.stream().map(Owned::from).toList());
    }

    /** Carries on one of them, unless another replica does. */
    public Uni<Void> finishDelete(Server server, Owned left) {
        return server.withTransaction(
                        Scope.ALL, sql -> sql.preparedQuery(TAKE_UP).execute(Tuple.of(left.id())))
                .map(rows -> rows.stream().findFirst().map(Owned::from))
                .chain(deletion -> carryOut(server, deletion));
    }
}
