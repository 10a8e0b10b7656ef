package dev.hostwright.db.server;

import dev.hostwright.db.DbConfig;
import dev.hostwright.db.name.PhysicalName;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.pgclient.PgConnection;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgConnectOptions;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is done on the server outside of one transaction: locks that span several, and visits to other databases. */
@ApplicationScoped
public class ServerRepository {

    private static final String MISSING = """
            SELECT statement, required
              FROM missing_rights(current_user)
             ORDER BY required DESC, statement
            """;

    private static final String QUIET = """
            SELECT set_config(parameter, value, true)
              FROM (VALUES ('log_statement', 'none'),
                           ('log_min_error_statement', 'panic'),
                           ('log_min_duration_statement', '-1'),
                           ('log_error_verbosity', 'terse')) AS silence (parameter, value)
             WHERE has_parameter_privilege(parameter, 'SET')
            """;

    private static final String SEE_ALL = "SELECT set_config('app.tenant', '*', true)";
    private static final String LOCK = "SELECT pg_advisory_lock(hashtextextended($1, 0))";
    private static final String TRY_LOCK = "SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS locked";
    private static final String UNLOCK = "SELECT pg_advisory_unlock(hashtextextended($1, 0))";
    private static final String END_SESSIONS = "SELECT end_sessions($1, $2, $3)";
    private static final String WHERE_A_ROLE_IS = "SELECT physical FROM where_a_role_is($1)";
    private static final String LIFT_LIMIT = "SELECT lift_limit($1, true)";
    private static final String RESTORE_LIMIT = "SELECT lift_limit($1, false)";
    private static final String DROP_ROLE = "SELECT drop_role($1)";

    /** One transaction, because it is one message: on any failure nothing of it stays, the memberships least of all. */
    private static final String TAKE_OVER = """
            GRANT %1$s, %2$s TO CURRENT_USER;
            REASSIGN OWNED BY %1$s TO %2$s;
            DROP OWNED BY %1$s;
            REVOKE %1$s, %2$s FROM CURRENT_USER
            """;

    private final Pool pool;
    private final Vertx vertx;
    private final DbConfig.Server server;

    ServerRepository(Pool pool, Vertx vertx, DbConfig config) {
        this.pool = pool;
        this.vertx = vertx;
        this.server = config.server();
    }

    /**
     * A right that this service's role lacks.
     *
     * @param statement what a superuser runs to give it
     * @param required without it the service does not start
     */
    public record MissingRight(String statement, boolean required) {}

    public Uni<List<MissingRight>> missingRights() {
        return pool.query(MISSING)
                .mapping(row -> new MissingRight(row.getString("statement"), row.getBoolean("required")))
                .execute()
                .map(rows -> rows.stream().toList());
    }

    /** Keeps what follows in the transaction out of the server's log, as far as this role may. */
    public Uni<Void> quiet(SqlConnection sql) {
        return sql.preparedQuery(QUIET).execute().replaceWithVoid();
    }

    /**
     * Work on one connection while nobody else, on any replica, does work of the same key. It ends even when the
     * request that asked for it does not wait.
     */
    public <T> Uni<T> exclusive(String key, Function<SqlConnection, Uni<T>> work) {
        Uni<T> whole = pool.withConnection(
                sql -> sql.preparedQuery(LOCK).execute(Tuple.of(key)).chain(() -> unlocking(sql, key, work)));
        return whole.memoize().indefinitely();
    }

    /** The same, or false at once when somebody else is at it. */
    public Uni<Boolean> exclusiveIfFree(String key, Function<SqlConnection, Uni<Void>> work) {
        Uni<Boolean> whole = pool.withConnection(sql -> sql.preparedQuery(TRY_LOCK)
                .execute(Tuple.of(key))
                .chain(rows -> rows.iterator().next().getBoolean("locked")
                        ? unlocking(sql, key, work).replaceWith(true)
                        : Uni.createFrom().item(false)));
        return whole.memoize().indefinitely();
    }

