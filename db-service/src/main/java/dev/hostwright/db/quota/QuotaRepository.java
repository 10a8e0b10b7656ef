package dev.hostwright.db.quota;

import dev.hostwright.db.DbConfig;
import dev.hostwright.db.name.PhysicalName;
import dev.hostwright.db.server.ServerRepository;
import dev.hostwright.db.tenant.Scope;
import dev.hostwright.db.tenant.TenantPool;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Measures databases, and takes from those that are full what would make them fuller.
 *
 * <p>A session may set what it likes, and whoever owns a table may grant himself anything on it. So the logins leave the
 * groups that own and write, for one that reads and deletes. What else would let them write is taken away within the
 * database, each by a statement that is stored with its contrary first.
 */
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
                      o.quota_step, o.quota_since, o.quota_applied, now() AS measured_at
            """;

    private static final String SET_STEP = "SELECT set_quota_step($1, $2, $3) AS done";
    private static final String END_LONG_STATEMENTS =
            "SELECT tenant_id, database_id, username FROM end_long_statements($1)";

    /** Nothing, when it is on another step by now. */
    private static final String GROUP = """
            SELECT quota_group, quota_undo
              FROM databases
             WHERE id = $1 AND status = 'active' AND quota_step = $2 AND quota_group IS NOT NULL
            """;

    /** Those that own something in there. */
    private static final String LOGINS_WITHIN = """
            SELECT r.physical
              FROM grants g
              JOIN roles r ON r.id = g.role_id,
                   where_a_role_is(r.physical) w
             WHERE g.database_id = $1 AND w.physical = $2
             ORDER BY r.physical
            """;

    private static final String KEEP_UNDO = """
            UPDATE databases
               SET quota_undo = ARRAY(SELECT DISTINCT statement
                                        FROM unnest(quota_undo || $3::text[]) statement
                                       ORDER BY statement)
             WHERE id = $1 AND quota_group = $2
            """;

    private static final String APPLIED = "UPDATE databases SET quota_applied = true WHERE id = $1 AND quota_group = $2";

    private static final String REASSIGN = """
            GRANT %1$s, %2$s TO CURRENT_USER;
            REASSIGN OWNED BY %1$s TO %2$s;
            REVOKE %1$s, %2$s FROM CURRENT_USER
            """;

    /**
     * Run within a customer's database: what to do there, and what gives it back. Names are his, and come quoted from the
     * server. Rights that were given to anybody are taken; a function that runs as the owner runs as its caller.
     */
    private static final String WITHIN = """
            WITH ours AS (
                SELECT oid FROM pg_roles WHERE rolname IN ('%1$s', '%2$s', '%3$s', '%4$s')),
            owner AS (
                SELECT oid FROM pg_roles WHERE rolname = '%1$s'),
            schemas AS (
                SELECT oid, quote_ident(nspname) AS name, nspacl FROM pg_namespace WHERE nspowner = (SELECT oid FROM owner)),
            relations AS (
                SELECT c.oid, c.relkind, format('%%I.%%I', n.nspname, c.relname) AS name, c.relacl
                  FROM pg_class c
                  JOIN pg_namespace n ON n.oid = c.relnamespace
                 WHERE c.relowner = (SELECT oid FROM owner)
                   AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
                   AND NOT starts_with(n.nspname, 'pg_')),
            given AS (
                SELECT a.privilege_type AS privilege, 'TABLE ' || r.name AS object, a.grantee, a.is_grantable
                  FROM relations r, aclexplode(r.relacl) a
                 WHERE r.relkind <> 'S' AND a.privilege_type IN ('INSERT', 'UPDATE')
                UNION ALL
                SELECT format('%%s (%%I)', a.privilege_type, c.attname), 'TABLE ' || r.name, a.grantee, a.is_grantable
                  FROM relations r
                  JOIN pg_attribute c ON c.attrelid = r.oid AND NOT c.attisdropped, aclexplode(c.attacl) a
                 WHERE a.privilege_type IN ('INSERT', 'UPDATE')
                UNION ALL
                SELECT a.privilege_type, 'SCHEMA ' || s.name, a.grantee, a.is_grantable
                  FROM schemas s, aclexplode(s.nspacl) a
                 WHERE a.privilege_type = 'CREATE'),
            work AS (
                SELECT format('GRANT USAGE ON SCHEMA %%s TO %4$s', name) AS statement, NULL AS contrary FROM schemas
                UNION ALL
                SELECT format('GRANT SELECT, DELETE, TRUNCATE ON TABLE %%s TO %4$s', name), NULL
                  FROM relations WHERE relkind <> 'S'
                UNION ALL
                SELECT format('GRANT SELECT ON SEQUENCE %%s TO %4$s', name), NULL
                  FROM relations WHERE relkind = 'S'
                UNION ALL
                SELECT format('REVOKE %%s ON %%s FROM %%s CASCADE', privilege, object, name),
                       format('GRANT %%s ON %%s TO %%s%%s', privilege, object, name,
                              CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
                  FROM (SELECT given.*, CASE grantee WHEN 0 THEN 'PUBLIC'
                                                     ELSE quote_ident(pg_get_userbyid(grantee)) END AS name
                          FROM given
                         WHERE grantee NOT IN (SELECT oid FROM ours)) others
                UNION ALL
                SELECT format('ALTER ROUTINE %%s SECURITY INVOKER', oid::regprocedure),
                       format('ALTER ROUTINE %%s SECURITY DEFINER', oid::regprocedure)
                  FROM pg_proc
                 WHERE prosecdef AND proowner = (SELECT oid FROM owner))
            SELECT statement,
                   format('DO %%L', format('BEGIN EXECUTE %%L; EXCEPTION WHEN OTHERS THEN NULL; END', contrary)) AS contrary,
                   contrary IS NOT NULL AS has_contrary
              FROM work
            """;

    private static final int AT_ONCE = 50;

    private final TenantPool tenants;
    private final ServerRepository server;
    private final DbConfig config;

    QuotaRepository(TenantPool tenants, ServerRepository server, DbConfig config) {
        this.tenants = tenants;
        this.server = server;
        this.config = config;
    }

    private record Measured(
            UUID id, long tenant, String name, PhysicalName physical, long size, Quota quota, boolean applied, Instant at) {

        static Measured from(Row row) {
            return new Measured(
                    row.getUUID("id"),
                    row.getLong("tenant_id"),
                    row.getString("name"),
                    new PhysicalName(row.getString("physical")),
                    row.getLong("size"),
                    new Quota(
                            row.getLong("size_limit"),
                            QuotaStep.of(row.getString("quota_step")),
                            row.getOffsetDateTime("quota_since").toInstant()),
                    row.getBoolean("quota_applied"),
                    row.getOffsetDateTime("measured_at").toInstant());
        }
    }

    /** Measures what may have grown, some at a time, on one replica. */
    public Uni<Void> sweep() {
        return server.exclusiveIfFree("quotas", sql -> tenants.withTransaction(
                                sql, Scope.ALL, () -> sql.preparedQuery(DUE).execute(Tuple.of(sizeLimit())))
                        .map(rows -> rows.stream().map(row -> row.getUUID("id")).toList())
                        .chain(this::measure))
                .replaceWithVoid();
    }

    /** Measures these databases, and puts each on the step that it has come to. */
    public Uni<Void> measure(List<UUID> ids) {
        return Multi.createFrom()
                .iterable(ids)
                .group()
                .intoLists()
                .of(AT_ONCE)
                .onItem()
                .transformToUniAndConcatenate(this::measureTogether)
                .collect()
                .asList()
                .replaceWithVoid();
    }

    private Uni<Void> measureTogether(List<UUID> ids) {
        return tenants.withTransaction(Scope.ALL, sql -> sql.preparedQuery(MEASURE)
                        .execute(Tuple.tuple().addArrayOfUUID(ids.toArray(UUID[]::new)).addLong(sizeLimit())))
                .map(rows -> rows.stream().map(Measured::from).toList())
                .chain(all -> Multi.createFrom()
                        .iterable(all)
                        .onItem()
                        .transformToUniAndConcatenate(this::settle)
                        .collect()
                        .asList()
                        .replaceWithVoid());
    }

    private long sizeLimit() {
        return config.sizeLimitMb() * 1_000_000L;
    }

    /** One that is locked, or otherwise in the way, has its turn at the next sweep. */
    private Uni<Void> settle(Measured database) {
        QuotaStep next = database.quota().next(database.size(), config.quotaGrace(), database.at());
        return go(database, next)
                .onFailure()
                .invoke(e -> Log.warnf(
                        "event=quota-step-put-off tenant=%d database=%s to=%s cause=\"%s\"",
                        database.tenant(), database.id(), next.word(), e.getMessage()))
                .onFailure()
                .recoverWithNull();
    }

    private Uni<Void> go(Measured database, QuotaStep next) {
        boolean over = database.quota().step().isOver();
        if (database.quota().step() == next && (!over || database.applied())) {
            return done();
        }
        if (!over && !next.isOver()) {
            return step(database, next);
        }
        return server.exclusive("quota:" + database.id(), sql -> over && !next.isOver()
                ? giveBack(database).chain(() -> step(database, next))
                : step(database, next).chain(() -> database.applied() ? done() : takeAway(database, next)));
    }

    private static Uni<Void> done() {
        return Uni.createFrom().voidItem();
    }

    private Uni<Void> step(Measured database, QuotaStep next) {
        QuotaStep step = database.quota().step();
        if (step == next) {
            return done();
        }
        return tenants.withTransaction(Scope.ALL, sql -> sql.preparedQuery(SET_STEP)
                        .execute(Tuple.of(database.id(), step.word(), next.word())))
                .map(rows -> rows.iterator().next().getBoolean("done"))
                .chain(gone -> gone ? told(database, next) : done());
    }

    /** Rights that a session has taken on stay with it, so whoever is in comes back with those that he has now. */
    private Uni<Void> told(Measured database, QuotaStep next) {
        Log.infof(
                "event=quota-step tenant=%d database=%s name=%s from=%s to=%s bytes=%d limit=%d",
                database.tenant(),
                database.id(),
                database.name(),
                database.quota().step().word(),
                next.word(),
                database.size(),
                database.quota().limit());
        return next.isOver() || database.quota().step().isOver()
                ? tenants.withTransaction(
                        Scope.ALL, sql -> server.endSessions(sql, database.physical(), null, null))
                : done();
    }

    private Uni<Void> takeAway(Measured database, QuotaStep step) {
        return group(database, step)
                .chain(group -> group.isEmpty()
                        ? done()
                        : logins(database)
                                .chain(logins -> server.inside(
                                        database.physical(),
                                        sql -> takeAway(
                                                sql, database, logins, group.get().name()))));
    }

    private record Group(PhysicalName name, List<String> undo) {}

    private Uni<Optional<Group>> group(Measured database, QuotaStep step) {
        return tenants.withTransaction(
                        Scope.ALL, sql -> sql.preparedQuery(GROUP).execute(Tuple.of(database.id(), step.word())))
                .map(rows -> rows.stream()
                        .findFirst()
                        .map(row -> new Group(
                                new PhysicalName(row.getString("quota_group")),
                                List.of(row.getArrayOfStrings("quota_undo")))));
    }

    private Uni<List<PhysicalName>> logins(Measured database) {
        return tenants.withTransaction(Scope.ALL, sql -> sql.preparedQuery(LOGINS_WITHIN)
                        .execute(Tuple.of(database.id(), database.physical().value())))
                .map(rows -> rows.stream()
                        .map(row -> new PhysicalName(row.getString("physical")))
                        .toList());
    }

    private Uni<Void> takeAway(SqlConnection sql, Measured database, List<PhysicalName> logins, PhysicalName group) {
        PhysicalName physical = database.physical();
        PhysicalName owners = physical.owners();
        String work = WITHIN.formatted(owners, physical.writers(), physical.readers(), group);
        return Multi.createFrom()
                .iterable(logins)
                .onItem()
                .transformToUniAndConcatenate(login -> sql.query(REASSIGN.formatted(login.quoted(), owners.quoted()))
                        .execute())
                .collect()
                .asList()
                .chain(() -> sql.query(work).execute())
                .call(rows -> keepUndo(database, group, rows))
                .chain(rows -> sql.query(asOwners(owners, strings(rows.stream(), "statement"))).execute())
                .chain(() -> tenants.withTransaction(
                        Scope.ALL,
                        own -> own.preparedQuery(APPLIED).execute(Tuple.of(database.id(), group.value()))))
                .replaceWithVoid();
    }

    private Uni<Void> keepUndo(Measured database, PhysicalName group, RowSet<Row> rows) {
        String[] undo = strings(rows.stream().filter(row -> row.getBoolean("has_contrary")), "contrary")
                .toArray(String[]::new);
        return tenants.withTransaction(Scope.ALL, own -> own.preparedQuery(KEEP_UNDO)
                        .execute(Tuple.tuple()
                                .addUUID(database.id())
                                .addString(group.value())
                                .addArrayOfString(undo)))
                .replaceWithVoid();
    }

    private static List<String> strings(Stream<Row> rows, String column) {
        return rows.map(row -> Objects.requireNonNull(row.getString(column))).toList();
    }

    /** One transaction, because it is one message. */
    private static String asOwners(PhysicalName owners, List<String> statements) {
        return "GRANT %1$s TO CURRENT_USER;\n%2$s;\nREVOKE %1$s FROM CURRENT_USER"
                .formatted(owners.quoted(), String.join(";\n", statements));
    }

    private Uni<Void> giveBack(Measured database) {
        return group(database, database.quota().step())
                .chain(group -> group.isEmpty() ? done() : giveBack(database, group.get()));
    }

    private Uni<Void> giveBack(Measured database, Group group) {
        String forget = "GRANT %1$s TO CURRENT_USER; DROP OWNED BY %1$s; REVOKE %1$s FROM CURRENT_USER"
                .formatted(group.name().quoted());
        return server.inside(database.physical(), sql -> sql.query(forget)
                .execute()
                .chain(() -> group.undo().isEmpty()
                        ? done()
                        : sql.query(asOwners(database.physical().owners(), group.undo()))
                                .execute()
                                .replaceWithVoid()));
    }

    /** Ends what customers have running for longer than they may. */
    public Uni<Void> endLongStatements() {
        return tenants.withTransaction(Scope.ALL, sql -> sql.preparedQuery(END_LONG_STATEMENTS)
                        .execute(Tuple.of(config.statementLimit().toMillis())))
                .invoke(rows -> rows.forEach(row -> Log.infof(
                        "event=statement-ended tenant=%d database=%s username=%s",
                        row.getLong("tenant_id"), row.getUUID("database_id"), row.getString("username"))))
                .replaceWithVoid();
    }
}
