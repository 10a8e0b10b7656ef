package dev.hostwright.db.holdup;

import dev.hostwright.db.DbConfig;
import dev.hostwright.db.ServerOptions;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.pgclient.PgBuilder;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.sqlclient.PoolOptions;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ends the sessions of customers that keep somebody waiting, on one server, for a lock on what is not theirs.
 *
 * <p>Anybody who may log in may lock any database and any role of the server for as long as his transaction lasts, by
 * {@code ALTER ROLE … IN DATABASE} on himself or by a grant, and PostgreSQL has no right that would forbid it. One
 * session could so keep databases from being claimed, dropped or entered.
 */
public final class HoldupRepository {

    /** What is done sooner than this waited for nobody. */
    private static final Duration PATIENCE = Duration.ofMillis(250);

    private static final String SEE_ALL = "SELECT set_config('app.tenant', '*', true)";
    private static final String END = "SELECT tenant_id, username, waiting FROM end_holdups()";

    private final Pool own;
    private final AtomicBoolean ending = new AtomicBoolean();

    public HoldupRepository(Vertx vertx, DbConfig.Server server) {
        // A connection for this alone, which stays: when it is needed, no other may be free, and nobody may get in.
        this.own = PgBuilder.pool()
                .with(new PoolOptions().setMaxSize(1))
                .connectingTo(ServerOptions.own(server))
                .using(vertx)
                .build();
    }

    /** The work; while it lasts longer than it would if it did not wait, those who hold it up are ended. */
    public <T> Uni<T> watching(Uni<T> work) {
        Uni<T> watch = Uni.createFrom()
                .item(true)
                .onItem()
                .delayIt()
                .by(PATIENCE)
                .call(this::end)
                .repeat()
                .indefinitely()
                .onItem()
                .ignoreAsUni()
                .chain(() -> Uni.createFrom().nothing());
        return Uni.combine().any().of(work, watch);
    }

    /** Ends whoever holds somebody up right now; what fails is logged, and done by whoever comes next. */
    public Uni<Void> end() {
        return Uni.createFrom().deferred(() -> {
            if (!ending.compareAndSet(false, true)) {
                return Uni.createFrom().voidItem();
            }
            return own.withTransaction(sql -> sql.query(SEE_ALL).execute().chain(() -> sql.query(END)
                            .execute()))
                    .invoke(rows -> rows.forEach(HoldupRepository::told))
                    .onFailure()
                    .invoke(e -> Log.warnf("event=holdups-not-ended cause=\"%s\"", e.getMessage()))
                    .onFailure()
                    .recoverWithNull()
                    .onTermination()
                    .invoke(() -> ending.set(false))
                    .replaceWithVoid();
        });
    }

    private static void told(Row row) {
        Log.warnf(
                "event=holdup-ended tenant=%d username=%s waiting=%d",
                row.getLong("tenant_id"), row.getString("username"), row.getLong("waiting"));
    }

    public void close() {
        own.closeAndForget();
    }
}
