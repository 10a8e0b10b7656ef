package dev.hostwright.db.isolation;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.connect;
import static dev.hostwright.db.Customers.enter;
import static dev.hostwright.db.Customers.grant;
import static dev.hostwright.db.Customers.login;
import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.provision;
import static dev.hostwright.db.Customers.run;
import static dev.hostwright.db.Customers.seen;
import static dev.hostwright.db.Customers.state;
import static dev.hostwright.db.Customers.tenant;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.hostwright.contract.PostgresResource.Superuser;
import dev.hostwright.db.Customers;
import dev.hostwright.db.DbPostgres;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every kind of login can do to another tenant, to the service, to the server, and to the limits of its own
 * database: nothing. Run on every version of PostgreSQL that is supported (see the executions in pom.xml).
 */
@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
class ProbeTest {

    private static final List<String> OF_THE_ADMIN = List.of(
            "postgres", "template1", "hostwright_db", "hostwright_gateway", "hostwright_mail", "hostwright_dns");

    /**
     * All that the server has about a database and the roles around it. The limit of the own database is lifted for
     * moments by the service, when it hands things over.
     */
    private static final String STATE = """
            SELECT format('%%s of %%s %%s %%s %%s %%s', datname, datdba::regrole, datallowconn, datistemplate, datacl,
                          CASE WHEN datname NOT LIKE '%1$s%%' THEN datconnlimit END)
              FROM pg_database WHERE datname LIKE '%1$s%%' OR datname LIKE '%2$s%%' OR datname LIKE 'hostwright%%'
                                  OR datname IN ('postgres', 'template1')
            UNION ALL
            SELECT format('%%s %%s %%s %%s %%s %%s %%s %%s %%s %%s', rolname, rolsuper, rolcreaterole, rolcreatedb,
                          rolcanlogin, rolreplication, rolbypassrls, rolconnlimit, rolvaliduntil, rolpassword)
              FROM pg_authid WHERE rolname LIKE '%1$s%%' OR rolname LIKE '%2$s%%' OR rolname LIKE 'hostwright%%'
            UNION ALL
            SELECT format('%%s in %%s', member::regrole, roleid::regrole)
              FROM pg_auth_members
             WHERE member::regrole::text LIKE '%1$s%%' OR member::regrole::text LIKE '%2$s%%'
            UNION ALL
            SELECT format('%%s in %%s: %%s', setrole::regrole, setdatabase, setconfig)
              FROM pg_db_role_setting
             WHERE setrole = 0 OR setrole::regrole::text LIKE '%1$s%%' OR setrole::regrole::text LIKE '%2$s%%'
             ORDER BY 1
            """;

    private static final Map<Attacker, Session> SESSIONS = new EnumMap<>(Attacker.class);

    private static String own = "";
    private static String victim = "";
    private static final List<Connection> OPENED = new ArrayList<>();

    private record Session(String username, String password, Connection connection) {}

    /** Made by the first test that needs it, because the service answers nobody sooner. */
    private static Session session(Attacker attacker) throws SQLException {
        if (SESSIONS.isEmpty()) {
            long tenant = tenant();
            Response database = provision(tenant, name("attacked_from"));
            own = database.path("name");
            Response theirs = provision(tenant(), name("victim"));
            victim = theirs.path("name");
            OPENED.add(Superuser.connect("postgres"));
            OPENED.add(connect(theirs.path("connectionString")));
            try (Connection owner = connect(database.path("connectionString"))) {
                run(
                        owner,
                        "CREATE TABLE kept (n int)",
                        "CREATE FUNCTION kept() RETURNS int LANGUAGE sql AS 'SELECT 1'");
            }
            for (Attacker each : Attacker.values()) {
                SESSIONS.put(each, open(tenant, database, each));
            }
        }
        return SESSIONS.get(attacker);
    }

    private static Session open(long tenant, Response database, Attacker attacker) throws SQLException {
        Response login = login(tenant, own + "_by" + attacker.ordinal());
        grant(tenant, database, login, attacker.privilege);
        Connection connection = enter(database, login);
        OPENED.add(connection);
        if (attacker == Attacker.OWNER_AS_HIMSELF) {
            run(connection, "SET ROLE NONE");
        }
        return new Session(login.path("username"), login.path("password"), connection);
    }

    @AfterAll
    static void closeSessions() throws SQLException {
        for (Connection connection : OPENED) {
            connection.close();
        }
        OPENED.clear();
        SESSIONS.clear();
    }

    @Test
    void theServerIsOfTheVersionThatIsMeant() throws SQLException {
        String meant = System.getProperty("postgres.major", "17");

        assertThat(seen("postgres", "SHOW server_version").getFirst()).startsWith(meant + ".");
    }

