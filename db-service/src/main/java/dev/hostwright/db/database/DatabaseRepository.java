package dev.hostwright.db.database;

import dev.hostwright.db.DbConfig;
import dev.hostwright.db.fence.Fence;
import dev.hostwright.db.name.ConnectionLimit;
import dev.hostwright.db.name.PhysicalName;
import dev.hostwright.db.name.PhysicalNames;
import dev.hostwright.db.page.Page;
import dev.hostwright.db.page.PageRequest;
import dev.hostwright.db.pool.Classes;
import dev.hostwright.db.pool.DatabaseClass;
import dev.hostwright.db.pool.Stock;
import dev.hostwright.db.problem.Fault;
import dev.hostwright.db.quota.QuotaRepository;
import dev.hostwright.db.quota.QuotaStep;
import dev.hostwright.db.role.Hashing;
import dev.hostwright.db.role.Password;
import dev.hostwright.db.role.ScramVerifier;
import dev.hostwright.db.server.CatalogRepository;
import dev.hostwright.db.server.PlacementRepository;
import dev.hostwright.db.server.PlacementRepository.Place;
import dev.hostwright.db.server.Server;
import dev.hostwright.db.server.SqlFailure;
import dev.hostwright.db.tenant.Scope;
import dev.hostwright.db.turn.InTurn;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/** Customers' databases: our rows and the server's catalogs, in the same transactions. */
@ApplicationScoped
public class DatabaseRepository {

    private static final int COLD_ATTEMPTS = 4;
    private static final int CONCURRENT_ATTEMPTS = 3;

    /** As the servers sort them. */
    private static final Comparator<Database> BY_NAME = Comparator.comparing(Database::name)
            .thenComparing(database -> database.id().toString());

    private static final String CLAIM = """
            SELECT outcome, seen
              FROM claim_database($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
            """;

    private static final String COLUMNS = """
            SELECT d.id, d.tenant_id, d.name, d.physical, d.connection_limit, d.suspended, d.made_by, d.fence,
                   d.created_at, d.updated_at, d.physical_before, d.deleted_at, d.purge_after, d.quota_step,
                   d.suspension_asked, d.class, o.username,
                   coalesce(o.physical_before, o.physical) AS login, o.verifier,
                   o.database_id IS NOT DISTINCT FROM d.id AS made_with,
                   CASE WHEN d.status = 'active' AND (p.oid IS NULL OR p.datconnlimit = -2) THEN 'failed'
                        ELSE d.status END AS status
              FROM databases d
              LEFT JOIN roles o ON o.id = d.owner_id
              LEFT JOIN pg_database p ON p.datname = d.physical AND pg_get_userbyid(p.datdba) = current_user
            """;

    private static final String FIND = COLUMNS + """
             WHERE d.id = $1 AND ($2::bigint IS NULL OR d.tenant_id = $2)
            """;

    private static final String LIST = "SELECT * FROM (" + COLUMNS + """
             ) listed
             WHERE ($1::bigint IS NULL OR tenant_id = $1)
               AND (name, id::text) > ($2, $3)
               AND CASE WHEN $5::text IS NULL THEN status <> 'deleted' ELSE status = $5 END
             ORDER BY name, id::text
             LIMIT $4
            """;

    /** One that is just being dropped has no size any more. */
    private static final String USAGE = """
            SELECT d.connection_limit, pg_database_size(p.oid) AS bytes, coalesce(d.size_limit, $3) AS size_limit,
                   d.quota_step, d.quota_since, coalesce(d.statement_limit, $4) AS statement_limit,
                   (SELECT count(*)::integer
                      FROM pg_stat_activity a
                     WHERE a.datid = p.oid AND a.backend_type = 'client backend') AS connections,
                   coalesce(s.xact_commit, 0) AS commits, coalesce(s.xact_rollback, 0) AS rollbacks,
                   s.stats_reset AS counted_since,
                   (SELECT split_part(setting, '=', 2)
                      FROM roles o
                      JOIN pg_roles u ON u.rolname = o.physical
                      JOIN pg_db_role_setting r ON r.setrole = u.oid AND r.setdatabase IN (0, p.oid),
                           unnest(r.setconfig) setting
                     WHERE o.id = d.owner_id AND starts_with(setting, 'temp_file_limit=')
                     ORDER BY r.setdatabase DESC
                     LIMIT 1) AS temp_file_limit
              FROM databases d
              LEFT JOIN pg_database p ON p.datname = d.physical
                    AND pg_get_userbyid(p.datdba) = current_user AND p.datconnlimit <> -2
              LEFT JOIN pg_stat_database s ON s.datid = p.oid
             WHERE d.id = $1 AND ($2::bigint IS NULL OR d.tenant_id = $2) AND d.status <> 'deleted'
            """;

