package dev.hostwright.db.quota;

import dev.hostwright.db.name.PhysicalName;
import dev.hostwright.db.problem.Fault;
import dev.hostwright.db.server.CatalogRepository;
import dev.hostwright.db.server.CatalogRepository.Visit;
import dev.hostwright.db.server.Server;
import dev.hostwright.db.tenant.Scope;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Takes away, within a database, what would let somebody write, and gives it back.
 *
 * <p>A session may set what it likes, and whoever owns a table may grant himself anything on it. So the owners' logins
 * are in a group that reads and deletes and owns nothing. What was given to anybody else is revoked, and stored before
 * it is. All of it may be done again. The names in there are the customer's, and come quoted from the server.
 */
@ApplicationScoped
class WriteAccessRepository {

    private static final String GROUP = """
            SELECT quota_group
              FROM databases
             WHERE id = $1 AND physical = $2 AND status = 'active' AND quota_group IS NOT NULL
            """;

    private static final String APPLY_ACCESS = "SELECT apply_access($1)";

    /**
     * Whoever else owns something in there, logins and groups, also those of other databases: a login may be in one of
     * these.
     */
    private static final String OWNING = """
            SELECT DISTINCT u.rolname
              FROM databases d
              JOIN pg_database p ON p.datname = d.physical
              JOIN pg_shdepend s ON s.dbid = p.oid
              JOIN pg_roles u ON u.oid = s.refobjid
             WHERE d.id = $1
               AND s.refclassid = 'pg_authid'::regclass
               AND s.deptype = 'o'
               AND s.classid NOT IN ('pg_default_acl'::regclass, 'pg_user_mapping'::regclass)
               AND u.rolname <> d.physical || '_own'
               AND u.rolname IS DISTINCT FROM d.quota_group
               AND (EXISTS (SELECT FROM roles r WHERE r.physical = u.rolname)
                    OR u.rolname ~ '_(own|rw|ro)$'
                       AND EXISTS (SELECT FROM databases o
                                    WHERE o.physical = regexp_replace(u.rolname, '_(own|rw|ro)$', '')))
             ORDER BY u.rolname
            """;

    /** What the owners gave to others by which these write, from there on, all of one thing together. */
    private static final String GIVEN = """
            WITH owners AS (
                SELECT oid FROM pg_roles WHERE rolname = $1::text),
            relations AS (
                SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS name, c.relacl
                  FROM pg_class c
                  JOIN pg_namespace n ON n.oid = c.relnamespace
                 WHERE c.relowner = (SELECT oid FROM owners)
                   AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
                   AND NOT starts_with(n.nspname, 'pg_')),
            given AS (
                SELECT format('%s ON TABLE %s', a.privilege_type, r.name) AS what, a.grantee, a.is_grantable
                  FROM relations r, aclexplode(r.relacl) a
                 WHERE a.privilege_type IN ('INSERT', 'UPDATE', 'MAINTAIN')
                UNION ALL
                SELECT format('%s (%I) ON TABLE %s', a.privilege_type, c.attname, r.name), a.grantee, a.is_grantable
                  FROM relations r
                  JOIN pg_attribute c ON c.attrelid = r.oid AND c.attacl IS NOT NULL AND NOT c.attisdropped,
                       aclexplode(c.attacl) a
                 WHERE a.privilege_type IN ('INSERT', 'UPDATE')
                UNION ALL
                SELECT format('CREATE ON SCHEMA %I', s.nspname), a.grantee, a.is_grantable
                  FROM pg_namespace s, aclexplode(s.nspacl) a
                 WHERE s.nspowner = (SELECT oid FROM owners) AND a.privilege_type = 'CREATE')
            SELECT what, u.rolname AS grantee, coalesce(quote_ident(u.rolname), 'PUBLIC') AS quoted,
                   bool_or(is_grantable) AS grantable
              FROM given
              LEFT JOIN pg_roles u ON u.oid = grantee
             WHERE (grantee = 0 OR u.oid IS NOT NULL)
               AND grantee <> (SELECT oid FROM owners)
               AND u.rolname IS DISTINCT FROM $2::text
               AND what COLLATE "C" > $3::text
             GROUP BY what, u.rolname
             ORDER BY what COLLATE "C"
             FETCH FIRST 500 ROWS WITH TIES
            """;

