package dev.hostwright.db.pool;

import dev.hostwright.db.DbConfig;
import dev.hostwright.db.name.PhysicalName;
import dev.hostwright.db.name.PhysicalNames;
import dev.hostwright.db.problem.Fault;
import dev.hostwright.db.server.CatalogRepository;
import dev.hostwright.db.server.Server;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Set;

/**
 * Makes the items of the pool and takes broken ones away.
 *
 * <p>{@code CREATE DATABASE} cannot be in a transaction, so a row says first what is going to be made. Whoever makes an
 * item holds a lock on its name for as long as his connection lives, and the server keeps that alive until a statement
 * that runs has ended: a row {@code creating} whose lock is free has no maker any more.
 */
@ApplicationScoped
class PoolRepository {

    private static final String READY = "SELECT count(*) AS ready FROM pool WHERE state = 'ready' AND class = $1";
    private static final String INTEND = "INSERT INTO pool (prefix, class) VALUES ($1, $2)";
    private static final String GROUPS = "SELECT pool_groups($1)";
    private static final String HARDEN = "SELECT pool_harden($1)";
    private static final String FINISH = "SELECT pool_finish($1)";
    private static final String FORGET = "SELECT pool_forget($1)";
    private static final String BROKEN = "SELECT prefix FROM pool WHERE state <> 'ready' ORDER BY created_at";
    private static final String STILL_BROKEN = "SELECT 1 FROM pool WHERE prefix = $1 AND state <> 'ready'";

    /** Also those of a class that is not offered any more. */
    private static final String SPOILT = """
            UPDATE pool
               SET state = 'dead'
             WHERE prefix IN (SELECT p.prefix
                                FROM pool p
                               WHERE p.state = 'ready'
                                 AND (p.class <> ALL ($1)
                                      OR NOT EXISTS (SELECT
                                                       FROM pg_database d
                                                      WHERE d.oid = p.dboid
                                                        AND d.datname = p.prefix
                                                        AND d.datconnlimit <> -2
                                                        AND NOT d.datallowconn))
                                 FOR UPDATE SKIP LOCKED)
            """;

    /**
     * A locale, or a template, or both with that encoding, that the server does not have, or that is not ours to take.
     */
    private static final Set<String> NOT_THERE = Set.of("42809", "42704", "22023", "3D000", "0A000", "42501");

    /** Closed from its first moment: PUBLIC, which may connect to every new database, never could to this one. */
    private static final String CREATE = """
            CREATE DATABASE %s
                TEMPLATE %s
                %s
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
    private final Classes classes;
    private final String template;

    PoolRepository(CatalogRepository catalogs, PhysicalNames names, Classes classes, DbConfig config) {
        this.catalogs = catalogs;
        this.names = names;
        this.classes = classes;
        this.template = config.template();
    }

    Uni<Long> ready(Server server, DatabaseClass kind) {
        return server.withConnection(sql -> sql.preparedQuery(READY).execute(Tuple.of(kind.word())))
                .map(rows -> rows.iterator().next().getLong("ready"));
    }

    /** One more database of that class that is ready to be claimed. */
    Uni<Void> make(Server server, DatabaseClass kind) {
        PhysicalName item = names.ofPoolItem();
        return server.exclusive(
                lock(item), sql -> make(server, sql, item, kind).onFailure().call(() -> remove(server, sql, item)
                        .onFailure()
                        .invoke(e -> Log.errorf(
                                "event=pool-item-stuck server=%s item=%s cause=\"%s\"", server, item, e.getMessage()))
                        .onFailure()
                        .recoverWithNull()));
    }

    private Uni<Void> make(Server server, SqlConnection sql, PhysicalName item, DatabaseClass kind) {
        Tuple prefix = Tuple.of(item.value());
        return sql.preparedQuery(INTEND)
                .execute(Tuple.of(item.value(), kind.word()))
                .chain(() -> sql.preparedQuery(GROUPS).execute(prefix))
                .chain(() -> create(server, sql, item, kind))
                .chain(() -> sql.preparedQuery(HARDEN).execute(prefix))
                .chain(() -> server.visit(item, furnishing(item)))
                .chain(() -> sql.preparedQuery(FINISH).execute(prefix))
                .invoke(() -> Log.debugf("event=pool-item-made item=%s class=%s", item, kind))
                .replaceWithVoid();
    }

    /** What is offered may not be on the server all the same: that is said to whoever asks for it. */
    private Uni<Void> create(Server server, SqlConnection sql, PhysicalName item, DatabaseClass kind) {
        PhysicalName from = new PhysicalName(kind.template().orElse(template));
        return sql.query(CREATE.formatted(item.quoted(), from.quoted(), kind.options()))
                .execute()
                .onFailure(e -> !kind.equals(DatabaseClass.USUAL)
                        && e instanceof PgException sqlFailure
                        && NOT_THERE.contains(String.valueOf(sqlFailure.getSqlState())))
                .transform(e -> {
                    Log.errorf(
                            "event=class-not-available server=%s class=%s cause=\"%s\"", server, kind, e.getMessage());
                    return new Fault.Invalid("", "not_available", "The server has no database of that kind.")
                            .toException();
                })
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
                .invoke(() -> Log.warnf("event=pool-item-removed server=%s item=%s", server, item))
                .replaceWithVoid();
    }

    /** The items that are not ready: half made by somebody who is gone, or being made right now, or spoilt. */
    Uni<List<PhysicalName>> broken(Server server) {
        String[] offered = classes.offered().stream().map(DatabaseClass::word).toArray(String[]::new);
        return server.withConnection(sql -> sql.preparedQuery(SPOILT)
                        .execute(Tuple.tuple().addArrayOfString(offered))
                        .chain(() -> sql.query(BROKEN).execute()))
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
