package dev.hostwright.db.quota;

import dev.hostwright.db.DbConfig;
import dev.hostwright.db.server.CatalogRepository;
import dev.hostwright.db.server.Server;
import dev.hostwright.db.server.Servers;
import dev.hostwright.db.tenant.Scope;
import dev.hostwright.db.turn.InTurn;
import dev.hostwright.db.turn.Turnstile;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Measures databases, and puts each on the step that its size leads to; and looks how long statements run. */
@ApplicationScoped
public class QuotaRepository {

    /** What nobody was in has not grown, as far as a day's belief. */
    private static final String DUE = """
            SELECT o.id
              FROM databases o
              JOIN pg_database p ON p.datname = o.physical
                    AND pg_get_userbyid(p.datdba) = current_user AND p.datconnlimit <> -2
              LEFT JOIN pg_stat_database s ON s.datid = p.oid
             WHERE o.status = 'active'
               AND (o.quota_step <> 'within'
                    OR coalesce(o.size_limit, $1) > 0
                       AND (o.measured_at IS NULL
                            OR o.measured_at < now() - interval '1 day'
                            OR s.numbackends > 0
                            OR o.activity IS DISTINCT FROM s.xact_commit + s.xact_rollback))
             ORDER BY o.measured_at NULLS FIRST
             LIMIT 10000
            """;

    /** One that is just being dropped has no size any more. */
    private static final String MEASURE = """
            UPDATE databases o
               SET size = m.bytes, activity = m.activity, measured_at = now()
              FROM (SELECT d.id, pg_database_size(p.oid) AS bytes, s.xact_commit + s.xact_rollback AS activity
                      FROM databases d
                      JOIN pg_database p ON p.datname = d.physical
                            AND pg_get_userbyid(p.datdba) = current_user AND p.datconnlimit <> -2
                      LEFT JOIN pg_stat_database s ON s.datid = p.oid
                     WHERE d.id = ANY ($1)) m
             WHERE o.id = m.id AND o.status = 'active' AND m.bytes IS NOT NULL
            RETURNING o.id, o.tenant_id, o.name, o.physical, o.size, coalesce(o.size_limit, $2) AS size_limit,
                      o.quota_step, o.quota_since, coalesce(o.quota_from, 0) AS quota_from, o.quota_applied,
                      now() AS measured_at
            """;

    private static final String SET_STEP = "SELECT set_quota_step($1, $2, $3) AS done";
    private static final String END_LONG_STATEMENTS =
            "SELECT tenant_id, database_id, username FROM end_long_statements($1)";

    private static final int AT_ONCE = 50;

    /** On a server; each holds a connection and needs another. */
    private static final int STEPS_AT_ONCE = 3;

    private static final int STEPS_WAITING = 100;
    private static final Duration STEP_PATIENCE = Duration.ofSeconds(30);

    private final CatalogRepository catalogs;
    private final WriteAccessRepository writing;
    private final DbConfig config;
    private final Map<Server, Turnstile> turns;

    QuotaRepository(Servers servers, CatalogRepository catalogs, WriteAccessRepository writing, DbConfig config) {
        this.catalogs = catalogs;
        this.writing = writing;
        this.config = config;
        this.turns = servers.all().stream()
                .collect(Collectors.toUnmodifiableMap(Function.identity(), server -> turnstile()));
    }

    private static Turnstile turnstile() {
        return new Turnstile(
                "Many databases are on their way to another step.", STEPS_AT_ONCE, STEPS_WAITING, STEP_PATIENCE);
    }

    /** What a database may hold that nothing else is said of, in bytes; 0 is no limit. */
    public long sizeLimit() {
        return config.sizeLimitMb() * 1_000_000L;
    }

    /** Measures what may have grown on a server, some at a time, on one replica. */
    public Uni<Void> sweep(Server server) {
        return server.exclusiveIfFree("quotas", sql -> Server.withTransaction(
                                sql, Scope.ALL, () -> sql.preparedQuery(DUE).execute(Tuple.of(sizeLimit())))
                        .map(rows -> rows.stream().map(row -> row.getUUID("id")).toList())
                        .chain(ids -> measure(server, ids)))
                .replaceWithVoid();
    }

    /** Measures these databases, and puts each on the step that it has come to. */
    public Uni<Void> measure(Server server, List<UUID> ids) {
        return InTurn.each(
                Multi.createFrom().iterable(ids).group().intoLists().of(AT_ONCE),
                some -> measureTogether(server, some));
    }

