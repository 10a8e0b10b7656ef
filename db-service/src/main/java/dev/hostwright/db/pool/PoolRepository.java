package dev.hostwright.db.pool;

import dev.hostwright.db.DbConfig;
import dev.hostwright.db.name.PhysicalName;
import dev.hostwright.db.name.PhysicalNames;
import dev.hostwright.db.server.CatalogRepository;
import dev.hostwright.db.server.Server;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/**
 * Makes the items of the pool and takes broken ones away.
 *
 * <p>{@code CREATE DATABASE} cannot be in a transaction, so a row says first what is going to be made. Whoever makes an
 * item holds a lock on its name for as long as his connection lives, and the server keeps that alive until a statement
 * that runs has ended: a row {@code creating} whose lock is free has no maker any more.
 */
@ApplicationScoped
class PoolRepository {

    private static final String READY = "SELECT count(*) AS ready FROM pool WHERE state = 'ready'";
    private static final String INTEND = "INSERT INTO pool (prefix) VALUES ($1)";
    private static final String GROUPS = "SELECT pool_groups($1)";
    private static final String HARDEN = "SELECT pool_harden($1)";
    private static final String FINISH = "SELECT pool_finish($1)";
    private static final String FORGET = "SELECT pool_forget($1)";
    private static final String BROKEN = "SELECT prefix FROM pool WHERE state <> 'ready' ORDER BY created_at";
    private static final String STILL_BROKEN = "SELECT 1 FROM pool WHERE prefix = $1 AND state <> 'ready'";

    private static final String SPOILT = """
            UPDATE pool
               SET state = 'dead'
             WHERE prefix IN (SELECT p.prefix
                                FROM pool p
                               WHERE p.state = 'ready'
                                 AND NOT EXISTS (SELECT
                                                   FROM pg_database d
                                                  WHERE d.oid = p.dboid
                                                    AND d.datname = p.prefix
                                                    AND d.datconnlimit <> -2
                                                    AND NOT d.datallowconn)
                                 FOR UPDATE SKIP LOCKED)
            """;

    /** Closed from its first moment: PUBLIC, which may connect to every new database, never could to this one. */
    private static final String CREATE = """
            CREATE DATABASE %s
                TEMPLATE %s
                ENCODING 'UTF8'
                ALLOW_CONNECTIONS false
            """;

    /** The service's only visit, when nothing of a customer's can be in there. */
    private static final String FURNISH = """
            ALTER SCHEMA public OWNER TO %1$s;
            REVOKE ALL ON SCHEMA public FROM PUBLIC;
            GRANT USAGE ON SCHEMA public TO %2$s, %3$s;
            ALTER DEFAULT PRIVILEGES FOR ROLE %1$s GRANT USAGE ON SCHEMAS TO %2$s, %3$s;
            ALTER DEFAULT PRIVILEGES FOR ROLE %1$s GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %2$s;
            ALTER DEFAULT PRIVILEGES FOR ROLE %1$s GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO %2$s;
            ALTER DEFAULT PRIVILEGES FOR ROLE %1$s GRANT SELECT ON TABLES TO %3$s;
            ALTER DEFAULT PRIVILEGES FOR ROLE %1$s GRANT SELECT ON SEQUENCES TO %3$s
            """;

    private final CatalogRepository catalogs;
    private final PhysicalNames names;
    private final PhysicalName template;

    PoolRepository(CatalogRepository catalogs, PhysicalNames names, DbConfig config) {
        this.catalogs = catalogs;
        this.names = names;
        this.template = new PhysicalName(config.template());
    }

    Uni<Long> ready(Server server) {
        return server.withConnection(sql -> sql.query(READY).execute())
                .map(rows -> rows.iterator().next().getLong("ready"));
    }

    /** One more database that is ready to be claimed. */
    Uni<Void> make(Server server) {
        PhysicalName item = names.ofPoolItem();
        return server.exclusive(
                lock(item), sql -> make(server, sql, item).onFailure().call(() -> remove(server, sql, item)
                        .onFailure()
                        .invoke(e -> Log.errorf("event=pool-item-stuck item=%s cause=\"%s\"", item, e.getMessage()))
                        .onFailure()
                        .recoverWithNull()));
    }

    private Uni<Void> make(Server server, SqlConnection sql, PhysicalName item) {
        Tuple prefix = Tuple.of(item.value());
        return sql.preparedQuery(INTEND)
                .execute(prefix)
                .chain(() -> sql.preparedQuery(GROUPS).execute(prefix))
                .chain(() -> sql.query(CREATE.formatted(item.quoted(), template.quoted()))
                        .execute())
                .chain(() -> sql.preparedQuery(HARDEN).execute(prefix))
                .chain(() -> server.visit(item, furnishing(item)))
                .chain(() -> sql.preparedQuery(FINISH).execute(prefix))
                .invoke(() -> Log.debugf("event=pool-item-made item=%s", item))
                .replaceWithVoid();
    }

    private static String furnishing(PhysicalName item) {
        return FURNISH.formatted(
                item.owners().quoted(), item.writers().quoted(), item.readers().quoted());
    }

    /** Takes one away that is not ready; what is not there is no failure, so it may be done again. */
    private Uni<Void> remove(Server server, SqlConnection sql, PhysicalName item) {
        return catalogs.drop(server, sql, item)
                .chain(() -> sql.preparedQuery(FORGET).execute(Tuple.of(item.value())))
                .invoke(() -> Log.warnf("event=pool-item-removed item=%s", item))
                .replaceWithVoid();
    }

    /** The items that are not ready: half made by somebody who is gone, or being made right now, or spoilt. */
    Uni<List<PhysicalName>> broken(Server server) {
        return server.withConnection(sql -> sql.query(SPOILT).execute().chain(() -> sql.query(BROKEN)
                        .execute()))
                .map(rows -> rows.stream()
                        .map(row -> new PhysicalName(row.getString("prefix")))
                        .toList());
    }

    /** Takes a broken item away, unless somebody is making it. */
    Uni<Boolean> removeIfAbandoned(Server server, PhysicalName item) {
        return server.exclusiveIfFree(lock(item), sql -> sql.preparedQuery(STILL_BROKEN)
                .execute(Tuple.of(item.value()))
                .chain(rows -> rows.size() == 0 ? Uni.createFrom().voidItem() : remove(server, sql, item)));
    }

    /** The work, unless another replica is at it. */
    Uni<Boolean> alone(Server server, Uni<Void> work) {
        return server.exclusiveIfFree("pool", sql -> work);
    }

    private static String lock(PhysicalName item) {
        return "pool:" + item.value();
    }
}
