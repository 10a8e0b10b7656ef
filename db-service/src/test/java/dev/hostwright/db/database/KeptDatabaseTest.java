package dev.hostwright.db.database;

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
import static dev.hostwright.db.Customers.state;
import static dev.hostwright.db.Customers.tenant;
import static dev.hostwright.db.Customers.until;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import dev.hostwright.contract.PostgresResource.Superuser;
import dev.hostwright.contract.Tokens;
import dev.hostwright.db.DbPostgres;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A database that was deleted can be had back for a week, and is in nobody's way meanwhile. */
@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
class KeptDatabaseTest {

    private static String pathOf(Response made) {
        return "/v1/databases/" + made.<String>path("id");
    }

    private static ValidatableResponse restore(long tenant, String path) {
        return restore(tenant, path, "{}");
    }

    private static ValidatableResponse restore(long tenant, String path, String body) {
        return as(tenant).body(body).post(path + "/restore").then();
    }

    private static ValidatableResponse kept(long tenant) {
        return as(tenant).get("/v1/databases?status=deleted").then().statusCode(200);
    }

    private static RequestSpecification operation(long tenant, UUID operation, long fence) {
        return as(tenant).header("X-Operation-Id", operation).header("X-Operation-Fence", fence);
    }

    /** What a database of the tenant is called on the server, whatever its customer calls it. */
    private static String physical(long tenant, String name) throws SQLException {
        return seen(
                        "hostwright_db",
                        "SELECT physical FROM databases WHERE tenant_id = %d AND name = '%s'".formatted(tenant, name))
                .getFirst();
    }

    /** What is left of a tenant in the books of databases and logins, and of a database on the server. */
    private static List<String> left(long tenant, String physical) throws SQLException {
        List<String> left = seen("hostwright_db", """
                SELECT name FROM databases WHERE tenant_id = %1$d
                UNION ALL
                SELECT username FROM roles WHERE tenant_id = %1$d
                """.formatted(tenant));
        left.addAll(onServer(physical));
        return left;
    }

    private static void assertShutOut(String connectionString) {
        assertThatThrownBy(() -> connect(connectionString).close()).isInstanceOf(SQLException.class);
    }

    @Test
    void aDeletedDatabaseIsKeptWhereNobodyReachesItAndItsNamesAreFree() throws Exception {
        long tenant = tenant();
        String name = name("kept");
        Response made = provision(tenant, name);
        try (Connection open = connect(made.path("connectionString"))) {
            run(open, "CREATE TABLE t (n int)");

            as(tenant).delete(pathOf(made)).then().statusCode(204);

            assertThat(state(open, "SELECT 1")).isIn("57P01", "08006");
        }
        as(tenant).get(pathOf(made)).then().statusCode(404);
        as(tenant).get(pathOf(made) + "/usage").then().statusCode(404);
        as(tenant).put(pathOf(made) + "/suspension").then().statusCode(404);
        as(tenant).get("/v1/databases").then().body("items", empty());
        as(tenant).get("/v1/roles").then().body("items", empty());
        kept(tenant)
                .body("items.id", contains(made.<String>path("id")))
                .body("items[0].name", equalTo(name))
                .body("items[0].status", equalTo("deleted"))
                .body("items[0].connectionString", startsWith("postgresql://%s@".formatted(name)))
                .body("items[0].connectionString", endsWith("/" + name))
                .body("items[0].deletedAt", notNullValue())
                .body("items[0].restorableUntil", notNullValue());
        String physical = physical(tenant, name);
        assertThat(onServer(name)).isEmpty();
        assertThat(onServer(physical)).hasSize(4);
        assertThat(seen("postgres", """
                        SELECT datname FROM pg_database WHERE datname = '%s' AND datallowconn
                        UNION ALL
                        SELECT rolname FROM pg_roles WHERE rolname LIKE 'zz\\_%%' AND rolcanlogin
                        """.formatted(physical))).isEmpty();
        assertShutOut(made.path("connectionString"));

        Response another = provision(tenant(), name);

        another.then().statusCode(201);
        connect(another.path("connectionString")).close();
    }