    private Uni<Void> measureTogether(Server server, List<UUID> ids) {
        return server.withTransaction(Scope.ALL, sql -> sql.preparedQuery(MEASURE)
                        .execute(Tuple.tuple()
                                .addArrayOfUUID(ids.toArray(UUID[]::new))
                                .addLong(sizeLimit())))
                .map(rows -> rows.stream().map(Measured::from).toList())
                .chain(all -> InTurn.each(all, database -> settle(server, database)))
                .onFailure()
                .invoke(e -> Log.warnf(
                        "event=measuring-put-off server=%s count=%d cause=\"%s\"", server, ids.size(), e.getMessage()))
                .onFailure()
                .recoverWithNull();
    }

    /** One that is locked, or otherwise in the way, has its turn at the next sweep. */
    private Uni<Void> settle(Server server, Measured database) {
        QuotaStep next = database.quota().next(database.size(), config.quotaGrace(), database.at());
        return go(server, database, next)
                .onFailure()
                .invoke(e -> Log.warnf(
                        "event=quota-step-put-off tenant=%d database=%s to=%s cause=\"%s\"",
                        database.tenant(), database.id(), next.word(), e.getMessage()))
                .onFailure()
                .recoverWithNull();
    }

    private Uni<Void> go(Server server, Measured database, QuotaStep next) {
        QuotaStep step = database.quota().step();
        if (step == next && (!step.isOver() || database.applied())) {
            return done();
        }
        if (!step.isOver() && !next.isOver()) {
            return step(server, database, next);
        }
        return Objects.requireNonNull(turns.get(server))
                .pass(() -> server.exclusive(
                        "quota:" + database.id(),
                        sql -> next.isOver() ? narrow(server, database, next) : widen(server, database, next)));
    }

    private Uni<Void> narrow(Server server, Measured database, QuotaStep next) {
        return step(server, database, next)
                .chain(() ->
                        database.applied() ? done() : writing.takeAway(server, database.id(), database.physical()));
    }

    private Uni<Void> widen(Server server, Measured database, QuotaStep next) {
        return writing.giveBack(server, database.id(), database.physical()).chain(() -> step(server, database, next));
    }

    private static Uni<Void> done() {
        return Uni.createFrom().voidItem();
    }

    private Uni<Void> step(Server server, Measured database, QuotaStep next) {
        QuotaStep step = database.quota().step();
        if (step == next) {
            return done();
        }
        return server.withTransaction(Scope.ALL, sql -> sql.preparedQuery(SET_STEP)
                        .execute(Tuple.of(database.id(), step.word(), next.word())))
                .map(rows -> rows.iterator().next().getBoolean("done"))
                .chain(gone -> gone ? told(server, database, next) : done());
    }

    private Uni<Void> told(Server server, Measured database, QuotaStep next) {
        Log.infof(
                "event=quota-step server=%s tenant=%d database=%s name=%s from=%s to=%s bytes=%d limit=%d",
                server,
                database.tenant(),
                database.id(),
                database.name(),
                database.quota().step().word(),
                next.word(),
                database.size(),
                database.quota().limit());
        return next.isOver() || database.quota().step().isOver() ? endSessions(server, database, next) : done();
    }

    /**
     * Rights that a session has taken on stay with it, so whoever is in comes back with those that he has now. If this
     * is not reached, the background ends them.
     */
    private Uni<Void> endSessions(Server server, Measured database, QuotaStep next) {
        return server.withTransaction(
                Scope.ALL,
                sql -> next == QuotaStep.SUSPENDED
                        ? catalogs.endSessions(sql, database.physical(), null, null)
                        : catalogs.endSessionsButExports(sql, database.physical()));
    }

    /** Ends what customers have running on a server for longer than they may. */
    public Uni<Void> endLongStatements(Server server) {
        return server.withTransaction(Scope.ALL, sql -> sql.preparedQuery(END_LONG_STATEMENTS)
                        .execute(Tuple.of(config.statementLimit().toMillis())))
                .invoke(rows -> rows.forEach(row -> Log.infof(
                        "event=statement-ended tenant=%d database=%s username=%s",
                        row.getLong("tenant_id"), row.getUUID("database_id"), row.getString("username"))))
                .replaceWithVoid();
    }
}
