package dev.hostwright.db.server;

import dev.hostwright.db.DbConfig;
import dev.hostwright.db.ServerOptions;
import dev.hostwright.db.holdup.HoldupRepository;
import dev.hostwright.db.name.PhysicalName;
import dev.hostwright.db.problem.Fault;
import dev.hostwright.db.tenant.Scope;
import dev.hostwright.db.turn.TenantTurnstile;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.tuples.Tuple2;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.core.Future;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.pgclient.PgBuilder;
import io.vertx.mutiny.pgclient.PgConnection;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.ClosedConnectionException;
import io.vertx.sqlclient.PoolOptions;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A PostgreSQL server with customers' databases: the connections to it, the transactions, locks and visits that are had
 * on it, and whether it answers. While it does not, requests for it are refused at once.
 */
public final class Server {

    private static final String ENTER = "SELECT set_config('app.tenant', $1, true)";
    private static final String LOCK = "SELECT pg_advisory_lock(hashtextextended($1, 0))";
    private static final String TRY_LOCK = "SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS locked";
    private static final String UNLOCK = "SELECT pg_advisory_unlock(hashtextextended($1, 0))";
    private static final String COUNT = "SELECT databases_here() AS databases";

    /** A database that is entered sooner than this waits for nobody. */
    private static final Duration ENTRY = Duration.ofSeconds(3);

    /** A server that takes longer to count its databases is not there. */
    private static final Duration ANSWER = Duration.ofSeconds(5);

    private static final int VISITS = 4;
    private static final int DELETION_QUEUE = 100;
    private static final Duration DELETION_PATIENCE = Duration.ofSeconds(3);
    private static final int RETRY_AFTER_SECONDS = 5;
    private static final Duration IDLE_DESK = Duration.ofMinutes(1);
    private static final Duration IDLE = Duration.ofMinutes(5);
    private static final Duration LIFETIME = Duration.ofMinutes(30);

    private final String name;
    private final DbConfig.Server settings;
    private final Vertx vertx;
    private final Pool pool;
    private final Pool desks;
    private final AtomicReference<Pool> watch;
    private final HoldupRepository holdups;
    private final TenantTurnstile deletions;
    private final TenantTurnstile visits;
    private final AtomicBoolean up = new AtomicBoolean();
    private final AtomicLong databases = new AtomicLong();

    /** Why it is down, so that this is logged once. */
    private final AtomicReference<String> cause = new AtomicReference<>("");

    Server(String name, DbConfig.Server settings, DbConfig config, Vertx vertx) {
        this.name = name;
        this.settings = settings;
        this.vertx = vertx;
        this.pool = pool(
                new PoolOptions()
                        .setMaxSize(config.poolSize())
                        .setMaxLifetime((int) LIFETIME.toSeconds())
                        .setMaxLifetimeUnit(TimeUnit.SECONDS),
                IDLE,
                ServerOptions.requests(settings));
        this.desks = pool(new PoolOptions().setMaxSize(config.deletions()), IDLE_DESK, ServerOptions.own(settings));
        this.watch = new AtomicReference<>(watch());
        this.holdups = new HoldupRepository(vertx, settings);
        this.deletions = new TenantTurnstile(
                "Much is being deleted; send the same request again.",
                config.deletions(),
                DELETION_QUEUE,
                DELETION_PATIENCE);
        this.visits = new TenantTurnstile(
                "Much is being done in databases; send the same request again.",
                VISITS,
                DELETION_QUEUE,
                DELETION_PATIENCE);
    }

    private Pool watch() {
        return pool(new PoolOptions().setMaxSize(1), IDLE, ServerOptions.own(settings));
    }

    private Pool pool(PoolOptions options, Duration idle, PgConnectOptions connecting) {
        return PgBuilder.pool()
                .with(options.setIdleTimeout((int) idle.toSeconds()).setIdleTimeoutUnit(TimeUnit.SECONDS))
                .connectingTo(connecting)
                .using(vertx)
                .build();
    }

    public String name() {
        return name;
    }

    /** Where it is, for this service. */
    public DbConfig.Server settings() {
        return settings;
    }