    static Stream<Arguments> probes() {
        return Stream.of(
                        Probe.AGAINST_ANOTHER_TENANT,
                        Probe.AGAINST_THE_SERVICE,
                        Probe.AGAINST_THE_SERVER,
                        Probe.AGAINST_ONES_OWN_LIMITS,
                        Probe.IN_ONES_OWN_DATABASE)
                .flatMap(List::stream)
                .flatMap(probe -> Stream.of(Attacker.values()).map(attacker -> Arguments.of(attacker, probe)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("probes")
    void eachTryEndsAsItShouldAndChangesNothing(Attacker attacker, Probe probe) throws SQLException {
        Session session = session(attacker);
        List<String> before = stateOfTheServer();

        String sql = probe.sql()
                .replace("{me}", session.username())
                .replace("{own}", own)
                .replace("{victim}", victim);

        assertThat(state(session.connection(), sql))
                .as(sql)
                .isEqualTo(attacker.owns() ? probe.owner() : probe.others());
        assertThat(stateOfTheServer()).isEqualTo(before);
        assertThat(state(victimsSession(), "SELECT 1"))
                .as("the victim's session")
                .isEqualTo(Probe.ALLOWED);
    }

    private static List<String> stateOfTheServer() throws SQLException {
        return texts(OPENED.getFirst(), STATE.formatted(own, victim));
    }

    private static Connection victimsSession() {
        return OPENED.get(1);
    }

    @Test
    void noLoginEntersADatabaseThatIsNotItsOwn() throws Exception {
        session(Attacker.OWNER);
        Response bare = login(tenant(), name("bare"));
        Customers.until(() -> !readyItems().isEmpty());

        assertEntersOnly(bare.path("username"), bare.path("password"), Set.of());
        for (Attacker attacker : Attacker.values()) {
            Session session = session(attacker);
            assertEntersOnly(session.username(), session.password(), Set.of(own));
        }
    }

    /** What a superuser has made by hand, as other tests do, is open to all by PostgreSQL's defaults. */
    private static void assertEntersOnly(String username, String password, Set<String> databases) throws SQLException {
        assertThat(new TreeSet<>(seen("postgres", """
                        SELECT datname
                          FROM pg_database
                         WHERE datallowconn
                           AND has_database_privilege('%s', oid, 'CONNECT')
                           AND (datname IN ('%s') OR pg_get_userbyid(datdba) = 'hostwright_db')
                        """.formatted(username, String.join("', '", OF_THE_ADMIN)))))
                .isEqualTo(new TreeSet<>(databases));
        for (String database : OF_THE_ADMIN) {
            assertThat(refusal(database, username, password)).as(database).isEqualTo(Probe.REFUSED);
        }
        for (String database : List.of(own, victim)) {
            if (!databases.contains(database)) {
                assertThat(refusal(database, username, password)).as(database).isEqualTo(Probe.REFUSED);
            }
        }
        for (String database : List.of("template0", readyItems().getFirst())) {
            assertThat(refusal(database, username, password)).as(database).isEqualTo("55000");
        }
    }

    private static List<String> readyItems() throws SQLException {
        return seen("hostwright_db", "SELECT prefix FROM pool WHERE state = 'ready' ORDER BY created_at DESC");
    }

    private static String refusal(String database, String username, String password) {
        return catchThrowableOfType(SQLException.class, () -> connect(Superuser.port(), database, username, password)
                        .close())
                .getSQLState();
    }

    @Test
    void nobodySeesWhatAnotherIsDoing() throws SQLException {
        for (Attacker attacker : Attacker.values()) {
            Session session = session(attacker);
            run(victimsSession(), "SELECT 'a secret of the victim'");

            assertThat(texts(
                            session.connection(),
                            "SELECT DISTINCT query FROM pg_stat_activity WHERE usename IN ('%s', 'hostwright_db')"
                                    .formatted(victim)))
                    .as(attacker.name())
                    .containsExactly("<insufficient privilege>");
        }
    }

    @Test
    void anotherTenantsLocksAreNotOnesOwn() throws SQLException {
        session(Attacker.OWNER);
        run(victimsSession(), "SELECT pg_advisory_lock(4711)");
        for (Attacker attacker : Attacker.values()) {
            assertThat(texts(
                            session(attacker).connection(),
                            "SELECT pg_try_advisory_lock(4711), pg_advisory_unlock(4711)"))
                    .as(attacker.name())
                    .containsExactly("t");
        }
    }

    @Test
    void noRoleOfACustomersIsAMemberOfWhatPostgresBrings() throws SQLException {
        session(Attacker.OWNER);

        assertThat(seen("postgres", """
                        SELECT m.member::regrole || ' in ' || m.roleid::regrole
                          FROM pg_auth_members m
                         WHERE m.roleid < 16384
                           AND m.member >= 16384
                           AND m.member <> 'hostwright_db'::regrole
                        """)).isEmpty();
    }

    /** Whoever knows his password may change it: the service's is stale then. In the group's name it is not his own. */
    @Test
    void aLoginChangesItsOwnPasswordAndNoLimitOfItsOwn() throws SQLException {
        long tenant = tenant();
        Response database = provision(tenant, name("own_password"));
        for (String privilege : List.of("OWNER", "READ_WRITE", "READ_ONLY", "CONNECT")) {
            Response login = login(tenant, name("self"));
            grant(tenant, database, login, privilege);
            String username = login.path("username");
            try (Connection there = enter(database, login)) {
                String change = "ALTER ROLE %s PASSWORD 'another one of mine'".formatted(username);
                assertThat(state(there, change))
                        .as(privilege)
                        .isEqualTo(privilege.equals("OWNER") ? Probe.REFUSED : Probe.ALLOWED);
                assertThat(state(there, "SET ROLE NONE")).isEqualTo(Probe.ALLOWED);
                assertThat(state(there, change)).as(privilege).isEqualTo(Probe.ALLOWED);
                // takes away what he may set himself
                assertThat(state(there, "ALTER ROLE %s RESET ALL".formatted(username)))
                        .isEqualTo(Probe.ALLOWED);
                // in a database that he never gets into
                assertThat(state(
                                there,
                                "ALTER ROLE %s IN DATABASE %s SET work_mem = '1MB'".formatted(username, victim())))
                        .isEqualTo(Probe.ALLOWED);
            }
            assertThatThrownBy(() -> enter(database, login).close()).isInstanceOf(SQLException.class);
            try (Connection there = connect(Superuser.port(), database.path("name"), username, "another one of mine")) {
                assertThat(texts(there, "SHOW temp_file_limit")).containsExactly("1GB");
            }
        }
    }

    private static String victim() throws SQLException {
        session(Attacker.OWNER);
        return victim;
    }

    /** Who may connect is looked at after every step, in the server's own words. */
    @Test
    void aDatabaseIsClosedToOthersAllItsLife() throws Exception {
        long tenant = tenant();
        String name = name("life");
        Response database = provision(tenant, name);
        String path = "/v1/databases/" + database.path("id");
        assertLetsIn(name, name, name + "_own", name + "_ro", name + "_rw");

        Response reader = login(tenant, name + "_z");
        grant(tenant, database, reader, "READ_ONLY");
        assertLetsIn(name, name, name + "_own", name + "_ro", name + "_rw", name + "_z");

        String successor = as(tenant)
                .body("{\"retireAfter\": \"PT1H\"}")
                .post("/v1/roles/%s/rotations".formatted(reader.<String>path("id")))
                .then()
                .statusCode(201)
                .extract()
                .path("username");
        assertLetsIn(name, name, name + "_own", name + "_ro", name + "_rw", name + "_z", successor);

        as(tenant).put(path + "/suspension").then().statusCode(204);
        assertLetsIn(name);
        as(tenant).delete(path + "/suspension").then().statusCode(204);
        assertLetsIn(name, name, name + "_own", name + "_ro", name + "_rw", name + "_z", successor);

        as(tenant).delete(path + "/grants/" + reader.path("id")).then().statusCode(204);
        assertLetsIn(name, name, name + "_own", name + "_ro", name + "_rw", successor);

        as(tenant).delete(path).then().statusCode(204);
        assertThat(Customers.onServer(name)).containsExactly(name + "_z", successor);
        provision(tenant(), name).then().statusCode(201);
        assertLetsIn(name, name, name + "_own", name + "_ro", name + "_rw");
    }

    private static void assertLetsIn(String database, String... roles) throws SQLException {
        assertThat(seen("postgres", """
                        SELECT rolname
                          FROM pg_roles
                         WHERE has_database_privilege(oid, (SELECT oid FROM pg_database WHERE datname = '%s'), 'CONNECT')
                           AND NOT rolsuper
                           AND rolname <> 'hostwright_db'
                         ORDER BY rolname COLLATE "C"
                        """.formatted(database))).containsExactlyInAnyOrder(roles);
    }

    private static List<String> texts(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> found = new ArrayList<>();
            while (rows.next()) {
                found.add(rows.getString(1));
            }
            return found;
        }
    }
}
