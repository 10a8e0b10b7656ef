package dev.hostwright.db.grant;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.connect;
import static dev.hostwright.db.Customers.enter;
import static dev.hostwright.db.Customers.grant;
import static dev.hostwright.db.Customers.login;
import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.onServer;
import static dev.hostwright.db.Customers.provision;
import static dev.hostwright.db.Customers.run;
import static dev.hostwright.db.Customers.seen;
import static dev.hostwright.db.Customers.servicesMemberships;
import static dev.hostwright.db.Customers.state;
import static dev.hostwright.db.Customers.tenant;
import static dev.hostwright.db.Customers.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hostwright.db.DbPostgres;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Many logins in one database, and one login in many databases. */
@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
class TierTest {

    private final long tenant = tenant();

    /** A login that has that privilege there. */
    private Response member(Response database, String privilege) {
        Response login = login(tenant, name("tier"));
        grant(tenant, database, login, privilege);
        return login;
    }

    /** The successor of a login, as an answer that has its username and password. */
    private Response successor(Response login) {
        return as(tenant)
                .body("{\"retireAfter\": \"PT1H\"}")
                .post("/v1/roles/%s/rotations".formatted(login.<String>path("id")));
    }

    @Test
    void whateverAnyOwnerMakesIsForAllReadersAndWritersAndForTheOtherOwners() throws SQLException {
        Response database = provision(tenant, name("all_tiers"));
        Response second = member(database, "OWNER");
        List<Response> owners = List.of(second, successor(second), member(database, "OWNER"));
        Response reader = member(database, "READ_ONLY");
        Response writer = member(database, "READ_WRITE");
        List<String> made = new ArrayList<>();
        for (Response owner : owners) {
            String schema = "of_" + owner.path("username");
            try (Connection there = enter(database, owner)) {
                run(
                        there,
                        "CREATE SCHEMA " + schema,
                        "CREATE TABLE %s.plain (n serial, word text)".formatted(schema),
                        "CREATE TABLE %s.parted (n int) PARTITION BY RANGE (n)".formatted(schema),
                        "CREATE TABLE %1$s.part PARTITION OF %1$s.parted FOR VALUES FROM (0) TO (9)".formatted(schema),
                        "CREATE VIEW %1$s.seen AS SELECT * FROM %1$s.plain".formatted(schema),
                        "CREATE MATERIALIZED VIEW %1$s.kept AS SELECT * FROM %1$s.plain".formatted(schema),
                        "CREATE TABLE public.%s_t (n int)".formatted(schema));
            }
            for (String table : List.of("plain", "parted", "part", "seen", "kept")) {
                made.add(schema + "." + table);
            }
            made.add("public." + schema + "_t");
        }

        for (Response login : List.of(reader, successor(reader), member(database, "READ_ONLY"))) {
            try (Connection there = enter(database, login)) {
                for (String table : made) {
                    assertThat(state(there, "SELECT * FROM " + table)).as(table).isEqualTo("00000");
                    assertThat(state(there, "DELETE FROM " + table)).as(table).isEqualTo("42501");
                }
            }
        }
        for (Response login : List.of(writer, successor(writer), member(database, "READ_WRITE"))) {
            try (Connection there = enter(database, login)) {
                for (String table : made) {
                    assertThat(state(there, "SELECT * FROM " + table)).as(table).isEqualTo("00000");
                    assertThat(state(there, "ALTER TABLE %s RENAME TO other".formatted(table)))
                            .as(table)
                            .isEqualTo("42501");
                    if (table.endsWith(".plain")) {
                        run(there, "INSERT INTO %s (word) VALUES ('x')".formatted(table));
                    }
                }
            }
        }
        try (Connection first = connect(database.path("connectionString"))) {
            for (String table : made) {
                if (table.endsWith(".plain")) {
                    run(first, "ALTER TABLE %s ADD more int".formatted(table));
                }
            }
        }
    }

    /** Poolers and drivers clean a connection by this, and it is in no role any more then. */
    @Test
    void whatAnOwnerMakesAfterDiscardAllIsHandedToTheGroup() throws Exception {
        Response database = provision(tenant, name("discarded"));
        Response owner = member(database, "OWNER");
        Response reader = member(database, "READ_ONLY");
        Response writer = member(database, "READ_WRITE");
        try (Connection there = enter(database, owner);
                Connection other = connect(database.path("connectionString"));
                Connection reading = enter(database, reader);
                Connection writing = enter(database, writer)) {
            run(
                    there,
                    "DISCARD ALL",
                    "CREATE SCHEMA \"of\"\"mine\"",
                    "CREATE TABLE \"of\"\"mine\".\"a\"\"b\" (n serial)",
                    "CREATE TABLE mine (n serial)",
                    "CREATE TEMP TABLE scratch (n int)",
                    "CREATE VIEW my_view AS SELECT * FROM mine",
                    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                    // older than the schema that it is in
                    "CREATE FUNCTION moved() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                    "CREATE SCHEMA younger",
                    "ALTER FUNCTION moved() SET SCHEMA younger",
                    "CREATE TYPE mood AS ENUM ('good')");

            // the last of them, because a round may have been in between
            until(() -> state(other, "ALTER TYPE mood ADD VALUE 'bad'").equals("00000"));

            for (String table : List.of("mine", "my_view", "\"of\"\"mine\".\"a\"\"b\"")) {
                assertThat(state(reading, "SELECT * FROM " + table)).as(table).isEqualTo("00000");
                assertThat(state(reading, "DELETE FROM " + table)).as(table).isEqualTo("42501");
            }
            assertThat(state(writing, "INSERT INTO mine DEFAULT VALUES")).isEqualTo("00000");
            assertThat(state(writing, "INSERT INTO \"of\"\"mine\".\"a\"\"b\" DEFAULT VALUES"))
                    .isEqualTo("00000");
            assertThat(state(other, "ALTER TABLE mine ADD more int")).isEqualTo("00000");
            assertThat(state(other, "DROP FUNCTION mine()")).isEqualTo("00000");
            assertThat(state(other, "DROP FUNCTION younger.moved()")).isEqualTo("00000");
            // who made it goes on with it, as before
            assertThat(state(there, "INSERT INTO scratch VALUES (1)")).isEqualTo("00000");
            assertThat(state(there, "ALTER TABLE mine ADD another int")).isEqualTo("00000");
        }
        assertThat(servicesMemberships(owner.path("username"))).isEmpty();
        assertThat(servicesMemberships(database.path("name"))).isEmpty();
    }