    /** The host that customers are told to connect to. */
    public String publicHost() {
        return settings.publicHost().orElseGet(settings::host);
    }

    public int publicPort() {
        return settings.publicPort().orElseGet(settings::port);
    }

    /** How many databases it may hold; no limit when absent. */
    public OptionalInt capacity() {
        return settings.capacity();
    }

    boolean isDrained() {
        return settings.drain();
    }

    Set<ServerLabel> labels() {
        return settings.labels().map(Set::copyOf).orElse(Set.of());
    }

    /** Whether it answered when it was last asked for something. */
    public boolean isUp() {
        return up.get();
    }

    /** How many databases were on it when they were last counted, and have come since. */
    public long databases() {
        return databases.get();
    }

    /** One is on its way here. */
    void expectOne() {
        databases.incrementAndGet();
    }

    /** Those who keep others waiting for a lock here. */
    public HoldupRepository holdups() {
        return holdups;
    }

    /** Asks how many databases are on it; it is up from then on, or down. */
    Uni<Void> look() {
        return watch.get()
                .query(COUNT)
                .execute()
                .ifNoItem()
                .after(ANSWER)
                .fail()
                // whoever got no answer on this connection will get none later
                .onFailure(TimeoutException.class)
                .invoke(() -> watch.getAndSet(watch()).closeAndForget())
                .invoke(rows -> {
                    databases.set(rows.iterator().next().getLong("databases"));
                    if (up.compareAndSet(false, true)) {
                        cause.set("");
                        Log.infof("event=server-up server=%s databases=%d", name, databases.get());
                    }
                })
                .replaceWithVoid();
    }

    /** It does not answer, or cannot be made ready: it is down until it was looked at again. */
    void lose(Throwable e) {
        up.set(false);
        String message =
                String.valueOf(e.getMessage() == null ? e : e.getMessage()).replace('\n', ' ');
        if (!message.equals(cause.getAndSet(message))) {
            Log.warnf("event=server-down server=%s cause=\"%s\"", name, message);
        }
    }

    /** What those are told who want something of a server that is away. */
    static <T> Uni<T> away() {
        return new Fault.Unavailable(
                        "The database server does not answer; send the request again.", RETRY_AFTER_SECONDS)
                .toFailure();
    }

    private <T> Uni<T> whileUp(Supplier<Uni<T>> work) {
        return Uni.createFrom()
                .deferred(() -> isUp() ? work.get() : Server.<T>away())
                .onFailure(ConnectException.class)
                .invoke(this::lose);
    }

    /**
     * Runs the work in one transaction, seen by the policies of row-level security as the scope; the work uses only the
     * connection it gets. Its first statement is sent without waiting for the answer to ours, which the server takes
     * first. A customer who keeps it waiting for a lock is ended.
     */
    public <T> Uni<T> withTransaction(Scope scope, Function<SqlConnection, Uni<T>> work) {
        return whileUp(() -> transaction(scope, work));
    }

    /** The same on a server of which it is not known yet whether it is up. */
    <T> Uni<T> transaction(Scope scope, Function<SqlConnection, Uni<T>> work) {
        return holdups.watching(pool.withTransaction(sql -> Uni.combine()
                        .all()
                        .unis(sql.preparedQuery(ENTER).execute(Tuple.of(scope.setting())), work.apply(sql))
                        .asTuple()
                        .map(Tuple2::getItem2))
                .onFailure(IllegalArgumentException.class)
                .transform(Server::lost));
    }

    /**
     * Of a connection that is lost, statement and rollback tell by one and the same object, which Mutiny refuses to add
     * to itself.
     */
    private static Throwable lost(Throwable e) {
        return e.getCause() instanceof ClosedConnectionException lost ? lost : e;
    }

    /** The same on a connection that is held already. */
    public static <T> Uni<T> withTransaction(SqlConnection sql, Scope scope, Supplier<Uni<T>> work) {
        return sql.begin().chain(transaction -> sql.preparedQuery(ENTER)
                .execute(Tuple.of(scope.setting()))
                .chain(work::get)
                .onFailure()
                .call(() -> transaction.rollback().onFailure().recoverWithNull())
                .call(transaction::commit));
    }