    private static final String KNOWN = "SELECT 1 FROM databases WHERE id = $1 AND status <> 'deleted'";
    private static final String RAISE_FENCE = "UPDATE databases SET fence = greatest(fence, $2) WHERE id = $1";
    private static final String LOCK_ID = "SELECT pg_advisory_xact_lock(hashtextextended('id:' || $1::uuid, 0))";
    private static final String SUSPEND = "SELECT set_suspended($1, $2)";

    private static final String SET_LIMITS = "SELECT set_limits($1, $2, $3, $4, $5)";
    private static final String GRACE_ANEW = "SELECT set_quota_step($1, 'suspended', 'restricted')";

    private static final String DRIFTED = """
            SELECT o.id, o.tenant_id, o.physical, p.oid IS NULL OR p.datconnlimit = -2 AS lost,
                   p.datconnlimit <> o.connection_limit AS limit_lifted,
                   coalesce(has_database_privilege('public', p.oid, 'CONNECT'), false) AS open_to_public
              FROM databases o
              LEFT JOIN pg_database p ON p.datname = o.physical AND pg_get_userbyid(p.datdba) = current_user
             WHERE o.status = 'active'
               AND (p.oid IS NULL OR p.datconnlimit <> o.connection_limit
                    OR has_database_privilege('public', p.oid, 'CONNECT'))
            """;

    private static final String RESTORE_LIMIT = "SELECT lift_limit($1, false)";

    private final PlacementRepository placements;
    private final CatalogRepository catalogs;
    private final Stock stock;
    private final Classes classes;
    private final Hashing hashing;
    private final PhysicalNames names;
    private final QuotaRepository quotas;
    private final DbConfig config;

    DatabaseRepository(
            PlacementRepository placements,
            CatalogRepository catalogs,
            Stock stock,
            Classes classes,
            Hashing hashing,
            PhysicalNames names,
            QuotaRepository quotas,
            DbConfig config) {
        this.placements = placements;
        this.catalogs = catalogs;
        this.stock = stock;
        this.classes = classes;
        this.hashing = hashing;
        this.names = names;
        this.quotas = quotas;
        this.config = config;
    }

    /** A database and whether this call made it. */
    record Put(Database database, boolean made) {}

    private record Login(UUID id, PhysicalName physical, Password password, ScramVerifier verifier) {}

    /** What is asked for, and as what class of database. */
    private record Wish(UUID id, DatabaseRequest request, DatabaseClass kind, Fence fence) {}

    private record Outcome(String word, long seen, Optional<Put> put) {}

    /** Makes the database, or finds that it is there already; refuses when something else is. */
    Uni<Put> put(long tenant, UUID id, DatabaseRequest request, Fence fence) {
        Instant end = Instant.now().plus(config.pool().patience());
        DatabaseClass kind = classes.asked(request.encoding(), request.locale(), request.template());
        Wish wish = new Wish(id, request, kind, fence);
        return placements
                .placing(tenant, request.labels(), place -> put(place, wish, end))
                .plug(SqlFailure::mapped);
    }

    private Uni<Put> put(Place place, Wish wish, Instant end) {
        return behindOthers(place, wish, end)
                .chain(() -> login(wish.request()))
                .chain(login -> attempt(place, wish, login, end, COLD_ATTEMPTS))
                .onFailure(SqlFailure::isConcurrentUpdate)
                .retry()
                .withBackOff(Duration.ofMillis(20))
                .atMost(CONCURRENT_ATTEMPTS);
    }

    /**
     * Where others wait for a database to be made, whoever comes later waits behind them, or is sent away at once,
     * before his password costs anything. What is there already is answered all the same.
     */
    private Uni<Void> behindOthers(Place place, Wish wish, Instant end) {
        Server server = place.server();
        if (!stock.hasLine(server)) {
            return Uni.createFrom().voidItem();
        }
        return server.withTransaction(Scope.of(place.tenant()), sql -> sql.preparedQuery(KNOWN)
                        .execute(Tuple.of(wish.id())))
                .chain(rows ->
                        rows.size() > 0 ? Uni.createFrom().voidItem() : stock.more(server, wish.kind(), left(end)));
    }

    private static Duration left(Instant end) {
        return Duration.between(Instant.now(), end);
    }