    private static <T> Uni<T> unlocking(SqlConnection sql, String key, Function<SqlConnection, Uni<T>> work) {
        return work.apply(sql).onItemOrFailure().call(() -> sql.preparedQuery(UNLOCK)
                .execute(Tuple.of(key))
                .onFailure()
                .recoverWithNull());
    }

    /** One transaction on a connection that is held already, which sees the rows of all tenants. */
    public <T> Uni<T> asService(SqlConnection sql, Supplier<Uni<T>> work) {
        return sql.begin().chain(transaction -> sql.query(SEE_ALL)
                .execute()
                .chain(work::get)
                .onFailure()
                .call(() -> transaction.rollback().onFailure().recoverWithNull())
                .call(transaction::commit));
    }

    /** Ends the sessions of a login, or of everybody, in a database, or in any. */
    public Uni<Void> endSessions(
            SqlConnection sql,
            @Nullable PhysicalName database,
            @Nullable PhysicalName role,
            @Nullable OffsetDateTime before) {
        return sql.preparedQuery(END_SESSIONS)
                .execute(Tuple.of(
                        database == null ? null : database.value(), role == null ? null : role.value(), before))
                .replaceWithVoid();
    }

    /**
     * Ends a role's sessions and takes away, in every database, what it owns or was given; what it owns goes to the
     * database's owner group. The role itself stays, with nothing.
     */
    public Uni<Void> emptyRole(SqlConnection sql, PhysicalName role) {
        return endSessions(sql, null, role, null)
                .chain(() ->
                        asService(sql, () -> sql.preparedQuery(WHERE_A_ROLE_IS).execute(Tuple.of(role.value()))))
                .chain(rows -> Multi.createFrom()
                        .items(rows.stream().map(ServerRepository::physical))
                        .onItem()
                        .transformToUniAndConcatenate(database -> takeOver(sql, role, database))
                        .collect()
                        .asList())
                .replaceWithVoid();
    }

    /** Drops a role that is empty, in the caller's transaction. */
    public Uni<Void> dropRole(SqlConnection sql, PhysicalName role) {
        return sql.preparedQuery(DROP_ROLE).execute(Tuple.of(role.value())).replaceWithVoid();
    }

    /** The database may be full of its customer's sessions, and its limit binds the service too. */
    private Uni<Void> takeOver(SqlConnection sql, PhysicalName role, PhysicalName database) {
        String statements = TAKE_OVER.formatted(role.quoted(), database.owners().quoted());
        Tuple name = Tuple.of(database.value());
        return asService(sql, () -> sql.preparedQuery(LIFT_LIMIT).execute(name))
                .chain(() -> visit(database, statements))
                .onItemOrFailure()
                .call(() ->
                        asService(sql, () -> sql.preparedQuery(RESTORE_LIMIT).execute(name)));
    }

    /** Runs statements, as one transaction, in another database of the server, on a connection for that alone. */
    public Uni<Void> visit(PhysicalName database, String statements) {
        return PgConnection.connect(vertx, options(database)).chain(sql -> sql.query(statements)
                .execute()
                .onItemOrFailure()
                .call(sql::close)
                .replaceWithVoid());
    }

    /** Sent in the startup packet, these win over what is stored for the database, which its customer has a say in. */
    private PgConnectOptions options(PhysicalName database) {
        return new PgConnectOptions()
                .setHost(server.host())
                .setPort(server.port())
                .setUser(server.username())
                .setPassword(server.password())
                .setDatabase(database.value())
                .addProperty("application_name", "hostwright-db")
                .addProperty("search_path", "pg_catalog")
                .addProperty("default_transaction_read_only", "off")
                .addProperty("client_min_messages", "error")
                .addProperty("lock_timeout", "10000")
                .addProperty("statement_timeout", "60000");
    }

    private static PhysicalName physical(Row row) {
        return new PhysicalName(row.getString("physical"));
    }
}
