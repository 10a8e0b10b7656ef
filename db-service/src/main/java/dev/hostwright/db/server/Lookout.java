package dev.hostwright.db.server;

import dev.hostwright.db.DbConfig;
import dev.hostwright.db.turn.InTurn;
import io.quarkus.flyway.FlywayDataSource;
import io.quarkus.logging.Log;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.Configuration;

/**
 * Looks whether the servers answer, at the start and again and again. One that has just come is made ready first: its
 * tables are brought up to date, and the service's role must have its rights there.
 */
@Singleton
class Lookout {

    /** How long the start waits for servers that need not be there. */
    private static final Duration PATIENCE_AT_START = Duration.ofSeconds(10);

    /** A server that takes longer for a question is not there. */
    private static final Duration ANSWERS = Duration.ofSeconds(30);

    private final Servers servers;
    private final CatalogRepository catalogs;
    private final PlacementRepository placements;
    private final Configuration migrations;
    private final AtomicBoolean started = new AtomicBoolean();
    private final Set<Server> lookedAt = ConcurrentHashMap.newKeySet();

    /** Those whose tenants are in the index. */
    private final Set<Server> indexed = ConcurrentHashMap.newKeySet();

    Lookout(
            Servers servers,
            CatalogRepository catalogs,
            PlacementRepository placements,
            @FlywayDataSource("migration") Flyway flyway) {
        this.servers = servers;
        this.catalogs = catalogs;
        this.placements = placements;
        this.migrations = flyway.getConfiguration();
    }

    /**
     * The one place that waits: the service takes no requests yet, and must not before it is known that the home server
     * is as it should be. The others may come later.
     */
    void start(@Observes @Priority(1) StartupEvent starting) {
        Server home = servers.home();
        makeReady(home)
                .chain(home::look)
                .chain(() -> lookAtAll()
                        .ifNoItem()
                        .after(PATIENCE_AT_START)
                        .recoverWithUni(Uni.createFrom().voidItem()))
                .invoke(() -> started.set(true))
                .subscribeAsCompletionStage()
                .join();
    }

    @Scheduled(every = "{db.look-every}", identity = "servers")
    Uni<Void> look() {
        return started.get() ? lookAtAll() : Uni.createFrom().voidItem();
    }

    /** A server that is slow to become ready does not keep the others from being looked at again meanwhile. */
    private Uni<Void> lookAtAll() {
        return Uni.join()
                .all(servers.all().stream().map(this::look).toList())
                .andCollectFailures()
                .replaceWithVoid();
    }

    private Uni<Void> look(Server server) {
        return Uni.createFrom().deferred(() -> {
            if (!lookedAt.add(server)) {
                return Uni.createFrom().voidItem();
            }
            Uni<Void> ready = server.isUp() ? index(server) : makeReady(server);
            return ready.chain(server::look)
                    .onFailure(e -> !server.isUp() || !SqlFailure.isBusy(e))
                    .invoke(server::lose)
                    .onFailure()
                    .recoverWithNull()
                    .onTermination()
                    .invoke(() -> lookedAt.remove(server));
        });
    }

    private Uni<Void> makeReady(Server server) {
        return Uni.createFrom()
                .item(() -> migrate(server.settings()))
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .chain(() ->
                        catalogs.missingRights(server).ifNoItem().after(ANSWERS).fail())
                .invoke(missing -> mustHaveRights(server, missing))
                .chain(() -> {
                    // the index may be an older one
                    if (server == servers.home()) {
                        indexed.clear();
                        return InTurn.each(servers.up(), this::index);
                    }
                    indexed.remove(server);
                    return index(server);
                });
    }

    /** What is not in the index now, because its server is away, is tried again each time that one is looked at. */
    private Uni<Void> index(Server server) {
        if (indexed.contains(server)) {
            return Uni.createFrom().voidItem();
        }
        return placements
                .index(server)
                .ifNoItem()
                .after(ANSWERS)
                .fail()
                .invoke(() -> indexed.add(server))
                .onFailure()
                .invoke(e -> Log.warnf("event=tenants-not-indexed server=%s cause=\"%s\"", server, e.getMessage()))
                .onFailure()
                .recoverWithNull();
    }

    /** As Quarkus would at the start, of a database that may be one of several, or come later. */
    private int migrate(DbConfig.Server settings) {
        return Flyway.configure()
                .dataSource(
                        "jdbc:postgresql://%s:%d/%s?connectTimeout=10&socketTimeout=1800"
                                .formatted(settings.host(), settings.port(), settings.database()),
                        settings.migrationUsername(),
                        settings.migrationPassword())
                .locations(migrations.getLocations())
                .resourceProvider(migrations.getResourceProvider())
                .javaMigrationClassProvider(migrations.getJavaMigrationClassProvider())
                .placeholders(Map.of("service", settings.username()))
                .load()
                .migrate()
                .migrationsExecuted;
    }

    private static void mustHaveRights(Server server, List<CatalogRepository.MissingRight> missing) {
        for (CatalogRepository.MissingRight right : missing) {
            if (!right.required()) {
                Log.warnf("event=right-advised server=%s run-as-superuser=\"%s\"", server, right.statement());
            }
        }
        String required = missing.stream()
                .filter(CatalogRepository.MissingRight::required)
                .map(CatalogRepository.MissingRight::statement)
                .collect(Collectors.joining("\n  "));
        if (!required.isEmpty()) {
            throw new IllegalStateException(
                    "The database role of this service lacks rights. Run as a superuser:\n  " + required);
        }
    }
}
