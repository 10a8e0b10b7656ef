package dev.hostwright.db.server;

import dev.hostwright.db.name.PhysicalName;
import dev.hostwright.db.server.CatalogRepository.Visit;
import dev.hostwright.db.tenant.Scope;
import dev.hostwright.db.turn.InTurn;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Roles that were deleted while something in another tenant's database still mentioned them. */
@ApplicationScoped
public class GoneRoleRepository {

    private static final String LEFT = """
            SELECT physical
              FROM gone_roles
             WHERE tried_at IS NULL OR tried_at < now() - interval '10 minutes'
             ORDER BY tried_at NULLS FIRST, gone_at
             LIMIT 1000
            """;

    private static final String TRIED = "UPDATE gone_roles SET tried_at = now() WHERE physical = $1";
    private static final String DROP = "SELECT drop_gone_role($1)";

    private final CatalogRepository catalogs;

    GoneRoleRepository(CatalogRepository catalogs) {
        this.catalogs = catalogs;
    }

    /** Those that are worth a try, the longest untried first. */
    public Uni<List<PhysicalName>> left(Server server) {
        return server.withTransaction(Scope.ALL, sql -> sql.query(LEFT).execute())
                .map(rows -> rows.stream()
                        .map(row -> new PhysicalName(row.getString("physical")))
                        .toList());
    }

    /** Takes it out of every database that lets the service, and drops it when that was all. */
    public Uni<Void> drop(Server server, PhysicalName role) {
        return server.withTransaction(Scope.ALL, sql -> sql.preparedQuery(TRIED).execute(Tuple.of(role.value())))
                .chain(() -> catalogs.whereAre(server, Scope.ALL, List.of(role)))
                .chain(visits -> InTurn.each(visits, visit -> takeOver(server, visit)))
                .chain(() -> server.withTransaction(
                        Scope.ALL, sql -> sql.preparedQuery(DROP).execute(Tuple.of(role.value()))))
                .invoke(() -> Log.infof("event=gone-role-dropped role=%s", role))
                .replaceWithVoid();
    }

    /** One database that is locked does not keep the role in the others. */
    private Uni<Void> takeOver(Server server, Visit visit) {
        return catalogs.takeOver(server, visit)
                .onFailure()
                .invoke(e ->
                        Log.debugf("event=gone-role-kept database=%s cause=\"%s\"", visit.database(), e.getMessage()))
                .onFailure()
                .recoverWithNull();
    }
}
