package dev.hostwright.db.role;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.asSuperuser;
import static dev.hostwright.db.Customers.atOnce;
import static dev.hostwright.db.Customers.connect;
import static dev.hostwright.db.Customers.login;
import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.onServer;
import static dev.hostwright.db.Customers.provision;
import static dev.hostwright.db.Customers.run;
import static dev.hostwright.db.Customers.seen;
import static dev.hostwright.db.Customers.state;
import static dev.hostwright.db.Customers.tenant;
import static dev.hostwright.db.Customers.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.hostwright.contract.PostgresResource.Superuser;
import dev.hostwright.db.DbPostgres;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
class RotationTest {

    private static String ownRole(long tenant, Response database) {
        return as(tenant)
                .get("/v1/roles?pageSize=1000")
                .path("items.find { it.username == '%s' }.id".formatted(database.<String>path("username")));
    }

    private static Response rotate(long tenant, String role, String body) {
        return as(tenant).body(body).post("/v1/roles/%s/rotations".formatted(role));
    }

    private static Connection enter(String database, Response rotation) throws SQLException {
        return connect(Superuser.port(), database, rotation.path("username"), rotation.<String>path("password"));
    }

    private static int status(long tenant, String role) {
        return as(tenant).get("/v1/roles/" + role).statusCode();
    }

    private static void grant(long tenant, Response database, Response role, String privilege) {
        as(tenant)
                .body("{\"privilege\": \"%s\"}".formatted(privilege))
                .put("/v1/databases/%s/grants/%s".formatted(database.path("id"), role.path("id")))
                .then()
                .statusCode(200);
    }

    @Test
    void bothLoginsAreGoodUntilTheSecondIsInUseAndTheFirstIsLeft() throws Exception {
        long tenant = tenant();
        Response database = provision(tenant, name("overlap"));
        String name = database.path("name");
        String first = ownRole(tenant, database);

        try (Connection old = connect(database.path("connectionString"))) {
            run(old, "CREATE TABLE t (n int)");
            Response rotation = rotate(tenant, first, "{}");
            rotation.then()
                    .statusCode(201)
                    .body("username", equalTo(name + "_r2"))
                    .body("password", notNullValue())
                    .body("retireAt", notNullValue());

            try (Connection fresh = enter(name, rotation)) {
                run(fresh, "INSERT INTO t VALUES (1)", "CREATE TABLE u (n int)", "DROP TABLE u");
                until(() -> seen(
                                "hostwright_db",
                                "SELECT 1 FROM rotations WHERE role_id = '%s' AND successor_seen".formatted(first))
                        .equals(List.of("1")));
                assertThat(state(old, "SELECT * FROM t")).isEqualTo("00000");
                assertThat(status(tenant, first)).isEqualTo(200);
                run(old, "SET ROLE NONE"); // the group may not end its members
                state(old, "SELECT pg_terminate_backend(pg_backend_pid())");

                until(() -> status(tenant, first) == 404);
                assertThat(state(fresh, "ALTER TABLE t ADD m int")).isEqualTo("00000");
            }
            assertThat(onServer(name)).containsExactly(name, name + "_own", name + "_r2", name + "_ro", name + "_rw");
            as(tenant).get("/v1/databases/" + database.path("id")).then().body("username", equalTo(name + "_r2"));
        }

        as(tenant).delete("/v1/databases/" + database.path("id")).then().statusCode(204);
        assertThat(onServer(name)).isEmpty();
    }

    @Test
    void aLoginThatIsNotInUseStaysWhileItsSuccessorIsNotEither() throws Exception {
        long tenant = tenant();
        Response login = login(tenant, name("idle"));
        String id = login.path("id");
        rotate(tenant, id, "{}").then().statusCode(201);
        Response other = login(tenant, name("short"));
        String otherId = other.path("id");

        rotate(tenant, otherId, "{\"retireAfter\": \"PT1S\"}").then().statusCode(201);

        until(() -> status(tenant, otherId) == 404);
        assertThat(status(tenant, id)).isEqualTo(200);
        assertThat(onServer(other.path("username"))).containsExactly(other.path("username") + "_r2");
    }

    @Test
    void atTheDeadlineTheSessionsThatAreLeftAreEnded() throws Exception {
        long tenant = tenant();
        Response database = provision(tenant, name("late"));
        String id = ownRole(tenant, database);

        try (Connection old = connect(database.path("connectionString"))) {
            rotate(tenant, id, "{\"retireAfter\": \"PT1S\"}").then().statusCode(201);

            until(() -> status(tenant, id) == 404);
            assertThat(state(old, "SELECT 1")).isIn("57P01", "08006");
        }
    }