    private static final String KEEP = """
            INSERT INTO quota_undo (tenant_id, database_id, what, grantee, role_id, name, grantable)
            SELECT d.tenant_id, d.id, t.what,
                   CASE WHEN t.grantee = '' THEN 'public'
                        WHEN t.grantee = d.physical || '_rw' THEN 'writers'
                        WHEN t.grantee = d.physical || '_ro' THEN 'readers'
                        WHEN r.id IS NOT NULL THEN 'login'
                        ELSE 'other' END,
                   r.id,
                   CASE WHEN t.grantee NOT IN ('', d.physical || '_rw', d.physical || '_ro') AND r.id IS NULL
                        THEN t.grantee END,
                   t.grantable
              FROM databases d,
                   unnest($3::text[], $4::text[], $5::boolean[]) AS t (what, grantee, grantable)
              LEFT JOIN roles r ON r.physical = t.grantee
             WHERE d.id = $1 AND d.quota_group = $2
            """;

    /**
     * Lets the group read and delete. Functions that run as their owner run as the group from now on; those of triggers
     * stay as they are, for a deletion may need them.
     */
    private static final String LET_READ = """
            GRANT %1$s, %2$s TO CURRENT_USER;
            DO $reading$
            DECLARE
                owners CONSTANT oid := '%1$s'::regrole;
                thing record;
            BEGIN
                FOR thing IN SELECT nspname AS name FROM pg_namespace WHERE nspowner = owners
                LOOP
                    EXECUTE format('GRANT USAGE ON SCHEMA %%I TO %2$s', thing.name);
                END LOOP;
                FOR thing IN SELECT format('%%I.%%I', n.nspname, c.relname) AS name, c.relkind AS kind
                               FROM pg_class c
                               JOIN pg_namespace n ON n.oid = c.relnamespace
                              WHERE c.relowner = owners
                                AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
                                AND NOT starts_with(n.nspname, 'pg_')
                LOOP
                    IF thing.kind = 'S' THEN
                        EXECUTE format('GRANT SELECT ON SEQUENCE %%s TO %2$s', thing.name);
                    ELSE
                        EXECUTE format('GRANT SELECT, DELETE, TRUNCATE ON TABLE %%s TO %2$s', thing.name);
                    END IF;
                    IF thing.kind IN ('r', 'p') AND current_setting('server_version_num')::integer >= 170000 THEN
                        EXECUTE format('GRANT MAINTAIN ON TABLE %%s TO %2$s', thing.name); -- VACUUM gives room
                    END IF;
                END LOOP;
                FOR thing IN SELECT oid FROM pg_largeobject_metadata WHERE lomowner = owners
                LOOP
                    EXECUTE format('GRANT SELECT ON LARGE OBJECT %%s TO %2$s', thing.oid);
                END LOOP;
                FOR thing IN SELECT oid::regprocedure AS name
                               FROM pg_proc
                              WHERE proowner = owners AND proacl IS NOT NULL
                LOOP
                    EXECUTE format('GRANT EXECUTE ON ROUTINE %%s TO %2$s', thing.name);
                END LOOP;
                FOR thing IN SELECT p.oid::regprocedure AS name, n.nspname AS schema
                               FROM pg_proc p
                               JOIN pg_namespace n ON n.oid = p.pronamespace
                              WHERE p.proowner = owners
                                AND n.nspowner = owners
                                AND p.prosecdef
                                AND p.prorettype <> 'trigger'::regtype
                LOOP
                    EXECUTE format('GRANT CREATE ON SCHEMA %%I TO %2$s', thing.schema);
                    EXECUTE format('ALTER ROUTINE %%s OWNER TO %2$s', thing.name);
                    EXECUTE format('REVOKE CREATE ON SCHEMA %%I FROM %2$s', thing.schema);
                END LOOP;
            END $reading$;
            REVOKE %1$s, %2$s FROM CURRENT_USER
            """;

    private static final String APPLIED = "UPDATE databases SET quota_applied = $3 WHERE id = $1 AND quota_group = $2";