    /** Work on what is no tenant's, a statement at a time. */
    public <T> Uni<T> withConnection(Function<SqlConnection, Uni<T>> work) {
        return whileUp(() -> pool.withConnection(work));
    }

    /**
     * Work on one connection while nobody else, on any replica, does work of the same key. It ends even when the
     * request that asked for it does not wait.
     */
    public <T> Uni<T> exclusive(String key, Function<SqlConnection, Uni<T>> work) {
        Uni<T> whole = withConnection(
                sql -> sql.preparedQuery(LOCK).execute(Tuple.of(key)).chain(() -> unlocking(sql, key, work)));
        return whole.memoize().indefinitely();
    }

    /** The same, or false at once when somebody else is at it. */
    public Uni<Boolean> exclusiveIfFree(String key, Function<SqlConnection, Uni<Void>> work) {
        Uni<Boolean> whole = withConnection(sql -> sql.preparedQuery(TRY_LOCK)
                .execute(Tuple.of(key))
                .chain(rows -> rows.iterator().next().getBoolean("locked")
                        ? unlocking(sql, key, work).replaceWith(true)
                        : Uni.createFrom().item(false)));
        return whole.memoize().indefinitely();
    }

    /**
     * Work on the deletion of something, while nobody else, on any replica, is at the same. It may wait for what a
     * customer has locked in his own databases, so it has a connection that requests do not need, of which one tenant
     * gets half at most; whoever waits for his turn holds none. It ends even when the request does not wait for it.
     */
    public Uni<Void> deleting(long tenant, UUID id, Function<SqlConnection, Uni<Void>> work) {
        String key = "delete:" + id;
        return deletions.pass(
                tenant,
                () -> whileUp(() -> holdups.watching(desks.withConnection(sql ->
                        sql.preparedQuery(LOCK).execute(Tuple.of(key)).chain(() -> unlocking(sql, key, work))))));
    }

    private static <T> Uni<T> unlocking(SqlConnection sql, String key, Function<SqlConnection, Uni<T>> work) {
        return work.apply(sql).onItemOrFailure().call(() -> sql.preparedQuery(UNLOCK)
                .execute(Tuple.of(key))
                .onFailure()
                .recoverWithNull());
    }

    /**
     * Runs statements, as one transaction, in another database of the server, on a connection for that alone. A lock
     * that somebody holds in there is waited for shortly.
     */
    public Uni<Void> visit(PhysicalName database, String statements) {
        return inside(database, sql -> sql.query(statements).execute().replaceWithVoid());
    }

    /**
     * Work for a request of a tenant's in one of his databases, where he may be slow: half of those at once are his.
     */
    public <T> Uni<T> visitInTurn(long tenant, PhysicalName database, Function<SqlConnection, Uni<T>> work) {
        return visits.pass(tenant, () -> inside(database, work));
    }

    /** Work in another database of the server, on a connection for that alone. */
    <T> Uni<T> inside(PhysicalName database, Function<SqlConnection, Uni<T>> work) {
        return whileUp(() ->
                enter(database).chain(sql -> work.apply(sql).onItemOrFailure().call(sql::close)));
    }

    /** To connect is to wait for a lock on the database, and no setting of the session ends that yet. */
    private Uni<PgConnection> enter(PhysicalName database) {
        Future<io.vertx.pgclient.PgConnection> entering = io.vertx.pgclient.PgConnection.connect(
                vertx.getDelegate(), ServerOptions.visiting(settings, database.value()));
        return holdups.watching(UniHelper.toUni(entering))
                .map(PgConnection::newInstance)
                .ifNoItem()
                .after(ENTRY)
                .recoverWithUni(() -> {
                    entering.onSuccess(io.vertx.pgclient.PgConnection::close);
                    return new Fault.Unavailable(
                                    "The database lets nobody in; send the same request again.", RETRY_AFTER_SECONDS)
                            .toFailure();
                });
    }

    void close() {
        List.of(pool, desks, watch.get()).forEach(Pool::closeAndForget);
        holdups.close();
    }

    @Override
    public String toString() {
        return name;
    }
}
