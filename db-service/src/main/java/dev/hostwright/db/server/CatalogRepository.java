package dev.hostwright.db.server;

import dev.hostwright.db.name.PhysicalName;
import dev.hostwright.db.tenant.Scope;
import dev.hostwright.db.turn.InTurn;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What is done to the roles and databases of a server, beyond what one function of ours does. */
@ApplicationScoped
public class CatalogRepository {

    private static final String MISSING = """
            SELECT statement, required
              FROM missing_rights(current_user)
             ORDER BY required DESC, statement
            """;

    private static final String QUIET = """
            SELECT set_config(parameter, value, true)
              FROM (VALUES ('log_statement', 'none'),
                           ('log_min_error_statement', 'panic'),
                           ('log_min_duration_statement', '-1'),
                           ('log_min_duration_sample', '-1'),
                           ('log_error_verbosity', 'terse'),
                           ('debug_print_parse', 'off'),
                           ('debug_print_rewritten', 'off'),
                           ('debug_print_plan', 'off')) AS silence (parameter, value)
             WHERE starts_with(parameter, 'debug_') -- anybody may set these
                OR has_parameter_privilege(parameter, 'SET')
            """;

    private static final String END_SESSIONS = "SELECT end_sessions($1, $2, $3)";
    private static final String END_SESSIONS_BUT_EXPORTS = "SELECT end_sessions_but_exports($1)";
    private static final String END_SESSIONS_LEFT = "SELECT tenant_id, username FROM end_sessions_left()";
    private static final String LIFT_LIMIT = "SELECT lift_limit($1, true)";
    private static final String RESTORE_LIMIT = "SELECT lift_limit($1, false)";
    private static final String DROP_ROLE = "SELECT drop_role($1)";
    private static final String DROP = "DROP DATABASE IF EXISTS %s WITH (FORCE)";

    /** In the databases that row-level security shows. */
    private static final String WHERE_ROLES_ARE = """
            SELECT r.name, w.physical
              FROM unnest($1::text[]) WITH ORDINALITY AS r (name, n), where_a_role_is(r.name) w
             ORDER BY r.n, w.physical
            """;

    private static final String IS_OURS = """
            SELECT 1
              FROM pg_database
             WHERE datname = $1 AND pg_get_userbyid(datdba) = current_user
            """;

    /** Who owns a schema goes before what is in it: who gets a function must be allowed to make one there. */
    private static final String SCHEMAS_FIRST = """
            DO $schemas$
            DECLARE
                thing name;
            BEGIN
                FOR thing IN SELECT nspname
                               FROM pg_namespace
                              WHERE nspowner = '%1$s'::regrole
                LOOP
                    EXECUTE format('ALTER SCHEMA %%I OWNER TO %2$s', thing);
                END LOOP;
            END $schemas$;
            """;

    /** One transaction, because it is one message: on any failure nothing of it stays, the memberships least of all. */
    private static final String TAKE_OVER = """
            GRANT %1$s, %2$s TO CURRENT_USER;
            """ + SCHEMAS_FIRST + """
            REASSIGN OWNED BY %1$s TO %2$s;
            DROP OWNED BY %1$s;
            REVOKE %1$s, %2$s FROM CURRENT_USER
            """;