    private Uni<Optional<Login>> login(DatabaseRequest request) {
        if (request.username().isEmpty()) {
            return Uni.createFrom().item(Optional.empty());
        }
        PhysicalName physical = names.of(request.username().get());
        Password password = request.password().orElseGet(Password::generate);
        return hashing.verifier(password)
                .map(verifier -> Optional.of(new Login(UUID.randomUUID(), physical, password, verifier)));
    }

    private Uni<Put> attempt(Place place, Wish wish, Optional<Login> login, Instant end, int attempts) {
        Server server = place.server();
        return server.withTransaction(Scope.of(place.tenant()), sql -> catalogs.quiet(sql)
                        .chain(() -> claim(sql, place, wish, login))
                        .chain(outcome -> settle(sql, place, wish, login, outcome)))
                .chain(outcome -> {
                    if (outcome.put().isPresent()) {
                        return Uni.createFrom().item(told(server, outcome.put().get(), wish.kind()));
                    }
                    if (attempts == 1) {
                        return new Fault.Unavailable("No database is ready; send the same request again.", 5)
                                .toFailure();
                    }
                    return stock.more(server, wish.kind(), left(end))
                            .chain(() -> attempt(place, wish, login, end, attempts - 1));
                });
    }

    private Put told(Server server, Put put, DatabaseClass kind) {
        if (put.made()) {
            stock.taken(server, kind);
            Log.infof(
                    "event=database-created server=%s tenant=%d database=%s name=%s username=%s",
                    server,
                    put.database().tenantId(),
                    put.database().id(),
                    put.database().name(),
                    put.database().username().orElse("-"));
        }
        return put;
    }

    private Uni<Outcome> claim(SqlConnection sql, Place place, Wish wish, Optional<Login> login) {
        DatabaseRequest request = wish.request();
        OptionalInt capacity = place.server().capacity();
        Tuple arguments = Tuple.tuple()
                .addUUID(wish.id())
                .addLong(place.tenant())
                .addString(request.name().value())
                .addString(names.of(request.name()).value())
                .addInteger(
                        request.connectionLimit().map(ConnectionLimit::value).orElseGet(config::connectionLimit))
                .addUUID(login.map(Login::id).orElse(null))
                .addString(request.username().map(Object::toString).orElse(null))
                .addString(login.map(Login::physical).map(PhysicalName::value).orElse(null))
                .addString(login.map(Login::verifier).map(ScramVerifier::value).orElse(null))
                .addString(request.owner().map(Object::toString).orElse(null))
                .addUUID(wish.fence().operation())
                .addLong(wish.fence().number())
                .addString(config.tempFileLimit())
                .addInteger(config.maxDatabasesPerTenant())
                .addInteger(config.maxRolesPerTenant())
                .addInteger(capacity.isPresent() ? capacity.getAsInt() : null)
                .addString(wish.kind().word());
        return sql.preparedQuery(CLAIM).execute(arguments).map(rows -> {
            Row row = rows.iterator().next();
            Long seen = row.getLong("seen");
            return new Outcome(row.getString("outcome"), seen == null ? 0 : seen, Optional.empty());
        });
    }

    private Uni<Outcome> settle(SqlConnection sql, Place place, Wish wish, Optional<Login> login, Outcome outcome) {
        return switch (outcome.word()) {
            case "made" ->
                find(sql, Scope.of(place.tenant()), wish.id())
                        .map(row -> row.shown(
                                place.server(),
                                login.map(Login::password),
                                wish.request().password().isEmpty()))
                        .call(() -> placements.settle(sql, place))
                        .map(shown -> new Outcome("made", 0, Optional.of(new Put(shown, true))));
            case "exists" ->
                same(sql, place, wish).map(shown -> new Outcome("exists", 0, Optional.of(new Put(shown, false))));
            case "deleted" -> {
                wish.fence().checkTombstone(wish.id(), outcome.seen());
                throw new Fault.Deleted(wish.id()).toException();
            }
            case "empty" -> Uni.createFrom().item(outcome);
            default -> throw new IllegalStateException(outcome.word());
        };
    }

    /** The database that is there, if it is what is asked for. */
    private Uni<Database> same(SqlConnection sql, Place place, Wish wish) {
        return find(sql, Scope.of(place.tenant()), wish.id())
                .invoke(row -> {
                    wish.fence().check(row.fence());
                    mustNotBeDeleting(row);
                    if (!row.isWhat(wish.request()) || !row.kind().equals(wish.kind())) {
                        throw differs(wish.id());
                    }
                })
                .call(row -> mustMatch(row, wish.request()))
                .call(row -> sql.preparedQuery(RAISE_FENCE)
                        .execute(Tuple.of(wish.id(), wish.fence().number())))
                .map(row -> row.shown(place.server()));
    }

