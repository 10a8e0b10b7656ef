package dev.hostwright.db.reconcile;

import dev.hostwright.db.DbConfig;
import dev.hostwright.db.server.Server;
import dev.hostwright.db.tenant.Scope;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlResult;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;

/** The tombstones of all tenants. */
@ApplicationScoped
class TombstoneRepository {

    private static final String PURGE = """
            DELETE FROM tombstones
             WHERE deleted_at < now() - make_interval(secs => $1)
            """;

    private final Duration life;

    TombstoneRepository(DbConfig config) {
        this.life = config.tombstoneLife();
    }

    /** Forgets the ids that were deleted so long ago that no request for them can still be on its way. */
    Uni<Void> purge(Server server) {
        return server.withTransaction(
                        Scope.ALL, sql -> sql.preparedQuery(PURGE).execute(Tuple.of((double) life.toSeconds())))
                .map(SqlResult::rowCount)
                .invoke(purged -> {
                    if (purged > 0) {
                        Log.infof("event=tombstones-purged count=%d", purged);
                    }
                })
                .replaceWithVoid();
    }
}
