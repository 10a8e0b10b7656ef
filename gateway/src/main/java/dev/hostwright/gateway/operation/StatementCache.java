package dev.hostwright.gateway.operation;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.pgclient.PgBuilder;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnectOptions;
import jakarta.inject.Singleton;
import java.util.List;

/**
 * Keeps long statements prepared too. The client forgets those of more than 2,048 characters, and the one that records
 * what became of an operation is longer: it would be parsed and planned anew for every step.
 */
@Singleton
class StatementCache implements PgPoolCreator {

    /** Characters; twice the longest statement here. */
    private static final int LONGEST = 8192;

    @Override
    public Pool create(Input input) {
        input.pgConnectOptionsList().forEach(each -> each.setPreparedStatementCacheSqlLimit(LONGEST));
        return PgBuilder.pool()
                .with(input.poolOptions())
                .connectingTo(List.<SqlConnectOptions>copyOf(input.pgConnectOptionsList()))
                .using(input.vertx())
                .build();
    }
}