    /**
     * What a login, or a group, owns goes to the owner group, with the privileges that the tiers would have on it had
     * the owners made it; afterwards, for whoever owned had no others. One message, as above.
     */
    private static final String HAND_OVER = """
            GRANT %1$s, %2$s TO CURRENT_USER;
            DO $handover$
            DECLARE
                schemas   text[] := ARRAY(SELECT quote_ident(nspname)
                                            FROM pg_namespace
                                           WHERE nspowner = '%1$s'::regrole);
                tables    text[] := ARRAY(SELECT format('%%I.%%I', n.nspname, c.relname)
                                            FROM pg_class c
                                            JOIN pg_namespace n ON n.oid = c.relnamespace
                                           WHERE c.relowner = '%1$s'::regrole
                                             AND c.relpersistence <> 't'
                                             AND c.relkind IN ('r', 'p', 'v', 'm', 'f'));
                sequences text[] := ARRAY(SELECT format('%%I.%%I', n.nspname, c.relname)
                                            FROM pg_class c
                                            JOIN pg_namespace n ON n.oid = c.relnamespace
                                           WHERE c.relowner = '%1$s'::regrole
                                             AND c.relpersistence <> 't'
                                             AND c.relkind = 'S');
                thing     text;
            BEGIN
                FOREACH thing IN ARRAY schemas LOOP -- first: who gets a function must be allowed to make one there
                    EXECUTE format('ALTER SCHEMA %%s OWNER TO %2$s', thing);
                END LOOP;
                REASSIGN OWNED BY %1$s TO %2$s;
                FOREACH thing IN ARRAY schemas LOOP
                    EXECUTE format('GRANT USAGE ON SCHEMA %%s TO %3$s, %4$s', thing);
                END LOOP;
                FOREACH thing IN ARRAY tables LOOP
                    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE %%s TO %3$s', thing);
                    EXECUTE format('GRANT SELECT ON TABLE %%s TO %4$s', thing);
                END LOOP;
                FOREACH thing IN ARRAY sequences LOOP
                    EXECUTE format('GRANT USAGE, SELECT, UPDATE ON SEQUENCE %%s TO %3$s', thing);
                    EXECUTE format('GRANT SELECT ON SEQUENCE %%s TO %4$s', thing);
                END LOOP;
            END $handover$;
            REVOKE %1$s, %2$s FROM CURRENT_USER
            """;

    /**
     * A right that this service's role lacks.
     *
     * @param statement what a superuser runs to give it
     * @param required without it the service does not start
     */
    record MissingRight(String statement, boolean required) {}

    Uni<List<MissingRight>> missingRights(Server server) {
        return server.transaction(Scope.ALL, sql -> sql.query(MISSING).execute())
                .map(rows -> rows.stream()
                        .map(row -> new MissingRight(row.getString("statement"), row.getBoolean("required")))
                        .toList());
    }

    /** Keeps what follows in the transaction out of the server's log, as far as this role may. */
    public Uni<Void> quiet(SqlConnection sql) {
        return sql.preparedQuery(QUIET).execute().replaceWithVoid();
    }

    /** Ends the sessions of a login, or of everybody, in a database, or in any. */
    public Uni<Void> endSessions(
            SqlConnection sql,
            @Nullable PhysicalName database,
            @Nullable PhysicalName role,
            @Nullable OffsetDateTime before) {
        return sql.preparedQuery(END_SESSIONS)
                .execute(Tuple.of(
                        database == null ? null : database.value(), role == null ? null : role.value(), before))
                .replaceWithVoid();
    }

    /** Ends everybody's in a database, but lets exports go on. */
    public Uni<Void> endSessionsButExports(SqlConnection sql, PhysicalName database) {
        return sql.preparedQuery(END_SESSIONS_BUT_EXPORTS)
                .execute(Tuple.of(database.value()))
                .replaceWithVoid();
    }

    /** Ends those that a request was to end after its commit, if the service was stopped in between. */
    public Uni<Void> endSessionsLeft(Server server) {
        return server.withTransaction(
                        Scope.ALL, sql -> sql.query(END_SESSIONS_LEFT).execute())
                .invoke(rows -> rows.forEach(row -> Log.infof(
                        "event=session-left-ended tenant=%d username=%s",
                        row.getLong("tenant_id"), row.getString("username"))))
                .replaceWithVoid();
    }