    @Test
    void theSecondLoginMayDoWhatTheFirstMay() throws Exception {
        long tenant = tenant();
        Response read = provision(tenant, name("read"));
        Response enter = provision(tenant, name("enter"));
        Response shut = provision(tenant, name("shut"));
        Response login = login(tenant, name("many"));
        grant(tenant, read, login, "READ_ONLY");
        grant(tenant, enter, login, "CONNECT");
        grant(tenant, shut, login, "CONNECT");
        as(tenant).put("/v1/databases/%s/suspension".formatted(shut.<String>path("id")));
        try (Connection owner = connect(read.path("connectionString"))) {
            run(owner, "CREATE TABLE t (n int)");
        }

        Response rotation = rotate(tenant, login.path("id"), "{\"username\": \"%s\"}".formatted(name("chosen")));

        rotation.then().statusCode(201);
        try (Connection reader = enter(read.<String>path("name"), rotation)) {
            assertThat(state(reader, "SELECT * FROM t")).isEqualTo("00000");
            assertThat(state(reader, "INSERT INTO t VALUES (1)")).isEqualTo("42501");
        }
        enter(enter.<String>path("name"), rotation).close();
        assertThatThrownBy(() -> enter(shut.<String>path("name"), rotation).close())
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
        as(tenant)
                .delete("/v1/databases/%s/suspension".formatted(shut.<String>path("id")))
                .then()
                .statusCode(204);
        enter(shut.<String>path("name"), rotation).close();
        assertThat(seen("postgres", """
                        SELECT concat_ws(' ', rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls, rolconnlimit)
                          FROM pg_roles
                         WHERE rolname = '%s'
                        """.formatted(rotation.<String>path("username"))))
                .containsExactly("f f f f f 20");
    }

    @Test
    void inPlaceTheOldPasswordEndsAndTheSessionsOnlyIfAsked() throws Exception {
        long tenant = tenant();
        Response database = provision(tenant, name("in_place"));
        String role = ownRole(tenant, database);

        try (Connection open = connect(database.path("connectionString"))) {
            Response gentle = rotate(tenant, role, "{\"overlap\": false}");
            gentle.then()
                    .statusCode(201)
                    .body("username", equalTo(database.path("username")))
                    .body("successorId", nullValue())
                    .body("retireAt", nullValue());
            assertThat(state(open, "SELECT 1")).isEqualTo("00000");
            enter(database.<String>path("name"), gentle).close();

            Response emergency = rotate(tenant, role, "{\"overlap\": false, \"endSessions\": true}");
            emergency.then().statusCode(201);
            assertThat(state(open, "SELECT 1")).isIn("57P01", "08006");
            enter(database.<String>path("name"), emergency).close();
            assertThatThrownBy(
                            () -> enter(database.<String>path("name"), gentle).close())
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
        }
    }

    @Test
    void sessionsThatARequestWasToEndAreEndedWhenItWasStoppedBefore() throws Exception {
        long tenant = tenant();
        Response database = provision(tenant, name("stopped"));
        String role = ownRole(tenant, database);
        rotate(tenant, role, "{\"overlap\": false, \"endSessions\": true, \"password\": \"correct horse battery\"}")
                .then()
                .statusCode(201);

        try (Connection left =
                connect(Superuser.port(), database.path("name"), database.path("username"), "correct horse battery")) {
            asSuperuser(
                    "UPDATE rotations SET ending = true, created_at = now() - interval '1 minute' WHERE role_id = '%s'"
                            .formatted(role));

            until(() -> !state(left, "SELECT 1").equals("00000"));
        }
        until(() -> seen("hostwright_db", "SELECT 1 FROM rotations WHERE role_id = '%s' AND ending".formatted(role))
                .isEmpty());
    }

    @Test
    void puttingARotationTwiceRotatesOnce() throws Exception {
        long tenant = tenant();
        Response login = login(tenant, name("once"));
        String path = "/v1/roles/%s/rotations/%s".formatted(login.path("id"), UUID.randomUUID());
        Callable<Integer> put = () -> as(tenant).body("{}").put(path).statusCode();

        List<Integer> statuses = atOnce(java.util.Collections.nCopies(4, put));

        assertThat(statuses).containsOnlyOnce(201).containsOnly(200, 201);
        as(tenant).body("{}").put(path).then().statusCode(200).body("password", nullValue());
        as(tenant)
                .body("{\"overlap\": false}")
                .put(path)
                .then()
                .statusCode(409)
                .body("type", equalTo("urn:problem:differs"));
        as(tenant)
                .body("{\"password\": \"correct horse battery\"}")
                .put(path)
                .then()
                .statusCode(409);
        as(tenant).body("{\"retireAfter\": \"PT24H\"}").put(path).then().statusCode(200);
        as(tenant).body("{\"retireAfter\": \"PT25H\"}").put(path).then().statusCode(409);
        as(tenant).get(path).then().statusCode(200).body("password", nullValue());
        assertThat(onServer(login.path("username"))).hasSize(2);
    }