    /** Whom it was taken from may be gone, and so may the thing. */
    private static final String UNDO = """
            SELECT u.n,
                   format('DO %L', format(
                       'BEGIN EXECUTE %L; EXCEPTION WHEN syntax_error_or_access_rule_violation OR invalid_schema_name THEN NULL; END',
                       format('GRANT %s TO %s%s', u.what,
                              CASE u.grantee WHEN 'public' THEN 'PUBLIC'
                                             WHEN 'writers' THEN quote_ident(d.physical || '_rw')
                                             WHEN 'readers' THEN quote_ident(d.physical || '_ro')
                                             WHEN 'login' THEN quote_ident(r.physical)
                                             ELSE quote_ident(u.name) END,
                              CASE WHEN u.grantable THEN ' WITH GRANT OPTION' END))) AS statement
              FROM quota_undo u
              JOIN databases d ON d.id = u.database_id
              LEFT JOIN roles r ON r.id = u.role_id
             WHERE u.database_id = $1
             ORDER BY u.n
             LIMIT 500
            """;

    private static final String UNDONE = "DELETE FROM quota_undo WHERE database_id = $1 AND n = ANY ($2)";

    private static final String LET_GO = """
            GRANT %1$s, %2$s TO CURRENT_USER;
            REASSIGN OWNED BY %2$s TO %1$s;
            DROP OWNED BY %2$s;
            REVOKE %1$s, %2$s FROM CURRENT_USER
            """;

    /** Whoever has made so much that it takes longer has the rest done the next time. */
    private static final Duration LONGEST = Duration.ofSeconds(20);

    private final CatalogRepository catalogs;

    WriteAccessRepository(CatalogRepository catalogs) {
        this.catalogs = catalogs;
    }

    /** The database that somebody is in, and until when. */
    private record Site(Server server, UUID id, PhysicalName physical, PhysicalName group, Instant end) {

        PhysicalName owners() {
            return physical.owners();
        }

        String formatted(String statements) {
            return statements.formatted(owners().quoted(), group.quoted());
        }

        /** A statement in the service's own database on the same server. */
        Uni<RowSet<Row>> own(String statement, Tuple arguments) {
            return WriteAccessRepository.own(server, statement, arguments);
        }

        Uni<Void> goOn() {
            return Instant.now().isBefore(end)
                    ? done()
                    : new Fault.Unavailable("There is much in the database; the rest comes later.", 1).toFailure();
        }
    }

    private static Uni<Void> done() {
        return Uni.createFrom().voidItem();
    }

    /** As far as it is not done yet; nothing where no quota asks for it any more. */
    Uni<Void> takeAway(Server server, UUID id, PhysicalName physical) {
        return catalogs.insideFull(server, physical, sql -> site(server, id, physical)
                .chain(site -> site.isEmpty() ? done() : takeAway(sql, site.get())));
    }

    private static Uni<Void> takeAway(SqlConnection sql, Site site) {
        return site.own(APPLY_ACCESS, Tuple.of(site.id()))
                .chain(() -> handOver(sql, site))
                .call(() -> revokeFrom(sql, site, ""))
                .call(() -> sql.query(site.formatted(LET_READ)).execute())
                .chain(all ->
                        all ? site.own(APPLIED, Tuple.of(site.id(), site.group().value(), true)) : stillOwned())
                .replaceWithVoid();
    }

    private static Uni<RowSet<Row>> stillOwned() {
        return new Fault.Unavailable("A login holds on to what it owns.", 1).toFailure();
    }

    /** Looked up by somebody who is in it already: now it cannot be renamed, and another given its name. */
    private static Uni<Optional<Site>> site(Server server, UUID id, PhysicalName physical) {
        return own(server, GROUP, Tuple.of(id, physical.value())).map(rows -> rows.stream()
                .findFirst()
                .map(row -> new Site(
                        server,
                        id,
                        physical,
                        new PhysicalName(row.getString("quota_group")),
                        Instant.now().plus(LONGEST))));
    }

    private static Uni<RowSet<Row>> own(Server server, String statement, Tuple arguments) {
        return server.withTransaction(
                Scope.ALL, sql -> sql.preparedQuery(statement).execute(arguments));
    }

    /** False when one holds a lock on what is to be taken from it; the others go on. */
    private static Uni<Boolean> handOver(SqlConnection sql, Site site) {
        return site.own(OWNING, Tuple.of(site.id())).chain(rows -> Multi.createFrom()
                .iterable(rows)
                .onItem()
                .transformToUniAndConcatenate(row -> handOver(sql, site, new PhysicalName(row.getString("rolname"))))
                .collect()
                .asList()
                .map(each -> each.stream().allMatch(handed -> handed)));
    }