    @Test
    void whatIsRestoredIsAsItWasWithItsDataItsLoginsAndWhatTheyMay() throws Exception {
        long tenant = tenant();
        String name = name("back");
        Response made = provision(tenant, name);
        String reader = name("back_reader");
        Response readerMade = login(tenant, reader);
        as(tenant)
                .body("{\"privilege\": \"READ_ONLY\"}")
                .put(pathOf(made) + "/grants/" + readerMade.path("id"))
                .then()
                .statusCode(200);
        try (Connection owner = connect(made.path("connectionString"))) {
            run(owner, "CREATE TABLE t (n int)", "INSERT INTO t VALUES (42)");
            run(owner, "SET ROLE NONE", "ALTER ROLE %s IN DATABASE %1$s SET work_mem = '7MB'".formatted(name));
        }
        as(tenant).delete(pathOf(made)).then().statusCode(204);

        restore(tenant, pathOf(made))
                .statusCode(200)
                .body("status", equalTo("active"))
                .body("name", equalTo(name))
                .body("username", equalTo(name))
                .body("deletedAt", nullValue());

        try (Connection owner = connect(made.path("connectionString"))) {
            run(owner, "CREATE TABLE later (n int)", "INSERT INTO later SELECT n FROM t");
        }
        assertThat(seen(name, "SELECT tableowner FROM pg_tables WHERE schemaname = 'public'"))
                .containsExactly(name + "_own", name + "_own");
        assertThat(seen("postgres", """
                        SELECT unnest(setconfig)
                          FROM pg_db_role_setting JOIN pg_database d ON d.oid = setdatabase
                         WHERE datname = '%s'
                        """.formatted(name))).contains("work_mem=7MB", "role=" + name + "_own");
        try (Connection client = connect(Superuser.port(), name, reader, readerMade.path("password"))) {
            assertThat(state(client, "SELECT n FROM later")).isEqualTo("00000");
            assertThat(state(client, "INSERT INTO later VALUES (1)")).isEqualTo("42501");
        }
        restore(tenant, pathOf(made)).statusCode(200);
        kept(tenant).body("items", empty());
    }

    @Test
    void aNameThatIsTakenMeanwhileIsSaidAndAnotherMayBeAskedFor() throws Exception {
        long tenant = tenant();
        String name = name("wanted");
        String login = name("wanted_app");
        String body = "{\"name\": \"%s\", \"username\": \"%s\"}".formatted(name, login);
        Response made = as(tenant).body(body).post("/v1/databases");
        try (Connection owner = connect(made.path("connectionString"))) {
            run(owner, "CREATE TABLE t (n int)");
        }
        as(tenant).delete(pathOf(made)).then().statusCode(204);
        as(tenant())
                .body("{\"name\": \"%s\"}".formatted(name))
                .post("/v1/databases")
                .then()
                .statusCode(201);

        restore(tenant, pathOf(made))
                .statusCode(409)
                .body("type", equalTo("urn:problem:name-taken"))
                .body("errors.pointer", hasItem("/name"));
        login(tenant, login).then().statusCode(201);
        String other = name("wanted_back");
        restore(tenant, pathOf(made), "{\"name\": \"%s\"}".formatted(other))
                .statusCode(409)
                .body("errors.pointer", hasItem("/username"));
        kept(tenant).body("items.name", contains(name));
        String both = "{\"name\": \"%s\", \"username\": \"%s_app\"}".formatted(other, other);
        restore(tenant, pathOf(made), both)
                .statusCode(200)
                .body("id", equalTo(made.path("id")))
                .body("name", equalTo(other))
                .body("username", equalTo(other + "_app"));
        restore(tenant, pathOf(made), both).statusCode(200);
        restore(tenant, pathOf(made), "{\"name\": \"%s\"}".formatted(name("third")))
                .statusCode(409);

        try (Connection owner = connect(Superuser.port(), other, other + "_app", made.path("password"))) {
            run(owner, "CREATE TABLE later AS SELECT * FROM t");
        }
        assertThat(seen(other, "SELECT tableowner FROM pg_tables WHERE schemaname = 'public'"))
                .containsExactly(other + "_own", other + "_own");
    }

    @Test
    void aUsernameIsOnlyForALoginThatWasMadeWithIt() {
        long tenant = tenant();
        Response made =
                as(tenant).body("{\"name\": \"%s\"}".formatted(name("bare"))).post("/v1/databases");
        as(tenant).delete(pathOf(made)).then().statusCode(204);

        restore(tenant, pathOf(made), "{\"username\": \"%s\"}".formatted(name("nobody")))
                .statusCode(422)
                .body("errors.pointer", hasItem("/username"));
        restore(tenant, pathOf(made), "{\"name\": \"Bad Name\"}")
                .statusCode(400)
                .body("errors.pointer", hasItem("/name"));
        restore(tenant, pathOf(made), "{\"owner\": \"x\"}").statusCode(400);
        as(tenant).get("/v1/databases?status=gone").then().statusCode(400);
        restore(tenant, pathOf(made)).statusCode(200);
    }