    /** Drops a database of this service with whoever is in it; one that is not ours, or not there, is left alone. */
    public Uni<Void> dropDatabase(Server server, SqlConnection sql, PhysicalName database) {
        return sql.preparedQuery(IS_OURS)
                .execute(Tuple.of(database.value()))
                .chain(rows -> rows.size() == 0 ? Uni.createFrom().voidItem() : drop(server, sql, database));
    }

    /** The same without a look at whose it is. */
    public Uni<Void> drop(Server server, SqlConnection sql, PhysicalName database) {
        return server.holdups()
                .watching(sql.query(DROP.formatted(database.quoted())).execute().replaceWithVoid());
    }

    /**
     * Takes away, in every database of the tenant, what roles own or were given; what they own goes to the database's
     * owner group. The roles stay, with nothing. Their sessions must have been ended.
     *
     * <p>What another tenant has given them in his databases is not looked for: he could make that take as long as he
     * likes.
     */
    public Uni<Void> emptyRoles(Server server, long tenant, List<PhysicalName> roles) {
        return whereAre(server, Scope.of(tenant), roles)
                .chain(visits -> InTurn.each(visits, visit -> takeOver(server, visit)));
    }

    /** A database in which a role has something. */
    public record Visit(PhysicalName role, PhysicalName database) {}

    Uni<List<Visit>> whereAre(Server server, Scope scope, List<PhysicalName> roles) {
        String[] names = roles.stream().map(PhysicalName::value).toArray(String[]::new);
        return server.withTransaction(scope, sql -> sql.preparedQuery(WHERE_ROLES_ARE)
                        .execute(Tuple.tuple().addArrayOfString(names)))
                .map(rows -> rows.stream()
                        .map(row -> new Visit(
                                new PhysicalName(row.getString("name")), new PhysicalName(row.getString("physical"))))
                        .toList());
    }

    /** Drops a role that is empty, or at least takes its name and all it could do away, in the caller's transaction. */
    public Uni<Void> dropRole(SqlConnection sql, PhysicalName role) {
        return sql.preparedQuery(DROP_ROLE).execute(Tuple.of(role.value())).replaceWithVoid();
    }

    Uni<Void> takeOver(Server server, Visit visit) {
        return visitFull(
                server,
                visit.database(),
                TAKE_OVER.formatted(
                        visit.role().quoted(), visit.database().owners().quoted()));
    }

    /** Gives to the owner group, and to its tiers, what a login has made in its own name. The login goes on working. */
    public Uni<Void> handOver(Server server, Visit visit) {
        return visitFull(server, visit.database(), handingOver(visit));
    }

    /** The statements of {@link #handOver}, for somebody who is in the database. */
    public static String handingOver(Visit visit) {
        PhysicalName database = visit.database();
        return HAND_OVER.formatted(
                visit.role().quoted(),
                database.owners().quoted(),
                database.writers().quoted(),
                database.readers().quoted());
    }

    private Uni<Void> visitFull(Server server, PhysicalName database, String statements) {
        return insideFull(
                server, database, sql -> sql.query(statements).execute().replaceWithVoid());
    }

    /**
     * Work within a customer's database, which may be full of his sessions, and its limit binds the service too. A
     * limit that cannot be put back is by the background, like any that drifted.
     */
    public Uni<Void> insideFull(Server server, PhysicalName database, Function<SqlConnection, Uni<Void>> work) {
        return limit(server, LIFT_LIMIT, database)
                .chain(() -> server.inside(database, work))
                .onItemOrFailure()
                .call(() -> limit(server, RESTORE_LIMIT, database)
                        .onFailure()
                        .invoke(e -> Log.warnf(
                                "event=limit-not-restored database=%s cause=\"%s\"", database, e.getMessage()))
                        .onFailure()
                        .recoverWithNull());
    }

    private Uni<Void> limit(Server server, String statement, PhysicalName database) {
        return server.withTransaction(
                        Scope.ALL, sql -> sql.preparedQuery(statement).execute(Tuple.of(database.value())))
                .replaceWithVoid();
    }
}
