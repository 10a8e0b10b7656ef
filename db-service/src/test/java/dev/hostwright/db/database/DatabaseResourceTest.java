package dev.hostwright.db.database;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.asSuperuser;
import static dev.hostwright.db.Customers.connect;
import static dev.hostwright.db.Customers.login;
import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.onServer;
import static dev.hostwright.db.Customers.path;
import static dev.hostwright.db.Customers.provision;
import static dev.hostwright.db.Customers.run;
import static dev.hostwright.db.Customers.seen;
import static dev.hostwright.db.Customers.state;
import static dev.hostwright.db.Customers.tenant;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.hostwright.contract.PostgresResource.Superuser;
import dev.hostwright.contract.Tokens;
import dev.hostwright.db.DbPostgres;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
class DatabaseResourceTest {

    @Test
    void createsADatabaseSuccessfully() throws SQLException {
        String name = name("plain");

        as(tenant())
                .body("{\"name\": \"%s\"}".formatted(name))
                .post("/v1/databases")
                .then()
                .statusCode(201)
                .body("name", equalTo(name))
                .body("status", equalTo("active"))
                .body("suspended", equalTo(false))
                .body("username", nullValue())
                .body("password", nullValue())
                .body("connectionString", endsWith("/" + name));

        assertThat(onServer(name)).containsExactly(name, name + "_own", name + "_ro", name + "_rw");
    }

    @Test
    void createsADatabaseForAnOwnerWhoIsThere() throws SQLException {
        long tenant = tenant();
        String owner = name("owner");
        String password = login(tenant, owner).path("password");
        String name = name("owned");

        Response made = as(tenant)
                .body("{\"name\": \"%s\", \"owner\": \"%s\"}".formatted(name, owner))
                .post("/v1/databases");

        made.then().statusCode(201).body("username", equalTo(owner)).body("password", nullValue());
        try (Connection client = connect(Superuser.port(), name, owner, password)) {
            assertThat(state(client, "CREATE TABLE t (n int)")).isEqualTo("00000");
        }
        as(tenant).delete("/v1/databases/" + made.path("id")).then().statusCode(204);
        assertThat(onServer(owner)).containsExactly(owner);
    }

    @Test
    void anOwnerWhoIsNotThereOrAnotherTenantsIsA404AndNothingIsMade() throws SQLException {
        String theirs = name("their_owner");
        login(tenant(), theirs).then().statusCode(201);
        String name = name("unowned");

        for (String owner : List.of(theirs, name("nobody"))) {
            as(tenant())
                    .body("{\"name\": \"%s\", \"owner\": \"%s\"}".formatted(name, owner))
                    .post("/v1/databases")
                    .then()
                    .statusCode(404);
        }

        assertThat(onServer(name)).isEmpty();
    }

    @Test
    void preventsDuplicateDatabaseCreation() throws SQLException {
        String name = name("twice");
        provision(7, name).then().statusCode(201);

        provision(7, name)
                .then()
                .statusCode(409)
                .body("type", equalTo("urn:problem:name-taken"))
                .body("errors.pointer", hasItem("/name"));

        assertThat(onServer(name)).containsExactly(name, name, name + "_own", name + "_ro", name + "_rw");
    }

    @Test
    void aNameThatAnotherTenantHasIsTakenAndNothingSaysByWhom() {
        String name = name("theirs");
        provision(tenant(), name).then().statusCode(201);
        long tenant = tenant();
        String mine = provision(tenant, name).then().statusCode(409).extract().asString();

        String ours = name("ours");
        provision(tenant, ours).then().statusCode(201);
        String own = provision(tenant, ours).then().statusCode(409).extract().asString();

        assertThat(mine).isEqualTo(own);
    }