    @Test
    void anotherTenantSeesNothingOfIt() throws Exception {
        long tenant = tenant();
        Response made = provision(tenant, name("hidden"));
        as(tenant).delete(pathOf(made)).then().statusCode(204);
        long other = tenant();

        String theirs = restore(other, pathOf(made)).statusCode(404).extract().asString();
        String unknown =
                restore(other, path("/v1/databases")).statusCode(404).extract().asString();
        assertThat(theirs).isEqualTo(unknown);
        kept(other).body("items", empty());
        as(other).delete(pathOf(made) + "?purge=true").then().statusCode(204);

        restore(tenant, pathOf(made)).statusCode(200);
        connect(made.path("connectionString")).close();
    }

    @Test
    void whatAnOperationUndoesIsGoneAtOnceAlsoWhenItWasKeptAlready() throws Exception {
        long tenant = tenant();
        String name = name("undone");
        String body = "{\"name\": \"%s\", \"username\": \"%1$s\"}".formatted(name);
        UUID operation = UUID.randomUUID();
        String path = path("/v1/databases");
        operation(tenant, operation, 7).body(body).put(path).then().statusCode(201);

        operation(tenant, operation, 8)
                .header("X-Operation-Undo", true)
                .delete(path)
                .then()
                .statusCode(204);

        assertThat(left(tenant, name)).isEmpty();
        String deletedByHand = path("/v1/databases");
        operation(tenant, operation, 8).body(body).put(deletedByHand).then().statusCode(201);
        as(tenant).delete(deletedByHand).then().statusCode(204);
        String physical = physical(tenant, name);
        operation(tenant, UUID.randomUUID(), 9)
                .header("X-Operation-Undo", true)
                .delete(deletedByHand)
                .then()
                .statusCode(204);
        assertThat(onServer(physical)).hasSize(4);
        operation(tenant, operation, 9)
                .header("X-Operation-Undo", true)
                .delete(deletedByHand)
                .then()
                .statusCode(204);
        assertThat(left(tenant, physical)).isEmpty();
        assertThat(onServer(name)).isEmpty();
    }

    @Test
    void aNewerOperationMayUseTheIdAgainAndBothCanBeHad() throws Exception {
        long tenant = tenant();
        String name = name("again");
        String body = "{\"name\": \"%s\", \"username\": \"%1$s\"}".formatted(name);
        String path = path("/v1/databases");
        operation(tenant, UUID.randomUUID(), 11).body(body).put(path).then().statusCode(201);
        UUID deletion = UUID.randomUUID();
        operation(tenant, deletion, 12).delete(path).then().statusCode(204);

        operation(tenant, deletion, 12)
                .body(body)
                .put(path)
                .then()
                .statusCode(409)
                .body("type", equalTo("urn:problem:deleted"));
        as(tenant).body(body).put(path).then().statusCode(409);
        operation(tenant, UUID.randomUUID(), 13).body(body).put(path).then().statusCode(201);

        as(tenant).get(path).then().statusCode(200);
        String id = kept(tenant).body("items.name", contains(name)).extract().path("items[0].id");
        assertThat(path).doesNotEndWith(id);
        restore(tenant, "/v1/databases/" + id, "{\"name\": \"%s_old\", \"username\": \"%1$s_old\"}".formatted(name))
                .statusCode(200);
        as(tenant).get("/v1/databases").then().body("items.name", contains(name, name + "_old"));
    }

    @Test
    void purgingDropsAtOnceWhatIsThereAndWhatIsKept() throws Exception {
        long tenant = tenant();
        String name = name("purged");
        Response there = provision(tenant, name);

        as(tenant).delete(pathOf(there) + "?purge=true").then().statusCode(204);

        assertThat(left(tenant, name)).isEmpty();
        Response later = provision(tenant, name);
        as(tenant).delete(pathOf(later)).then().statusCode(204);
        as(tenant).delete(pathOf(later)).then().statusCode(204);
        String physical = physical(tenant, name);
        as(tenant).delete(pathOf(later) + "?purge=true").then().statusCode(204);
        as(tenant).delete(pathOf(later) + "?purge=true").then().statusCode(204);
        assertThat(left(tenant, physical)).isEmpty();
        restore(tenant, pathOf(later)).statusCode(404);
    }

