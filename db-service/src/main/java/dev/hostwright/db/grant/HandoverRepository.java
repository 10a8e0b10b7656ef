package dev.hostwright.db.grant;

import dev.hostwright.db.name.PhysicalName;
import dev.hostwright.db.server.CatalogRepository;
import dev.hostwright.db.server.CatalogRepository.Visit;
import dev.hostwright.db.server.Server;
import dev.hostwright.db.tenant.Scope;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** What an owner's login has made in its own name goes to the owner group, and readers and writers get at it. */
@ApplicationScoped
public class HandoverRepository {

    private static final String LEFT = "SELECT database, login FROM owned_by_logins()";

    private final CatalogRepository catalogs;

    HandoverRepository(CatalogRepository catalogs) {
        this.catalogs = catalogs;
    }

    public Uni<List<Visit>> left(Server server) {
        return server.withTransaction(Scope.ALL, sql -> sql.query(LEFT).execute())
                .map(rows -> rows.stream()
                        .map(row -> new Visit(
                                new PhysicalName(row.getString("login")), new PhysicalName(row.getString("database"))))
                        .toList());
    }

    public Uni<Void> handOver(Server server, Visit visit) {
        return catalogs.handOver(server, visit)
                .invoke(() ->
                        Log.infof("event=things-handed-over database=%s username=%s", visit.database(), visit.role()));
    }
}
