package dev.hostwright.db.role;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.asSuperuser;
import static dev.hostwright.db.Customers.atOnce;
import static dev.hostwright.db.Customers.connect;
import static dev.hostwright.db.Customers.login;
import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.onServer;
import static dev.hostwright.db.Customers.path;
import static dev.hostwright.db.Customers.provision;
import static dev.hostwright.db.Customers.run;
import static dev.hostwright.db.Customers.seen;
import static dev.hostwright.db.Customers.servicesMemberships;
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
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
class RoleResourceTest {

    private static void grant(long tenant, Response database, Response role, String privilege) {
        as(tenant)
                .body("{\"privilege\": \"%s\"}".formatted(privilege))
                .put("/v1/databases/%s/grants/%s".formatted(database.path("id"), role.path("id")))
                .then()
                .statusCode(200);
    }

    @Test
    void createsAUserSuccessfully() throws SQLException {
        String username = name("user");

        as(7).body("{\"username\": \"%s\", \"connectionLimit\": 3, \"validUntil\": \"2099-01-01T00:00:00Z\"}"
                        .formatted(username))
                .post("/v1/roles")
                .then()
                .statusCode(201)
                .body("username", equalTo(username))
                .body("password", notNullValue())
                .body("connectionLimit", equalTo(3))
                .body("validUntil", equalTo("2099-01-01T00:00:00Z"))
                .body("status", equalTo("active"));

        assertThat(seen("postgres", """
                        SELECT concat_ws(' ', rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolreplication,
                                         rolbypassrls, rolconnlimit, extract(year FROM rolvaliduntil))
                          FROM pg_roles
                         WHERE rolname = '%s'
                        """.formatted(username))).containsExactly("t f f f f f 3 2099");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"superuser", "createrole", "createdb", "replication", "bypassrls", "inherit", "admin", "roles"})
    void noUserIsMadeWithMoreThanALogin(String option) throws SQLException {
        String username = name("greedy");

        as(7).body("{\"username\": \"%s\", \"%s\": true}".formatted(username, option))
                .post("/v1/roles")
                .then()
                .statusCode(400)
                .body("errors.pointer", hasItem("/" + option));

        assertThat(onServer(username)).isEmpty();
    }

    @Test
    void puttingALoginTwiceMakesItOnce() {
        String path = path("/v1/roles");
        String body = "{\"username\": \"%s\", \"password\": \"correct horse battery\"}".formatted(name("put"));

        as(7).body(body).put(path).then().statusCode(201).body("password", nullValue());
        as(7).body(body).put(path).then().statusCode(200);
        as(7).body(body.replace("horse", "mouse")).put(path).then().statusCode(409);
        as(8).body(body).put(path).then().statusCode(409);
        as(8).body(body.replace("put_", "puk_")).put(path).then().statusCode(404);
    }

    @Test
    void manyPostsOfOneUsernameAtOnceMakeOne() throws Exception {
        String username = name("crowd");
        Callable<Integer> post = () -> login(7, username).statusCode();

        List<Integer> statuses = atOnce(java.util.Collections.nCopies(8, post));

        assertThat(statuses).containsOnlyOnce(201).containsOnly(201, 409);
    }

    @Test
    void aTimeThatIsOverOrNoneIsRefused() {
        String body = "{\"username\": \"%s\", \"validUntil\": \"%s\"}";
        as(7).body(body.formatted(name("past"), "2001-01-01T00:00:00Z"))
                .post("/v1/roles")
                .then()
                .statusCode(400)
                .body("errors.code", hasItem("past"));
        as(7).body(body.formatted(name("never"), "tomorrow"))
                .post("/v1/roles")
                .then()
                .statusCode(400)
                .body("errors.pointer", hasItem("/validUntil"));
    }

    @Test
    void aPasswordIsChangedInPlace() throws SQLException {
        Response made = provision(7, name("rotated"));
        String id = as(7).get("/v1/roles?pageSize=1000")
                .path("items.find { it.username == '%s' }.id".formatted(made.<String>path("username")));
        String database = made.path("name");

        String password;
        try (Connection open = connect(made.path("connectionString"))) {
            password = as(7).body("{}")
                    .put("/v1/roles/" + id + "/password")
                    .then()
                    .statusCode(200)
                    .body("username", equalTo(made.path("username")))
                    .extract()
                    .path("password");
            assertThat(state(open, "SELECT 1")).isEqualTo("00000");
        }

        connect(Superuser.port(), database, database, password).close();
        assertThatThrownBy(() -> connect(made.path("connectionString")).close())
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
        as(7).body("{\"password\": \"correct horse battery\"}")
                .put("/v1/roles/" + id + "/password")
                .then()
                .statusCode(200)
                .body("password", nullValue());
        connect(Superuser.port(), database, database, "correct horse battery").close();
        as(7).body("{\"password\": \"short\"}")
                .put("/v1/roles/" + id + "/password")
                .then()
                .statusCode(400);
        as(8).body("{}").put("/v1/roles/" + id + "/password").then().statusCode(404);
    }

    @Test
    void deletesAUserSuccessfullyInEveryDatabaseAndKeepsWhatItMade() throws SQLException {
        long tenant = tenant();
        Response first = provision(tenant, name("first"));
        Response second = provision(tenant, name("second"));
        Response user = login(tenant, name("leaver"));
        grant(tenant, first, user, "OWNER");
        grant(tenant, second, user, "READ_WRITE");
        String username = user.path("username");
        String firstName = first.path("name");
        try (Connection there = connect(Superuser.port(), firstName, username, user.path("password"));
                Connection owner = connect(second.path("connectionString"))) {
            run(there, "CREATE TABLE by_group (n int)", "SET ROLE NONE", "CREATE TABLE by_login (n int)");
            run(owner, "CREATE TABLE given (n int)", "GRANT TRUNCATE ON given TO " + username);

            as(tenant).delete("/v1/roles/" + user.path("id")).then().statusCode(204);

            assertThat(state(there, "SELECT 1")).isIn("57P01", "08006");
            assertThat(state(owner, "SELECT 1")).isEqualTo("00000");
        }

        assertThat(onServer(username)).isEmpty();
        assertThat(seen(firstName, "SELECT DISTINCT tableowner FROM pg_tables WHERE tablename LIKE 'by_%'"))
                .containsExactly(firstName + "_own");
        for (String role : List.of(username, firstName, second.<String>path("name"))) {
            assertThat(servicesMemberships(role)).isEmpty();
        }
        assertThat(seen("postgres", "SELECT datconnlimit FROM pg_database WHERE datname = '%s'".formatted(firstName)))
                .containsExactly("20");
        as(tenant).get("/v1/roles/" + user.path("id")).then().statusCode(404);
        as(tenant).delete("/v1/roles/" + user.path("id")).then().statusCode(204);
    }

    @Test
    void aUserIsDeletedFromADatabaseThatIsFull() throws Exception {
        long tenant = tenant();
        String name = name("full");
        Response full = as(tenant)
                .body("{\"name\": \"%1$s\", \"username\": \"%1$s\", \"connectionLimit\": 1}".formatted(name))
                .post("/v1/databases");
        Response user = login(tenant, name("outsider"));
        grant(tenant, full, user, "OWNER");
        // or the background would come to hand the table over to the owners
        asSuperuser("UPDATE grants SET privilege = 'CONNECT' WHERE role_id = '%s'".formatted(user.<String>path("id")));
        try (Connection there = connect(Superuser.port(), name, user.path("username"), user.path("password"))) {
            run(there, "SET ROLE NONE", "CREATE TABLE mine (n int)");
        }
        until(() -> seen("postgres", "SELECT 1 FROM pg_stat_activity WHERE datname = '%s'".formatted(name))
                .isEmpty());

        try (Connection only = connect(full.path("connectionString"))) {
            as(tenant).delete("/v1/roles/" + user.path("id")).then().statusCode(204);
            assertThat(state(only, "SELECT * FROM mine")).isEqualTo("00000");
        }
    }

    @Test
    void aDatabaseGoesWithItsLoginAlsoWhenThatIsKnownElsewhere() throws SQLException {
        long tenant = tenant();
        Response doomed = provision(tenant, name("doomed"));
        Response other = provision(tenant, name("other"));
        String login = doomed.path("username");
        String id = as(tenant).get("/v1/roles").path("items.find { it.username == '%s' }.id".formatted(login));
        as(tenant)
                .body("{\"privilege\": \"OWNER\"}")
                .put("/v1/databases/%s/grants/%s".formatted(other.path("id"), id))
                .then()
                .statusCode(200);
        try (Connection there = connect(Superuser.port(), other.path("name"), login, doomed.<String>path("password"))) {
            run(there, "CREATE TABLE t (n int)", "GRANT SELECT ON t TO %s_own".formatted(login));
        }

        as(tenant).delete("/v1/databases/" + doomed.path("id")).then().statusCode(204);

        assertThat(onServer(login)).isEmpty();
        as(tenant).get("/v1/roles/" + id).then().statusCode(404);
        try (Connection owner = connect(other.path("connectionString"))) {
            assertThat(state(owner, "SELECT * FROM t")).isEqualTo("00000");
        }
    }

    @Test
    void aDatabaseOutlivesItsLogin() throws SQLException {
        Response made = provision(7, name("outlives"));
        String path = "/v1/databases/" + made.path("id");
        String id = as(7).get("/v1/roles?pageSize=1000")
                .path("items.find { it.username == '%s' }.id".formatted(made.<String>path("username")));

        as(7).delete("/v1/roles/" + id).then().statusCode(204);

        as(7).get(path).then().statusCode(200).body("username", nullValue()).body("status", equalTo("active"));
        as(7).delete(path).then().statusCode(204);
        assertThat(onServer(made.path("name"))).isEmpty();
    }

    @Test
    void deletingAUserIsDoneWhenItWasStoppedHalfWay() throws Exception {
        Response user = login(7, name("half_gone"));
        asSuperuser("UPDATE roles SET status = 'deleting', updated_at = now() - interval '2 minutes' WHERE id = '%s'"
                .formatted(user.<String>path("id")));

        dev.hostwright.db.Customers.until(() -> onServer(user.path("username")).isEmpty());

        as(7).get("/v1/roles/" + user.path("id")).then().statusCode(404);
    }

    @Test
    void anOlderFenceNeitherChangesAPasswordNorDeletes() {
        String path = path("/v1/roles");
        UUID operation = UUID.randomUUID();
        as(7).header("X-Operation-Id", operation)
                .header("X-Operation-Fence", 12)
                .body("{\"username\": \"%s\"}".formatted(name("fenced")))
                .put(path)
                .then()
                .statusCode(201);

        as(7).header("X-Operation-Id", operation)
                .header("X-Operation-Fence", 11)
                .body("{}")
                .put(path + "/password")
                .then()
                .statusCode(409);
        as(7).header("X-Operation-Id", operation)
                .header("X-Operation-Fence", 11)
                .delete(path)
                .then()
                .statusCode(409);
        as(7).get(path).then().statusCode(200);
    }

    @Test
    void theListShowsTheTenantsOwnByName() {
        long tenant = tenant();
        String second = name("b_login");
        String first = name("a_login");
        login(tenant, second);
        login(tenant, first);

        assertThat(as(tenant).get("/v1/roles").<List<String>>path("items.username"))
                .containsExactly(first, second);
        assertThat(as(tenant).get("/v1/roles?pageSize=1").<List<String>>path("items.username"))
                .containsExactly(first);
    }
}
