package dev.hostwright.db.transfer;

import dev.hostwright.db.DbConfig;
import dev.hostwright.db.name.PhysicalName;
import dev.hostwright.db.page.Page;
import dev.hostwright.db.page.PageRequest;
import dev.hostwright.db.problem.Fault;
import dev.hostwright.db.role.ScramVerifier;
import dev.hostwright.db.server.CatalogRepository;
import dev.hostwright.db.server.Server;
import dev.hostwright.db.server.Servers;
import dev.hostwright.db.server.SqlFailure;
import dev.hostwright.db.tenant.Scope;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Exports and imports: our rows, and the logins that are made for them. */
@ApplicationScoped
class TransferRepository {

    /** A server that takes longer to say what waits on it does not keep the others waiting. */
    private static final Duration ANSWER = Duration.ofSeconds(5);

    private static final String ASK = "SELECT ask_transfer($1, $2, $3, $4, $5, $6, $7) AS outcome";
    private static final String START = "SELECT start_transfer($1, $2, $3, $4, $5, $6) AS physical";
    private static final String STOP = "SELECT known, login FROM stop_transfer($1, $2, $3, $4)";
    private static final String SERVER_VERSION =
            "SELECT current_setting('server_version_num')::integer / 10000 AS major";

    private static final String COLUMNS = """
            SELECT t.database_id, t.id, t.tenant_id, t.kind, t.source_database_id, t.source_id, t.status, t.login, t.bytes,
                   t.code, t.reason, t.created_at, t.started_at, t.ended_at, s.bytes AS source_bytes
              FROM transfers t
              LEFT JOIN transfers s ON s.database_id = t.source_database_id AND s.id = t.source_id
            """;

    private static final String FIND = COLUMNS + """
             WHERE t.database_id = $1 AND t.id = $2 AND ($3::bigint IS NULL OR t.tenant_id = $3)
            """;

    private static final String LIST = COLUMNS + """
             WHERE t.database_id = $1
               AND ($2::bigint IS NULL OR t.tenant_id = $2)
               AND t.kind = $3
               AND t.status <> 'deleting'
               AND t.id::text > $4
             ORDER BY t.id::text
             LIMIT $5
            """;

    private static final String DATABASE = """
            SELECT name
              FROM databases
             WHERE id = $1 AND ($2::bigint IS NULL OR tenant_id = $2) AND status <> 'deleted'
            """;

    private static final String NEXT = COLUMNS + """
             WHERE t.status = 'queued'
               AND NOT EXISTS (SELECT FROM transfers o WHERE o.tenant_id = t.tenant_id AND o.status = 'running')
             ORDER BY t.created_at
             LIMIT 1
            """;

    private static final String PROGRESS = """
            UPDATE transfers
               SET bytes = $3
             WHERE database_id = $1 AND id = $2 AND status = 'running'
            RETURNING id
            """;

    /** What a quota has stopped was thrown out, and does not know why itself. */
    private static final String END = """
            UPDATE transfers t
               SET status = CASE WHEN $4::text IS NULL THEN 'done' ELSE 'failed' END,
                   bytes = $3, ended_at = now(),
                   code = CASE WHEN $4 IS NOT NULL AND t.kind = 'import' AND f.is_full THEN 'full' ELSE $4 END,
                   reason = CASE WHEN $4 IS NOT NULL AND t.kind = 'import' AND f.is_full THEN 'The database holds more than it may.'
                                 ELSE $5 END
              FROM (SELECT EXISTS (SELECT FROM databases WHERE id = $1 AND quota_group IS NOT NULL) AS is_full) f
             WHERE t.database_id = $1 AND t.id = $2 AND t.status IN ('queued', 'running')
            """;

    private static final String FORGET_LOGIN = "UPDATE transfers SET login = NULL WHERE database_id = $1 AND id = $2";
    private static final String REMOVE =
            "DELETE FROM transfers WHERE database_id = $1 AND id = $2 AND status = 'deleting'";

    /** What is not needed any more: the database is gone, or its time is over. */
    private static final String EXPIRE = """
            UPDATE transfers t
               SET status = 'deleting'
             WHERE t.status <> 'deleting'
               AND (NOT EXISTS (SELECT FROM databases d WHERE d.id = t.database_id)
                        AND NOT (t.kind = 'export' AND t.status = 'done')
                    OR t.ended_at < now() - make_interval(secs => $1))
            """;

    private static final String LEFT = COLUMNS + """
             WHERE t.status IN ('running', 'deleting') OR t.login IS NOT NULL
             ORDER BY t.created_at
             LIMIT 1000
            """;

    private static final String KNOWN = "SELECT database_id, id FROM transfers";

    private final Servers servers;
    private final CatalogRepository catalogs;
    private final DbConfig config;

    TransferRepository(Servers servers, CatalogRepository catalogs, DbConfig config) {
        this.servers = servers;
        this.catalogs = catalogs;
        this.config = config;
    }

    /** A transfer and whether this call asked for it first. */
    record Put(Transfer transfer, boolean made) {