    @Test
    void provisionsADatabaseThatItsConnectionStringReallyConnectsTo() throws SQLException {
        String name = name("real");
        Response made = provision(7, name);

        made.then()
                .statusCode(201)
                .body("host", notNullValue())
                .body("port", equalTo(Superuser.port()))
                .body("username", equalTo(name))
                .body("connectionLimit", equalTo(20));
        assertThat(made.<String>path("password")).hasSize(32);

        try (Connection client = connect(made.path("connectionString"))) {
            run(client, "CREATE TABLE greeting (word text)", "INSERT INTO greeting VALUES ('hello')");
        }
        assertThat(seen(name, "SELECT word FROM greeting")).containsExactly("hello");
        assertThat(seen(name, "SELECT tableowner FROM pg_tables WHERE tablename = 'greeting'"))
                .containsExactly(name + "_own");
    }

    @Test
    void thePasswordIsShownOnceAndNeverAgain() {
        String path = path("/v1/databases");
        String name = name("once");
        String body = "{\"name\": \"%s\", \"username\": \"%s\"}".formatted(name, name);
        Response made = as(7).body(body).put(path);
        assertThat(made.<String>path("connectionString")).contains(made.<String>path("password"));

        for (Response later : List.of(as(7).body(body).put(path), as(7).get(path))) {
            later.then().statusCode(200).body("password", nullValue());
            assertThat(later.<String>path("connectionString")).contains("://" + name + "@");
        }
    }