    @Test
    void whenItsTimeIsOverItIsNotRestoredAndSoonGone() throws Exception {
        long tenant = tenant();
        String name = name("over");
        String path = path("/v1/databases");
        String body = "{\"name\": \"%s\", \"username\": \"%1$s\"}".formatted(name);
        as(tenant).body(body).put(path).then().statusCode(201);
        as(tenant).delete(path).then().statusCode(204);
        String physical = physical(tenant, name);

        asSuperuser("UPDATE databases SET purge_after = now() WHERE physical = '%s'".formatted(physical));

        restore(tenant, path).statusCode(404);
        until(() -> left(tenant, physical).isEmpty());
        as(tenant).body(body).put(path).then().statusCode(409).body("type", equalTo("urn:problem:deleted"));
    }

    @Test
    void aDeletionThatStoppedBeforeTheNamesWereGivenUpIsCarriedOn() throws Exception {
        long tenant = tenant();
        String name = name("stopped");
        Response made = provision(tenant, name);

        asSuperuser("""
                UPDATE databases
                   SET status = 'deleting', updated_at = now() - interval '2 minutes', purge_after = now() + interval '1 day'
                 WHERE name = '%s'
                """.formatted(name), "ALTER DATABASE %s ALLOW_CONNECTIONS false".formatted(name));

        restore(tenant, pathOf(made)).statusCode(409).body("type", equalTo("urn:problem:deleting"));
        until(() -> onServer(name).isEmpty());
        restore(tenant, pathOf(made)).statusCode(200);
        connect(made.path("connectionString")).close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"?purge=true", ""})
    void aDeletionThatStoppedIsFinishedByWhoeverSendsItAgain(String query) throws Exception {
        long tenant = tenant();
        String name = name("stopped");
        Response made = provision(tenant, name);
        asSuperuser("UPDATE databases SET status = 'deleting', purge_after = now() + interval '1 day' WHERE name = '%s'"
                .formatted(name));

        as(tenant).delete(pathOf(made) + query).then().statusCode(204);

        assertThat(onServer(name)).isEmpty();
        kept(tenant).body("items", query.isEmpty() ? not(empty()) : empty());
    }

    @Test
    void aDropThatStoppedIsCarriedOn() throws Exception {
        long tenant = tenant();
        String name = name("dropped");
        Response made = provision(tenant, name);
        as(tenant).delete(pathOf(made)).then().statusCode(204);
        String physical = physical(tenant, name);
        try (Connection superuser = Superuser.connect("postgres")) {
            run(superuser, "DROP DATABASE " + physical);
        }

        restore(tenant, pathOf(made)).statusCode(409).body("type", equalTo("urn:problem:failed"));
        asSuperuser("UPDATE databases SET purge_after = now() WHERE physical = '%s'".formatted(physical));

        until(() -> left(tenant, physical).isEmpty());
    }

    @Test
    void aLoginThatIsDeletedMeanwhileIsNotMissedByTheOthers() throws Exception {
        long tenant = tenant();
        String name = name("shared");
        Response made = provision(tenant, name);
        String leaver = name("leaver");
        String role = login(tenant, leaver).path("id");
        as(tenant)
                .body("{\"privilege\": \"READ_WRITE\"}")
                .put(pathOf(made) + "/grants/" + role)
                .then()
                .statusCode(200);
        try (Connection owner = connect(made.path("connectionString"))) {
            run(owner, "CREATE TABLE t (n int)", "GRANT TRUNCATE ON t TO " + leaver);
        }
        as(tenant).delete(pathOf(made)).then().statusCode(204);

        as(tenant).delete("/v1/roles/" + role).then().statusCode(204);

        assertThat(onServer(leaver)).isEmpty();
        restore(tenant, pathOf(made)).statusCode(200);
        as(tenant).get(pathOf(made) + "/grants").then().body("items.username", contains(name));
        try (Connection owner = connect(made.path("connectionString"))) {
            assertThat(state(owner, "SELECT * FROM t")).isEqualTo("00000");
        }
    }

    @Test
    void aLoginMadeWithItIsShutOutOfOtherDatabasesTooUntilItIsRestored() throws Exception {
        long tenant = tenant();
        String name = name("first");
        Response made = provision(tenant, name);
        Response second = provision(tenant, name("second"));
        String role = as(tenant).get(pathOf(made) + "/grants").path("items[0].roleId");
        as(tenant)
                .body("{\"privilege\": \"READ_WRITE\"}")
                .put(pathOf(second) + "/grants/" + role)
                .then()
                .statusCode(200);
        String there = second.path("name");
        connect(Superuser.port(), there, name, made.path("password")).close();

        as(tenant).delete(pathOf(made)).then().statusCode(204);

        assertThatThrownBy(() -> connect(Superuser.port(), there, name, made.path("password"))
                        .close())
                .isInstanceOf(SQLException.class);
        as(tenant).get("/v1/roles/" + role).then().statusCode(404);
        as(tenant).get(pathOf(second) + "/grants").then().body("items.username", contains(there));
        as(tenant)
                .body("{\"username\": \"%s\"}".formatted(name("thief")))
                .put("/v1/roles/" + role)
                .then()
                .statusCode(409);
        restore(tenant, pathOf(made)).statusCode(200);
        connect(Superuser.port(), there, name, made.path("password")).close();
        as(tenant).get(pathOf(second) + "/grants").then().body("items.username", hasItem(name));
    }

    @Test
    void whatWasSuspendedIsSuspendedWhenItIsBack() throws Exception {
        long tenant = tenant();
        Response made = provision(tenant, name("asleep"));
        as(tenant).put(pathOf(made) + "/suspension").then().statusCode(204);
        as(tenant).delete(pathOf(made)).then().statusCode(204);

        restore(tenant, pathOf(made)).statusCode(200).body("suspended", equalTo(true));

        assertShutOut(made.path("connectionString"));
        as(tenant).delete(pathOf(made) + "/suspension").then().statusCode(204);
        connect(made.path("connectionString")).close();
    }

    @Test
    void restoringAtOnceIsRestoringOnceAndOfTwoWithOneNameOneComesBack() throws Exception {
        long tenant = tenant();
        String name = name("race");
        Response first = provision(tenant, name);
        as(tenant).delete(pathOf(first)).then().statusCode(204);
        Response second = provision(tenant, name);
        as(tenant).delete(pathOf(second)).then().statusCode(204);
        Callable<Integer> one = () -> restore(tenant, pathOf(first)).extract().statusCode();
        Callable<Integer> other =
                () -> restore(tenant, pathOf(second)).extract().statusCode();

        List<Integer> both = atOnce(List.of(one, other));

        assertThat(both).containsExactlyInAnyOrder(200, 409);
        Callable<Integer> winner = both.getFirst() == 200 ? one : other;
        assertThat(atOnce(Collections.nCopies(8, winner))).containsOnly(200);
        as(tenant).get("/v1/databases").then().body("items.name", contains(name));
        kept(tenant).body("items.name", contains(name));
    }

    @Test
    void deletingAndRestoringAtOnceLeavesOneOrTheOther() throws Exception {
        long tenant = tenant();
        String name = name("torn");
        Response made = provision(tenant, name);
        as(tenant).delete(pathOf(made)).then().statusCode(204);
        Callable<Integer> back = () -> restore(tenant, pathOf(made)).extract().statusCode();
        Callable<Integer> away = () -> as(tenant).delete(pathOf(made)).statusCode();
        Callable<Integer> purge =
                () -> as(tenant).delete(pathOf(made) + "?purge=true").statusCode();

        List<Integer> answers = atOnce(List.of(back, away, back, away, back, away));

        assertThat(answers).doesNotContain(500, 503);
        assertThat(as(tenant).delete(pathOf(made)).statusCode()).isEqualTo(204);
        String physical = physical(tenant, name);
        List<Integer> last = atOnce(List.of(back, purge));
        assertThat(last.get(1)).isEqualTo(204);
        assertThat(last.getFirst()).isIn(200, 404, 409);
        assertThat(left(tenant, physical)).isEmpty();
        assertThat(onServer(name)).isEmpty();
    }

    @Test
    void whatIsKeptIsNoDrift() throws Exception {
        long tenant = tenant();
        String name = name("orderly");
        Response made = provision(tenant, name);
        String reader = name("orderly_reader");
        as(tenant)
                .body("{\"privilege\": \"READ_ONLY\"}")
                .put(pathOf(made) + "/grants/" + login(tenant, reader).path("id"))
                .then()
                .statusCode(200);
        as(tenant).delete(pathOf(made)).then().statusCode(204);
        String physical = physical(tenant, name);

        String drift = given().header("Authorization", "Bearer " + Tokens.operator())
                .get("/v1/drift")
                .asString();

        assertThat(drift).doesNotContain(physical, reader);
    }
}