        RestResponse<Transfer> answer() {
            return made
                    ? RestResponse.ResponseBuilder.<Transfer>create(RestResponse.Status.ACCEPTED)
                            .entity(transfer)
                            .location(URI.create("/v1/databases/%s/%ss/%s"
                                    .formatted(
                                            transfer.databaseId(),
                                            transfer.kind().word(),
                                            transfer.id())))
                            .build()
                    : RestResponse.ok(transfer);
        }
    }

    /** Notes down that it is wanted, or finds that it is already; refuses when the id was given to something else. */
    Uni<Put> put(Server server, Scope scope, TransferKey key, TransferKind kind, @Nullable TransferKey source) {
        return server.withTransaction(scope, sql -> sql.preparedQuery(ASK)
                        .execute(Tuple.tuple()
                                .addUUID(key.database())
                                .addUUID(key.id())
                                .addLong(scope.tenant())
                                .addString(kind.word())
                                .addUUID(source == null ? null : source.database())
                                .addUUID(source == null ? null : source.id())
                                .addInteger(config.transfer().perTenant()))
                        .map(rows -> rows.iterator().next().getString("outcome"))
                        .chain(outcome -> switch (outcome) {
                            case "made" ->
                                find(sql, scope, key)
                                        .map(row -> new Put(
                                                row.shown(config.transfer().life()), true));
                            case "exists" -> find(sql, scope, key).map(row -> same(row, kind, source));
                            case "no-database" -> new Fault.NotFound("database").<Put>toFailure();
                            case "no-export" -> new Fault.NotFound("export").<Put>toFailure();
                            default -> throw new IllegalStateException(outcome);
                        }))
                .plug(SqlFailure::mapped);
    }

    private Put same(StoredTransfer row, TransferKind kind, @Nullable TransferKey source) {
        if (row.isLeaving()) {
            throw new Fault.Conflict("", "deleting", "This one is being deleted.").toException();
        }
        if (row.kind() != kind || !row.source().equals(Optional.ofNullable(source))) {
            throw new Fault.Differs(row.kind().word(), row.key().id()).toException();
        }
        return new Put(row.shown(config.transfer().life()), false);
    }

    private static Uni<StoredTransfer> find(SqlConnection sql, Scope scope, TransferKey key) {
        return sql.preparedQuery(FIND)
                .execute(Tuple.of(key.database(), key.id(), scope.tenant()))
                .map(rows -> rows.stream().findFirst().map(StoredTransfer::from).orElseThrow(() -> new Fault.NotFound(
                                "transfer")
                        .toException()));
    }

    Uni<StoredTransfer> get(Server server, Scope scope, TransferKey key, TransferKind kind) {
        return server.withTransaction(scope, sql -> find(sql, scope, key)).invoke(row -> {
            if (row.kind() != kind || row.isLeaving()) {
                throw new Fault.NotFound("transfer").toException();
            }
        });
    }

    Uni<Page<Transfer>> list(Server server, Scope scope, UUID database, TransferKind kind, PageRequest page) {
        return server.withTransaction(scope, sql -> sql.preparedQuery(DATABASE)
                        .execute(Tuple.of(database, scope.tenant()))
                        .invoke(rows -> {
                            if (rows.size() == 0) {
                                throw new Fault.NotFound("database").toException();
                            }
                        })
                        .chain(() -> sql.preparedQuery(LIST)
                                .execute(Tuple.of(
                                        database, scope.tenant(), kind.word(), page.after(), page.size() + 1))))
                .map(rows -> Page.of(
                        rows.stream()
                                .map(StoredTransfer::from)
                                .map(row -> row.shown(config.transfer().life()))
                                .toList(),
                        page,
                        transfer -> transfer.id().toString()));
    }

    /** From here on it is not wanted; whoever is at it is thrown out, and notices. False when there is none. */
    Uni<Boolean> stop(Server server, Scope scope, TransferKey key, TransferKind kind) {
        return server.withTransaction(scope, sql -> sql.preparedQuery(STOP)
                        .execute(Tuple.of(key.database(), key.id(), scope.tenant(), kind.word())))
                .map(rows -> rows.iterator().next())
                .call(row -> row.getString("login") == null
                        ? Uni.createFrom().voidItem()
                        : endSessions(server, new PhysicalName(row.getString("login"))))
                .map(row -> row.getBoolean("known"))
                .plug(SqlFailure::mapped);
    }

    private Uni<Void> endSessions(Server server, PhysicalName login) {
        return server.withTransaction(Scope.ALL, sql -> catalogs.endSessions(sql, null, login, null));
    }

    Uni<Integer> serverVersion(Server server) {
        return server.withTransaction(
                        Scope.ALL, sql -> sql.query(SERVER_VERSION).execute())
                .map(rows -> rows.iterator().next().getInteger("major"));
    }

    /** One that waits, and on which server. */
    record Waiting(Server server, StoredTransfer transfer) {}

