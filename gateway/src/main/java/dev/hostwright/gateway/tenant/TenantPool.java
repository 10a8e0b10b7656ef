package dev.hostwright.gateway.tenant;

import io.smallrye.mutiny.CompositeException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.tuples.Tuple2;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Function;

/** Transactions in which row-level security shows one tenant's rows only. */
@ApplicationScoped
public class TenantPool {

    private static final String ENTER = "SELECT set_config('app.tenant', $1, true)";

    /** The setting is a number or a star. */
    private static final String BEGIN = "BEGIN; SELECT set_config('app.tenant', '%s', true)";

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
     * Runs one statement in a transaction of its own, seen by the policies as the scope. All of it is sent at once, so
     * it costs one round trip; when the statement fails the server takes COMMIT for ROLLBACK.
     */
    public Uni<RowSet<Row>> execute(Scope scope, String statement, Tuple parameters) {
        return pool.withConnection(sql -> Uni.join()
                .all(
                        sql.query(BEGIN.formatted(scope.setting())).execute(),
                        sql.preparedQuery(statement).execute(parameters),
                        sql.query("COMMIT").execute())
                .andCollectFailures()
                .map(answers -> answers.get(1))
                .onFailure(CompositeException.class)
                .transform(all -> ((CompositeException) all).getCauses().getFirst()));
    }
}