    @Test
    void oneLoginMayDoOneThingHereAndAnotherThere() throws SQLException {
        Response login = login(tenant, name("everywhere"));
        Map<String, String> mayWrite =
                Map.of("OWNER", "00000", "READ_WRITE", "00000", "READ_ONLY", "42501", "CONNECT", "42501");
        Map<String, String> mayMake =
                Map.of("OWNER", "00000", "READ_WRITE", "42501", "READ_ONLY", "42501", "CONNECT", "42501");
        List<Response> databases = new ArrayList<>();
        for (String privilege : List.of("OWNER", "READ_WRITE", "READ_ONLY", "CONNECT")) {
            Response database = provision(tenant, name("one_of_many"));
            databases.add(database);
            grant(tenant, database, login, privilege);
            try (Connection first = connect(database.path("connectionString"));
                    Connection there = enter(database, login)) {
                run(first, "CREATE TABLE t (n int)");
                assertThat(state(there, "INSERT INTO public.t VALUES (1)"))
                        .as(privilege)
                        .isEqualTo(mayWrite.get(privilege));
                assertThat(state(there, "CREATE TABLE public.made (n int)"))
                        .as(privilege)
                        .isEqualTo(mayMake.get(privilege));
            }
        }

        // what is changed in one changes nothing in the others
        as(tenant)
                .delete("/v1/databases/%s/grants/%s"
                        .formatted(databases.getFirst().path("id"), login.path("id")))
                .then()
                .statusCode(204);
        grant(tenant, databases.get(2), login, "OWNER");
        try (Connection writing = enter(databases.get(1), login);
                Connection owning = enter(databases.get(2), login);
                Connection guest = enter(databases.get(3), login)) {
            assertThat(state(writing, "INSERT INTO t VALUES (1)")).isEqualTo("00000");
            assertThat(state(writing, "CREATE TABLE made (n int)")).isEqualTo("42501");
            assertThat(state(owning, "ALTER TABLE t ADD m int")).isEqualTo("00000");
            assertThat(state(guest, "SELECT * FROM public.t")).isEqualTo("42501");
        }
    }

    @Test
    void aLoginIsDeletedFromEveryDatabaseWhateverItHasThere() throws SQLException {
        Response login = login(tenant, name("leaver"));
        String username = login.path("username");
        List<Response> databases = new ArrayList<>();
        for (String privilege : List.of("OWNER", "READ_WRITE", "READ_ONLY", "CONNECT")) {
            Response database = provision(tenant, name("left"));
            databases.add(database);
            grant(tenant, database, login, privilege);
            try (Connection first = connect(database.path("connectionString"));
                    Connection there = enter(database, login)) {
                run(
                        first,
                        "CREATE TABLE t (n int, word text)",
                        "CREATE SCHEMA its",
                        "GRANT USAGE ON SCHEMA public TO " + username,
                        "GRANT ALL ON SCHEMA its TO " + username,
                        "GRANT TRUNCATE ON t TO %s WITH GRANT OPTION".formatted(username),
                        "GRANT UPDATE (word) ON t TO " + username,
                        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                        "GRANT EXECUTE ON FUNCTION f() TO " + username,
                        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO " + username,
                        "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
                        "CREATE POLICY only_it ON t TO %s USING (true)".formatted(username));
                run(
                        there,
                        "SET ROLE NONE",
                        "CREATE TABLE its.own (n int)",
                        "CREATE TYPE its.mood AS ENUM ('good')",
                        "CREATE FUNCTION its.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
                        "GRANT TRUNCATE ON t TO %s_rw".formatted(database.<String>path("name")),
                        "SELECT lo_create(0)");
            }
        }

        try (Connection there = enter(databases.getFirst(), login)) {
            run(
                    there,
                    "SET ROLE NONE",
                    "CREATE FUNCTION moved() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                    "CREATE SCHEMA younger",
                    "ALTER FUNCTION moved() SET SCHEMA younger");
        }

        as(tenant).delete("/v1/roles/" + login.path("id")).then().statusCode(204);

        assertThat(onServer(username)).isEmpty();
        for (Response database : databases) {
            String name = database.path("name");
            assertThat(seen(name, "SELECT tableowner FROM pg_tables WHERE schemaname = 'its'"))
                    .containsExactly(name + "_own");
            try (Connection first = connect(database.path("connectionString"))) {
                assertThat(state(first, "DROP SCHEMA its CASCADE")).isEqualTo("00000");
            }
        }
    }
}