    @Test
    void aLoginHasOneSuccessorAndKeepsItsPlaceWhenThatIsDeleted() throws Exception {
        long tenant = tenant();
        Response database = provision(tenant, name("one"));
        String first = ownRole(tenant, database);
        Response rotation = rotate(tenant, first, "{}");

        rotate(tenant, first, "{}").then().statusCode(409).body("type", equalTo("urn:problem:succeeded"));
        as(tenant).delete("/v1/roles/" + rotation.path("successorId")).then().statusCode(204);
        asSuperuser("UPDATE rotations SET retire_at = now() - interval '1 hour' WHERE role_id = '%s'".formatted(first));

        Response second = rotate(tenant, first, "{}");
        second.then().statusCode(201).body("username", equalTo(rotation.path("username")));
        as(tenant).delete("/v1/roles/" + first).then().statusCode(204);
        as(tenant)
                .get("/v1/databases/" + database.path("id"))
                .then()
                .body("username", equalTo(second.path("username")));
    }

    @Test
    void theSuccessorOfASuccessorTakesTheFirstOnesPlace() throws Exception {
        long tenant = tenant();
        Response database = provision(tenant, name("chain"));
        String name = database.path("name");
        String first = ownRole(tenant, database);
        String second = rotate(tenant, first, "{}").path("successorId");
        Response third = rotate(tenant, second, "{\"retireAfter\": \"PT1S\"}");
        third.then().statusCode(201).body("username", equalTo(name + "_r3"));
        until(() -> status(tenant, second) == 404);

        asSuperuser("UPDATE rotations SET retire_at = now() WHERE role_id = '%s'".formatted(first));

        until(() -> status(tenant, first) == 404);
        as(tenant).get("/v1/databases/" + database.path("id")).then().body("username", equalTo(name + "_r3"));
    }

    @Test
    void nothingIsMadeWhereTheSecondLoginCannotBe() throws Exception {
        long tenant = tenant();
        Response database = provision(tenant, name("refused"));
        String role = ownRole(tenant, database);
        String taken = login(tenant(), name("taken")).path("username");

        rotate(tenant, role, "{\"username\": \"%s\"}".formatted(taken))
                .then()
                .statusCode(409)
                .body("type", equalTo("urn:problem:name-taken"));
        as(tenant).put("/v1/databases/%s/suspension".formatted(database.<String>path("id")));
        rotate(tenant, role, "{}").then().statusCode(409).body("type", equalTo("urn:problem:suspended"));

        assertThat(onServer(database.<String>path("name") + "_r2")).isEmpty();
        assertThat(seen("hostwright_db", "SELECT 1 FROM rotations WHERE role_id = '%s'".formatted(role)))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"retireAfter\": \"tomorrow\"} | 400 | /retireAfter",
                "{\"retireAfter\": \"PT0S\"} | 400 | /retireAfter",
                "{\"retireAfter\": \"PT721H\"} | 400 | /retireAfter",
                "{\"password\": \"short\"} | 400 | /password",
                "{\"endSessions\": true} | 422 | /endSessions",
                "{\"overlap\": false, \"retireAfter\": \"PT1H\"} | 422 | /retireAfter",
                "{\"overlap\": false, \"username\": \"another\"} | 422 | /username",
                "{\"superuser\": true} | 400 | /superuser"
            })
    void whatIsMalformedOrContradictsItselfIsRefused(String body, int status, String pointer) {
        long tenant = tenant();
        String role = login(tenant, name("malformed")).path("id");

        rotate(tenant, role, body).then().statusCode(status).body("errors.pointer", hasItem(pointer));
    }

    @Test
    void anotherTenantsLoginIsRotatedAsLittleAsAnUnknownOne() throws SQLException {
        Response login = login(tenant(), name("theirs"));
        long tenant = tenant();

        String theirs = rotate(tenant, login.path("id"), "{}")
                .then()
                .statusCode(404)
                .extract()
                .asString();
        String unknown = rotate(tenant, UUID.randomUUID().toString(), "{}")
                .then()
                .statusCode(404)
                .extract()
                .asString();

        assertThat(theirs).isEqualTo(unknown);
        assertThat(onServer(login.path("username"))).hasSize(1);
    }

    @Test
    void anOlderFenceDoesNotRotate() {
        long tenant = tenant();
        String path = dev.hostwright.db.Customers.path("/v1/roles");
        UUID operation = UUID.randomUUID();
        as(tenant)
                .header("X-Operation-Id", operation)
                .header("X-Operation-Fence", 12)
                .body("{\"username\": \"%s\"}".formatted(name("fenced")))
                .put(path);

        as(tenant)
                .header("X-Operation-Id", operation)
                .header("X-Operation-Fence", 11)
                .body("{}")
                .post(path + "/rotations")
                .then()
                .statusCode(409);
    }
}
