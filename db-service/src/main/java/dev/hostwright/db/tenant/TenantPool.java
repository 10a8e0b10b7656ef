package dev.hostwright.db.tenant;

import dev.hostwright.db.holdup.HoldupRepository;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.tuples.Tuple2;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.sqlclient.ClosedConnectionException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Function;
import java.util.function.Supplier;

/** Transactions in which row-level security shows one tenant's rows only. */
@ApplicationScoped
public class TenantPool {

    private static final String ENTER = "SELECT set_config('app.tenant', $1, true)";

    private final Pool pool;
    private final HoldupRepository holdups;

    TenantPool(Pool pool, HoldupRepository holdups) {
        this.pool = pool;
        this.holdups = holdups;
    }

    /**
     * Runs the work in one transaction, seen by the policies as the scope; the work uses only the connection it gets.
     * Its first statement is sent without waiting for the answer to ours, which the server takes first. A customer who
     * keeps it waiting for a lock is ended.
     */
    public <T> Uni<T> withTransaction(Scope scope, Function<SqlConnection, Uni<T>> work) {
        return holdups.watching(pool.withTransaction(sql -> Uni.combine()
                        .all()
                        .unis(sql.preparedQuery(ENTER).execute(Tuple.of(scope.setting())), work.apply(sql))
                        .asTuple()
                        .map(Tuple2::getItem2))
                .onFailure(IllegalArgumentException.class)
                .transform(TenantPool::lost));
    }

    /**
     * Of a connection that is lost, statement and rollback tell by one and the same object, which Mutiny refuses to add
     * to itself.
     */
    private static Throwable lost(Throwable e) {
        return e.getCause() instanceof ClosedConnectionException lost ? lost : e;
    }

    /** The same on a connection that is held already. */
    public <T> Uni<T> withTransaction(SqlConnection sql, Scope scope, Supplier<Uni<T>> work) {
        return sql.begin().chain(transaction -> sql.preparedQuery(ENTER)
                .execute(Tuple.of(scope.setting()))
                .chain(work::get)
                .onFailure()
                .call(() -> transaction.rollback().onFailure().recoverWithNull())
                .call(transaction::commit));
    }
}
