package dev.hostwright.dns.tenant;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.tuples.Tuple2;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/** Transactions in which row-level security shows one tenant's rows only. */
@ApplicationScoped
public class TenantPool {

    private static final String ENTER = "SELECT set_config('app.tenant', $1, true)";

    private final Pool pool;

    TenantPool(Pool pool) {
        this.pool = pool;
    }

    /**
     * Runs the work in one transaction, seen by the policies as the scope; the work uses only the connection it gets.
     * Its first statement is sent without waiting for the answer to ours, which the server takes first.
     */
    public <T> Uni<T> withTransaction(Scope scope, Function<SqlConnection, Uni<T>> work) {
        return pool.withTransaction(sql -> Uni.combine()
                .all()
                .unis(sql.preparedQuery(ENTER).execute(Tuple.of(scope.setting())), work.apply(sql))
                .asTuple()
                .map(Tuple2::getItem2));
    }

    /**
     * Runs the work as {@link #withTransaction(Scope, Function)} does, and when it is only a preview takes back
     * everything that it has done; what it came to is the answer all the same.
     */
    public <T> Uni<T> withTransaction(Scope scope, boolean preview, Function<SqlConnection, Uni<T>> work) {
        if (!preview) {
            return withTransaction(scope, work);
        }
        AtomicReference<T> result = new AtomicReference<>();
        return this.<T>withTransaction(
                        scope, sql -> work.apply(sql).invoke(result::set).chain(() -> Uni.createFrom()
                                .failure(new TakenBack())))
                .onFailure(TakenBack.class)
                .recoverWithItem(result::get);
    }

    /** Ends a transaction without a commit. */
    private static final class TakenBack extends RuntimeException {
        private static final long serialVersionUID = 1;

        private TakenBack() {
            super(null, null, false, false);
        }
    }
}