    /** The oldest that may begin, on the servers that answer in time. */
    Uni<Optional<Waiting>> next() {
        List<Uni<Optional<Waiting>>> asked =
                servers.up().stream().map(this::next).toList();
        return asked.isEmpty()
                ? Uni.createFrom().item(Optional.empty())
                : Uni.join().all(asked).andFailFast().map(found -> found.stream()
                        .flatMap(Optional::stream)
                        .min(Comparator.comparing(waiting -> waiting.transfer().createdAt())));
    }

    private Uni<Optional<Waiting>> next(Server server) {
        return server.withTransaction(Scope.ALL, sql -> sql.query(NEXT).execute())
                .map(rows -> rows.stream().findFirst().map(row -> new Waiting(server, StoredTransfer.from(row))))
                .ifNoItem()
                .after(ANSWER)
                .fail()
                .onFailure()
                .invoke(e -> Log.warnf("event=transfers-not-seen server=%s cause=\"%s\"", server, e.getMessage()))
                .onFailure()
                .recoverWithItem(Optional.empty());
    }

    /**
     * Work on one, unless somebody on any replica is at it; what comes of it is not waited for longer than it takes.
     */
    Uni<Boolean> alone(Server server, TransferKey key, Supplier<Uni<Void>> work) {
        return server.exclusiveIfFree("transfer:" + key, sql -> work.get());
    }

    /** Begins one: with a login of that name. Empty where it has not come to that. */
    Uni<Optional<PhysicalName>> start(Server server, TransferKey key, PhysicalName login, ScramVerifier verifier) {
        return server.withTransaction(Scope.ALL, sql -> catalogs.quiet(sql).chain(() -> sql.preparedQuery(START)
                        .execute(Tuple.of(
                                key.database(),
                                key.id(),
                                login.value(),
                                verifier.value(),
                                (double) config.transfer().longest().toSeconds(),
                                config.tempFileLimit()))))
                .map(rows -> Optional.ofNullable(rows.iterator().next().getString("physical"))
                        .map(PhysicalName::new));
    }

    /** Says how far it is; false when it is not wanted any more. */
    Uni<Boolean> progress(Server server, TransferKey key, long bytes) {
        return server.withTransaction(Scope.ALL, sql -> sql.preparedQuery(PROGRESS)
                        .execute(Tuple.of(key.database(), key.id(), bytes)))
                .map(rows -> rows.size() > 0);
    }

    /** Says how it ended, unless that does not matter any more. */
    Uni<Void> end(Server server, TransferKey key, long bytes, Optional<TransferError> error) {
        return server.withTransaction(Scope.ALL, sql -> sql.preparedQuery(END)
                        .execute(Tuple.of(
                                key.database(),
                                key.id(),
                                bytes,
                                error.map(TransferError::code).orElse(null),
                                error.map(TransferError::message).orElse(null))))
                .replaceWithVoid();
    }

    /** Takes the login away, with whatever it was given meanwhile; may be repeated. */
    Uni<Void> takeLoginAway(Server server, TransferKey key) {
        return read(server, key)
                .chain(row -> row.isEmpty() || row.get().login().isEmpty()
                        ? Uni.createFrom().voidItem()
                        : takeAway(server, row.get(), row.get().login().get()));
    }

    private Uni<Void> takeAway(Server server, StoredTransfer row, PhysicalName login) {
        return endSessions(server, login)
                .chain(() -> catalogs.emptyRoles(server, row.tenantId(), List.of(login)))
                .chain(() -> server.withTransaction(
                        Scope.ALL, sql -> catalogs.dropRole(sql, login).chain(() -> sql.preparedQuery(FORGET_LOGIN)
                                .execute(
                                        Tuple.of(row.key().database(), row.key().id())))))
                .replaceWithVoid();
    }

    /** As it is now. */
    Uni<Optional<StoredTransfer>> read(Server server, TransferKey key) {
        return server.withTransaction(
                        Scope.ALL, sql -> sql.preparedQuery(FIND).execute(Tuple.of(key.database(), key.id(), null)))
                .map(rows -> rows.stream().findFirst().map(StoredTransfer::from));
    }

    /** The end of one that is not wanted any more. */
    Uni<Void> remove(Server server, TransferKey key) {
        return server.withTransaction(
                        Scope.ALL, sql -> sql.preparedQuery(REMOVE).execute(Tuple.of(key.database(), key.id())))
                .replaceWithVoid();
    }

    /** Those that somebody is at, or that nobody is at any more. */
    Uni<List<TransferKey>> left(Server server) {
        return server.withTransaction(Scope.ALL, sql -> sql.preparedQuery(EXPIRE)
                        .execute(Tuple.of((double) config.transfer().life().toSeconds()))
                        .chain(() -> sql.query(LEFT).execute()))
                .map(rows -> rows.stream()
                        .map(StoredTransfer::from)
                        .map(StoredTransfer::key)
                        .toList());
    }

    /** The keys of all there are. */
    Uni<List<TransferKey>> known(Server server) {
        return server.withTransaction(Scope.ALL, sql -> sql.query(KNOWN).execute())
                .map(rows -> rows.stream()
                        .map(row -> new TransferKey(row.getUUID("database_id"), row.getUUID("id")))
                        .toList());
    }
}