    private static Uni<Boolean> handOver(SqlConnection sql, Site site, PhysicalName role) {
        return sql.query(CatalogRepository.handingOver(new Visit(role, site.physical())))
                .execute()
                .replaceWith(true)
                .onFailure(PgException.class)
                .invoke(e -> Log.warnf(
                        "event=handover-put-off database=%s role=%s cause=\"%s\"",
                        site.physical(), role, e.getMessage()))
                .onFailure(PgException.class)
                .recoverWithItem(false);
    }

    private static Uni<Void> revokeFrom(SqlConnection sql, Site site, String after) {
        return sql.preparedQuery(GIVEN)
                .execute(Tuple.of(site.owners().value(), site.group().value(), after))
                .map(rows -> rows.stream().map(Given::from).toList())
                .chain(all -> all.isEmpty()
                        ? done()
                        : revoke(sql, site, all)
                                .chain(site::goOn)
                                .chain(() -> revokeFrom(sql, site, all.getLast().what())));
    }

    private record Given(String what, String grantee, String quoted, boolean grantable) {

        static Given from(Row row) {
            return new Given(
                    row.getString("what"),
                    Optional.ofNullable(row.getString("grantee")).orElse(""),
                    row.getString("quoted"),
                    row.getBoolean("grantable"));
        }

        String revocation() {
            return "REVOKE %s FROM %s CASCADE".formatted(what, quoted);
        }
    }

    private static Uni<Void> revoke(SqlConnection sql, Site site, List<Given> all) {
        return site.own(
                        KEEP,
                        Tuple.tuple()
                                .addUUID(site.id())
                                .addString(site.group().value())
                                .addArrayOfString(all.stream().map(Given::what).toArray(String[]::new))
                                .addArrayOfString(
                                        all.stream().map(Given::grantee).toArray(String[]::new))
                                .addArrayOfBoolean(
                                        all.stream().map(Given::grantable).toArray(Boolean[]::new)))
                .chain(() ->
                        asOwners(sql, site, all.stream().map(Given::revocation).toList()));
    }

    /** One transaction, because it is one message. */
    private static Uni<Void> asOwners(SqlConnection sql, Site site, List<String> statements) {
        String owners = site.owners().quoted();
        return sql.query(statements.stream()
                        .collect(Collectors.joining(
                                ";\n",
                                "GRANT %s TO CURRENT_USER;\n".formatted(owners),
                                ";\nREVOKE %s FROM CURRENT_USER".formatted(owners))))
                .execute()
                .replaceWithVoid();
    }

    /** Others first, so that nobody is without reading while it lasts. */
    Uni<Void> giveBack(Server server, UUID id, PhysicalName physical) {
        return catalogs.insideFull(server, physical, sql -> site(server, id, physical)
                .chain(site -> site.isEmpty() ? done() : giveBack(sql, site.get())));
    }

    private static Uni<Void> giveBack(SqlConnection sql, Site site) {
        return site.own(APPLIED, Tuple.of(site.id(), site.group().value(), false))
                .chain(() -> grantAgain(sql, site))
                .chain(() -> sql.query(site.formatted(LET_GO)).execute())
                .replaceWithVoid();
    }

    private static Uni<Void> grantAgain(SqlConnection sql, Site site) {
        return site.own(UNDO, Tuple.of(site.id()))
                .chain(rows -> rows.size() == 0
                        ? done()
                        : asOwners(sql, site, statements(rows))
                                .chain(() -> site.own(
                                        UNDONE, Tuple.tuple().addUUID(site.id()).addArrayOfLong(numbers(rows))))
                                .chain(site::goOn)
                                .chain(() -> grantAgain(sql, site)));
    }

    private static List<String> statements(RowSet<Row> rows) {
        return rows.stream()
                .map(row -> Objects.requireNonNull(row.getString("statement")))
                .toList();
    }

    private static Long[] numbers(RowSet<Row> rows) {
        return rows.stream().map(row -> row.getLong("n")).toArray(Long[]::new);
    }
}