    private Uni<Void> mustMatch(StoredDatabase row, DatabaseRequest request) {
        if (request.password().isEmpty() || row.owner().isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return hashing.matches(row.owner().get().verifier(), request.password().get())
                .invoke(matches -> {
                    if (!matches) {
                        throw differs(row.id());
                    }
                })
                .replaceWithVoid();
    }

    private static RuntimeException differs(UUID id) {
        return new Fault.Differs("database", id).toException();
    }

    private static void mustNotBeDeleting(StoredDatabase row) {
        if (row.status() == DatabaseStatus.DELETING) {
            throw new Fault.Conflict("", "deleting", "This database is being deleted.").toException();
        }
    }

    /**
     * What a database is called on its server, and whose it is; {@code full} says that nothing is to be added to it.
     */
    public record Open(long tenant, PhysicalName physical, boolean full) {}

    /** A database that may be entered; one that is suspended, or on its way out, or lost, is refused. */
    public Uni<Open> open(Server server, Scope scope, UUID id, Fence fence) {
        return server.withTransaction(scope, sql -> find(sql, scope, id)).map(row -> {
            fence.check(row.fence());
            mustNotBeDeleting(row);
            if (row.status() == DatabaseStatus.FAILED) {
                throw lost();
            }
            if (row.suspended()) {
                throw new Fault.Conflict("", "suspended", "This database is suspended.").toException();
            }
            return new Open(row.tenantId(), row.physical(), row.quotaStep().isOver());
        });
    }

    private static RuntimeException lost() {
        return new Fault.Conflict("", "failed", "This database is not on the server.").toException();
    }

    Uni<Database> get(Server server, Scope scope, UUID id) {
        return server.withTransaction(scope, sql -> find(sql, scope, id)).map(row -> row.shown(server));
    }

    /** What it takes of the server, from the server's own books. */
    Uni<Usage> usage(Server server, Scope scope, UUID id) {
        return server.withTransaction(scope, sql -> sql.preparedQuery(USAGE)
                        .execute(Tuple.of(
                                id,
                                scope.tenant(),
                                quotas.sizeLimit(),
                                config.statementLimit().toMillis())))
                .map(rows -> rows.stream().findFirst().orElseThrow(DatabaseRepository::notFound))
                .map(row -> Usage.from(row).orElseThrow(DatabaseRepository::lost));
    }

    /** Says what it may have, and looks at once what follows from that. */
    Uni<Void> limit(Server server, Scope scope, UUID id, LimitsRequest request, Fence fence) {
        return server.withTransaction(scope, sql -> lock(sql, id)
                        .chain(() -> find(sql, scope, id))
                        .invoke(row -> {
                            fence.check(row.fence());
                            mustNotBeDeleting(row);
                            if (row.status() == DatabaseStatus.FAILED) {
                                throw lost();
                            }
                        })
                        .call(() -> sql.preparedQuery(SET_LIMITS)
                                .execute(Tuple.of(
                                        id,
                                        request.sizeLimitMb()
                                                .map(mb -> mb * 1_000_000L)
                                                .orElse(null),
                                        request.statementTimeoutSeconds()
                                                .map(seconds -> seconds * 1000L)
                                                .orElse(null),
                                        request.tempFileLimitMb().orElse(null),
                                        request.connectionLimit()
                                                .map(ConnectionLimit::value)
                                                .orElse(null))))
                        .call(() -> sql.preparedQuery(RAISE_FENCE).execute(Tuple.of(id, fence.number()))))
                .invoke(row -> Log.infof("event=database-limited tenant=%d database=%s", row.tenantId(), id))
                .chain(() -> quotas.measure(server, List.of(id)))
                .plug(SqlFailure::mapped);
    }

    static Uni<Void> lock(SqlConnection sql, UUID id) {
        return sql.preparedQuery(LOCK_ID).execute(Tuple.of(id)).replaceWithVoid();
    }

    /** What there is of that id, kept or not. */
    static Uni<Optional<StoredDatabase>> seek(SqlConnection sql, Scope scope, UUID id) {
        return sql.preparedQuery(FIND)
                .execute(Tuple.of(id, scope.tenant()))
                .map(rows -> rows.stream().findFirst().map(StoredDatabase::from));
    }

    /** The same, but what was deleted is not there any more. */
    static Uni<StoredDatabase> find(SqlConnection sql, Scope scope, UUID id) {
        return seek(sql, scope, id).map(found -> found.filter(row -> row.status() != DatabaseStatus.DELETED)
                .orElseThrow(DatabaseRepository::notFound));
    }

    static RuntimeException notFound() {
        return new Fault.NotFound("database").toException();
    }

    /** By name; with that status, or (empty) all but what is deleted and kept. */
    Uni<Page<Database>> list(Scope scope, PageRequest page, Optional<DatabaseStatus> status) {
        String[] after = (page.after() + "/").split("/", 3);
        Tuple arguments = Tuple.of(
                scope.tenant(),
                after[0],
                after[1],
                page.size() + 1,
                status.map(DatabaseStatus::word).orElse(null));
        return placements
                .gather(scope, server -> server.withTransaction(
                                scope, sql -> sql.preparedQuery(LIST).execute(arguments))
                        .map(rows -> rows.stream()
                                .map(StoredDatabase::from)
                                .map(row -> row.shown(server))
                                .toList()))
                .map(found -> Page.of(
                        found.stream().sorted(BY_NAME).toList(),
                        page,
                        database -> database.name() + "/" + database.id()));
    }

    /** Shuts everybody out, or lets the customer in again; may be repeated. */
    Uni<Void> suspend(Server server, Scope scope, UUID id, boolean suspended, Fence fence) {
        return server.withTransaction(scope, sql -> lock(sql, id)
                        .chain(() -> find(sql, scope, id))
                        .invoke(row -> {
                            fence.check(row.fence());
                            mustNotBeDeleting(row);
                        })
                        .call(row -> suspended ? Uni.createFrom().voidItem() : pardon(sql, scope, row, fence))
                        .call(row -> sql.preparedQuery(SUSPEND).execute(Tuple.of(id, suspended)))
                        .call(row -> sql.preparedQuery(RAISE_FENCE).execute(Tuple.of(id, fence.number()))))
                .invoke(row -> Log.infof(
                        "event=database-%s tenant=%d database=%s name=%s",
                        suspended ? "suspended" : "resumed", row.tenantId(), id, row.name()))
                .call(row -> suspended
                        ? endSessions(server, scope, row)
                        : Uni.createFrom().voidItem())
                .replaceWithVoid()
                .plug(SqlFailure::mapped);
    }

    /**
     * Who cannot get in cannot make room, so an operator can let him in for a while; he may not write then either. A
     * tenant lifts what was asked for and no more, also when his whole customer is resumed by an operation.
     */
    private static Uni<Void> pardon(SqlConnection sql, Scope scope, StoredDatabase row, Fence fence) {
        if (row.quotaStep() != QuotaStep.SUSPENDED) {
            return Uni.createFrom().voidItem();
        }
        if (scope.tenant() == null) {
            return sql.preparedQuery(GRACE_ANEW).execute(Tuple.of(row.id())).replaceWithVoid();
        }
        if (!row.suspensionAsked() && fence.operation() == null) {
            throw new Fault.Conflict("", "over_quota", "This database holds too much; an operator can let you in.")
                    .toException();
        }
        return Uni.createFrom().voidItem();
    }

    /** After the commit, so that nobody comes back in between. */
    private Uni<Void> endSessions(Server server, Scope scope, StoredDatabase row) {
        return server.withTransaction(scope, sql -> catalogs.endSessions(sql, row.physical(), null, null)
                .chain(() -> DeletionRepository.logins(sql, row.id()))
                .chain(logins -> InTurn.each(logins, login -> catalogs.endSessions(sql, null, login, null))));
    }

    /** A database that is not on the server as it should be. */
    public record Drift(UUID id, long tenant, PhysicalName physical, boolean lost, boolean openToPublic) {

        private static Drift from(Row row) {
            return new Drift(
                    row.getUUID("id"),
                    row.getLong("tenant_id"),
                    new PhysicalName(row.getString("physical")),
                    row.getBoolean("lost"),
                    row.getBoolean("open_to_public"));
        }
    }

    public Uni<List<Drift>> drifted(Server server) {
        return server.withTransaction(Scope.ALL, sql -> sql.query(DRIFTED).execute())
                .map(rows -> rows.stream().map(Drift::from).toList());
    }

    /** Puts a lifted limit back, and reports what only an operator can judge. */
    public Uni<Void> mend(Server server, Drift drift) {
        if (drift.lost() || drift.openToPublic()) {
            Log.errorf(
                    "event=database-drifted server=%s tenant=%d database=%s name=%s lost=%b open-to-public=%b",
                    server, drift.tenant(), drift.id(), drift.physical(), drift.lost(), drift.openToPublic());
            return Uni.createFrom().voidItem();
        }
        return server.withTransaction(Scope.ALL, sql -> sql.preparedQuery(RESTORE_LIMIT)
                        .execute(Tuple.of(drift.physical().value())))
                .replaceWithVoid();
    }
}