    @Test
    void provisioningIsRolledBackOnFailure() throws SQLException {
        String taken = name("taken_user");
        login(tenant(), taken).then().statusCode(201);
        String name = name("rolled_back");

        as(7).body("{\"name\": \"%s\", \"username\": \"%s\"}".formatted(name, taken))
                .post("/v1/databases")
                .then()
                .statusCode(409)
                .body("errors.pointer", hasItem("/username"));

        assertThat(onServer(name)).isEmpty();
        assertThat(seen("hostwright_db", "SELECT name FROM databases WHERE name = '%s'".formatted(name)))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"_own", "_rw", "_ro"})
    void aRoleOfSomebodyElsesUnderAGroupsNameIsNeverTakenOver(String suffix) throws SQLException {
        String name = name("group");
        asSuperuser("CREATE ROLE \"%s%s\" NOLOGIN".formatted(name, suffix));

        provision(7, name).then().statusCode(409).body("type", equalTo("urn:problem:name-taken"));

        assertThat(onServer(name)).containsExactly(name + suffix);
    }

    @Test
    void aDatabaseOfSomebodyElsesIsNeverTakenOver() throws SQLException {
        String name = name("foreign");
        try (Connection superuser = Superuser.connect("postgres")) {
            run(superuser, "CREATE DATABASE " + name);
        }

        provision(7, name).then().statusCode(409).body("errors.pointer", hasItem("/name"));

        assertThat(onServer(name)).containsExactly(name);
    }

    @ParameterizedTest
    @CsvSource({
        "Sp3c!al-chars, uppercase",
        "test-db, character",
        "drop;table, character",
        "postgres, reserved",
        "ab, too_short",
        "1db, must_start_with_letter",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, name_too_long"
    })
    void sanitizesDatabaseNamesByRefusingSpecialCharacters(String name, String code) {
        as(7).body("{\"name\": \"%s\"}".formatted(name))
                .post("/v1/databases")
                .then()
                .statusCode(400)
                .body("errors.code", hasItem(code))
                .body("errors.pointer", hasItem("/name"));
    }

    @Test
    void deletesADatabaseSuccessfullyAndEndsItsConnections() throws SQLException {
        String name = name("doomed");
        Response made = provision(7, name);
        String path = "/v1/databases/" + made.path("id");

        try (Connection idle = connect(made.path("connectionString"));
                Connection busy = connect(made.path("connectionString"))) {
            busy.setAutoCommit(false);
            run(busy, "CREATE TABLE t (n int)");
            as(7).delete(path).then().statusCode(204);

            assertThat(state(idle, "SELECT 1")).isIn("57P01", "08006");
        }
        as(7).get(path).then().statusCode(404);
        assertThat(onServer(name)).isEmpty();
        provision(7, name).then().statusCode(201);
    }

    @Test
    void deletingIsDoneWhenItWasStoppedHalfWay() throws Exception {
        String name = name("half_deleted");
        String id = provision(7, name).path("id");
        asSuperuser("UPDATE databases SET status = 'deleting' WHERE id = '%s'".formatted(id));
        try (Connection superuser = Superuser.connect("postgres")) {
            run(superuser, "DROP DATABASE " + name + " WITH (FORCE)");
        }

        as(7).delete("/v1/databases/" + id).then().statusCode(204);

        assertThat(onServer(name)).isEmpty();
        as(7).get("/v1/databases/" + id).then().statusCode(404);
    }

    @Test
    void anInterruptedDropIsFinishedByTheReconciler() throws Exception {
        String name = name("interrupted");
        String id = provision(7, name).path("id");
        asSuperuser(
                "UPDATE pg_database SET datconnlimit = -2 WHERE datname = '%s'".formatted(name),
                "UPDATE databases SET status = 'deleting', updated_at = now() - interval '2 minutes' WHERE id = '%s'"
                        .formatted(id));

        dev.hostwright.db.Customers.until(() -> onServer(name).isEmpty());

        as(7).get("/v1/databases/" + id).then().statusCode(404);
    }

    @Test
    void aDatabaseThatIsBeingDeletedIsNotPutAgain() throws SQLException {
        String path = path("/v1/databases");
        String name = name("late");
        String body = "{\"name\": \"%s\", \"username\": \"%s\"}".formatted(name, name);
        as(7).body(body).put(path).then().statusCode(201);
        asSuperuser("UPDATE databases SET status = 'deleting' WHERE name = '%s'".formatted(name));

        as(7).body(body).put(path).then().statusCode(409);
        as(7).delete(path).then().statusCode(204);
        as(7).body(body).put(path).then().statusCode(409).body("type", endsWith("deleted"));
    }

    @Test
    void aDatabaseThatVanishedIsShownAsFailedAndCanBeDeleted() throws SQLException {
        String name = name("vanished");
        String path = "/v1/databases/" + provision(7, name).path("id");
        try (Connection superuser = Superuser.connect("postgres")) {
            run(superuser, "DROP DATABASE " + name);
        }

        as(7).get(path).then().statusCode(200).body("status", equalTo("failed"));

        as(7).delete(path).then().statusCode(204);
        assertThat(onServer(name)).isEmpty();
    }

    /** What a restore of dumps does: the same names, owners and groups, under other numbers. */
    @Test
    void aDatabaseThatWasRestoredIsItselfAgainAndItsNeighboursAreNotTouched() throws SQLException {
        String name = name("restored");
        String path = "/v1/databases/" + provision(7, name).path("id");
        Response neighbour = provision(8, name("neighbour"));
        try (Connection superuser = Superuser.connect("postgres")) {
            run(
                    superuser,
                    "DROP DATABASE " + name,
                    "CREATE DATABASE %s OWNER hostwright_db TEMPLATE template0".formatted(name),
                    "REVOKE ALL ON DATABASE %s FROM PUBLIC".formatted(name),
                    "GRANT CONNECT ON DATABASE %1$s TO %1$s_own".formatted(name));
        }

        as(7).get(path).then().statusCode(200).body("status", equalTo("active"));
        as(7).put(path + "/suspension").then().statusCode(204);
        as(7).delete(path).then().statusCode(204);

        assertThat(onServer(name)).isEmpty();
        connect(neighbour.path("connectionString")).close();
        as(8).get("/v1/databases/" + neighbour.path("id")).then().body("status", equalTo("active"));
    }

    @Test
    void deletingLeavesADatabaseOfSomebodyElsesUnderItsNameAlone() throws SQLException {
        String name = name("replaced");
        String path = "/v1/databases/" + provision(7, name).path("id");
        try (Connection superuser = Superuser.connect("postgres")) {
            run(superuser, "DROP DATABASE " + name, "CREATE DATABASE " + name);
        }

        as(7).get(path).then().statusCode(200).body("status", equalTo("failed"));
        as(7).delete(path).then().statusCode(204);

        assertThat(onServer(name)).containsExactly(name);
    }

    /** A number says nothing about whose a database is, so none is kept. */
    @Test
    void noRowOfACustomersDatabaseKeepsAnOid() throws SQLException {
        assertThat(seen("hostwright_db", """
                        SELECT attrelid::regclass || '.' || attname
                          FROM pg_attribute
                         WHERE attrelid IN ('databases'::regclass, 'roles'::regclass, 'grants'::regclass)
                           AND attnum > 0
                           AND atttypid = 'oid'::regtype
                        """)).isEmpty();
    }

    @Test
    void listsDatabasesByNameAndNoSystemDatabase() {
        long tenant = tenant();
        String first = name("a_list");
        String second = name("b_list");
        provision(tenant, second).then().statusCode(201);
        provision(tenant, first).then().statusCode(201);
        provision(tenant(), name("other_list")).then().statusCode(201);

        List<String> names = as(tenant).get("/v1/databases").path("items.name");

        assertThat(names).containsExactly(first, second);
    }

    @Test
    void whatContradictsItselfIsA422() {
        String name = name("contradiction");
        as(7).body("{\"name\": \"%1$s\", \"username\": \"%1$s\", \"owner\": \"%1$s\"}".formatted(name))
                .post("/v1/databases")
                .then()
                .statusCode(422)
                .body("errors.pointer", hasItem("/owner"));
        as(7).body("{\"name\": \"%s\", \"password\": \"correct horse battery\"}".formatted(name))
                .post("/v1/databases")
                .then()
                .statusCode(422)
                .body("errors.pointer", hasItem("/password"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "1001", "\"5\"", "1.5", "true"})
    void aConnectionLimitIsANumberFrom1To1000(String limit) {
        as(7).body("{\"name\": \"%s\", \"connectionLimit\": %s}".formatted(name("limit"), limit))
                .post("/v1/databases")
                .then()
                .statusCode(400)
                .body("errors.pointer", hasItem("/connectionLimit"));
    }

    @Test
    void aTenantMayAskFor50ConnectionsAndAnOperatorForMore() {
        String fifty = "{\"name\": \"%s\", \"connectionLimit\": 50}".formatted(name("limit"));
        String more = "{\"name\": \"%s\", \"connectionLimit\": 51, \"tenantId\": 7}".formatted(name("limit"));
        String login = "{\"username\": \"%s\", \"connectionLimit\": 51}".formatted(name("limit"));

        as(7).body(fifty).post("/v1/databases").then().statusCode(201);
        as(7).body(more)
                .post("/v1/databases")
                .then()
                .statusCode(400)
                .body("errors.pointer", hasItem("/connectionLimit"));
        as(7).body(login).post("/v1/roles").then().statusCode(400).body("errors.pointer", hasItem("/connectionLimit"));
        given().header("Authorization", "Bearer " + Tokens.operator())
                .contentType("application/json")
                .body(more)
                .post("/v1/databases")
                .then()
                .statusCode(201)
                .body("connectionLimit", equalTo(51));
    }

    @Test
    void aSuperusersSessionOutlastsASuspensionAndHoldsUpTheDeleteOnly() throws SQLException {
        String name = name("backup");
        String path = "/v1/databases/" + provision(7, name).path("id");
        try (Connection backup = Superuser.connect(name)) {
            as(7).put(path + "/suspension").then().statusCode(204);
            assertThat(state(backup, "SELECT 1")).isEqualTo("00000");

            as(7).delete(path).then().statusCode(503).header("Retry-After", notNullValue());
            assertThat(state(backup, "SELECT 1")).isEqualTo("00000");
        }

        as(7).delete(path).then().statusCode(204);
        assertThat(onServer(name)).isEmpty();
    }

    @Test
    void theConnectionLimitHolds() throws SQLException {
        String name = name("limited");
        String uri = as(7).body("{\"name\": \"%1$s\", \"username\": \"%1$s\", \"connectionLimit\": 2}".formatted(name))
                .post("/v1/databases")
                .path("connectionString");

        try (Connection one = connect(uri);
                Connection two = connect(uri)) {
            assertThat(state(one, "SELECT 1")).isEqualTo(state(two, "SELECT 1")).isEqualTo("00000");
            assertThatThrownBy(() -> connect(uri).close())
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("53300"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "p@ss:w/rd?#%[]",
                "it's \\\"q\\\" \\\\ back",
                "100%25 + 1 = ? &x=y",
                "пароль-пароль",
                "🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑",
                "ﬁﬁﬁﬁﬁﬁﬁﬁﬁﬁﬁﬁ-ligature",
                "no-break\\u00a0space",
                "soft\\u00adhyphen-within",
                "'; DROP ROLE x; --",
                "$4096:c2FsdA==$x:y"
            })
    void aHostilePasswordReallyLogsIn(String json) throws Exception {
        String name = name("hostile");
        Response made = as(7).body(
                        "{\"name\": \"%1$s\", \"username\": \"%1$s\", \"password\": \"%2$s\"}".formatted(name, json))
                .post("/v1/databases");

        made.then().statusCode(201).body("password", nullValue());

        try (Connection client = connect(made.path("connectionString"))) {
            assertThat(state(client, "SELECT 1")).isEqualTo("00000");
        }
        assertThat(psql(made.path("connectionString"))).isEqualTo(name);
    }

    /** What libpq makes of the connection string; the test is skipped from here on where there is no psql. */
    private static String psql(String connectionString) throws Exception {
        try {
            Process psql = new ProcessBuilder("psql", "-X", "-A", "-t", "-c", "SELECT session_user", connectionString)
                    .redirectErrorStream(true)
                    .start();
            String said = new String(psql.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            assertThat(psql.waitFor(20, TimeUnit.SECONDS)).isTrue();
            return said.strip();
        } catch (IOException e) {
            Assumptions.abort("there is no psql here");
            throw e;
        }
    }

    @Test
    void puttingItAgainWithAnotherPasswordIsRefused() {
        String path = path("/v1/databases");
        String body = "{\"name\": \"%s\", \"username\": \"%1$s\", \"password\": \"correct horse battery\"}"
                .formatted(name("password"));
        as(7).body(body).put(path).then().statusCode(201);

        as(7).body(body).put(path).then().statusCode(200);
        as(7).body(body.replace("horse", "mouse"))
                .put(path)
                .then()
                .statusCode(409)
                .body("type", endsWith("differs"));
    }

    @Test
    void suspendingShutsEverybodyOutAndKeepsTheData() throws SQLException {
        String name = name("suspended");
        Response made = provision(7, name);
        String uri = made.path("connectionString");
        String suspension = "/v1/databases/" + made.path("id") + "/suspension";
        try (Connection open = connect(uri)) {
            run(open, "CREATE TABLE t (n int)");

            as(7).put(suspension).then().statusCode(204);
            as(7).put(suspension).then().statusCode(204);

            assertThat(state(open, "SELECT 1")).isIn("57P01", "08006");
        }
        assertThatThrownBy(() -> connect(uri).close()).isInstanceOf(SQLException.class);
        as(7).get("/v1/databases/" + made.path("id")).then().body("suspended", equalTo(true));

        as(7).delete(suspension).then().statusCode(204);
        as(7).delete(suspension).then().statusCode(204);

        try (Connection again = connect(uri)) {
            assertThat(state(again, "SELECT * FROM t")).isEqualTo("00000");
        }
    }

    @Test
    void aSuspendedDatabaseCanBeDeletedAndAnUnknownOneNotSuspended() throws SQLException {
        String name = name("suspended_away");
        String path = "/v1/databases/" + provision(7, name).path("id");
        as(7).put(path + "/suspension").then().statusCode(204);

        as(8).put(path + "/suspension").then().statusCode(404);
        as(7).put("/v1/databases/" + UUID.randomUUID() + "/suspension").then().statusCode(404);
        as(7).delete(path).then().statusCode(204);

        assertThat(onServer(name)).isEmpty();
    }

    @Test
    void anotherTenantsIdIsNotPut() {
        String path = path("/v1/databases");
        as(7).body("{\"name\": \"%s\"}".formatted(name("id_owner")))
                .put(path)
                .then()
                .statusCode(201);
        String name = name("id_thief");

        as(8).body("{\"name\": \"%s\"}".formatted(name)).put(path).then().statusCode(404);

        provision(8, name).then().statusCode(201);
    }
}
