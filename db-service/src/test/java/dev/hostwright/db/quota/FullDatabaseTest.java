package dev.hostwright.db.quota;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.asSuperuser;
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
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.equalTo;

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
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A database that may hold 20 MB, of which 7.5 MB are PostgreSQL's own: 16 are a warning, 20 too much. */
@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
class FullDatabaseTest {

    private static final String DENIED = "42501";
    private static final String ALLOWED = "00000";
    private static final String LIMIT = "{\"sizeLimitMb\": 20}";

    private long tenant;
    private String name;
    private Response made;
    private String path;

    @BeforeEach
    void aDatabase() throws SQLException {
        tenant = tenant();
        name = name("full");
        made = provision(tenant, name);
        path = "/v1/databases/" + made.path("id");
        try (Connection owner = owner()) {
            run(owner, "CREATE TABLE t (words text)", "INSERT INTO t VALUES ('one')");
        }
    }

    private static RequestSpecification operator() {
        return given().header("Authorization", "Bearer " + Tokens.operator()).contentType("application/json");
    }

    private void limit(String body) {
        operator().body(body).put(path + "/limits").then().statusCode(204);
    }

    private Connection owner() throws SQLException {
        return connect(made.path("connectionString"));
    }

    private static void fill(Connection client, int megabytes) throws SQLException {
        run(client, "INSERT INTO t SELECT repeat('x', 960) FROM generate_series(1, %d)".formatted(megabytes * 1000));
    }

    private String step() {
        return as(tenant).get(path).then().statusCode(200).extract().path("quotaStep");
    }

    private boolean isSuspended() {
        return as(tenant).get(path).then().statusCode(200).extract().path("suspended");
    }

    /** Filled before there is a limit, so that it is full in one step. */
    private void full() throws SQLException {
        try (Connection owner = owner()) {
            fill(owner, 13);
        }
        limit(LIMIT);
        assertThat(step()).isEqualTo("restricted");
    }

    private void makeRoom() throws Exception {
        try (Connection owner = owner()) {
            run(owner, "TRUNCATE t");
        }
        until(() -> step().equals("within"));
    }

    private Response grant(String username, String privilege) {
        Response login = login(tenant, username);
        as(tenant)
                .body("{\"privilege\": \"%s\"}".formatted(privilege))
                .put(path + "/grants/" + login.path("id"))
                .then()
                .statusCode(200);
        return login;
    }

    private Connection client(Response login) throws SQLException {
        return connect(Superuser.port(), name, login.path("username"), login.path("password"));
    }

    private static ValidatableResponse drift() {
        return operator().get("/v1/drift").then().statusCode(200);
    }

    /** The background lifts a limit for as long as it is in a database. */
    private void thereIsNoDrift() throws Exception {
        until(() -> drift().extract()
                .<List<Object>>path("items.findAll { it.object.contains('%s') || it.object.startsWith('zz_quota') }"
                        .formatted(name))
                .isEmpty());
    }

    private List<String> group() throws SQLException {
        return seen(
                "hostwright_db",
                "SELECT quota_group FROM databases WHERE id = '%s'".formatted(made.<String>path("id")));
    }

    @Test
    void aDatabaseThatFillsIsWarnedThenReadAndDeletedOnlyAndFreeAgainWhenThereIsRoom() throws Exception {
        limit(LIMIT);
        assertThat(step()).isEqualTo("within");
        try (Connection before = owner()) {
            fill(before, 9);
            until(() -> step().equals("warned"));
            assertThat(state(before, "INSERT INTO t VALUES ('two')")).isEqualTo(ALLOWED);

            try (Connection filling = owner()) {
                fill(filling, 4);
            }
            until(() -> step().equals("restricted"));

            until(() -> !state(before, "SELECT 1").equals(ALLOWED));
        }
        as(tenant)
                .get(path + "/usage")
                .then()
                .body("quotaStep", equalTo("restricted"))
                .body("sizeLimit", equalTo(20_000_000));
        until(() -> seen("hostwright_db", "SELECT 1 FROM databases WHERE quota_applied AND name = '%s'".formatted(name))
                        .size()
                == 1);
        try (Connection full = owner()) {
            assertThat(state(full, "SELECT count(*) FROM t")).isEqualTo(ALLOWED);
            assertThat(state(full, "DELETE FROM t WHERE words = 'one'")).isEqualTo(ALLOWED);
            for (String write : List.of(
                    "INSERT INTO t VALUES ('three')",
                    "UPDATE t SET words = 'x'",
                    "COPY t FROM STDIN",
                    "CREATE TABLE more (n int)",
                    "CREATE TEMP TABLE more (n int)",
                    "CREATE SCHEMA more",
                    "CREATE INDEX ON t (words)",
                    "ALTER TABLE t ADD COLUMN n int")) {
                assertThat(state(full, write)).as(write).isEqualTo(DENIED);
            }
        }

        makeRoom();

        try (Connection free = owner()) {
            run(free, "INSERT INTO t VALUES ('four')", "CREATE TABLE more (n int)", "DROP TABLE more");
        }
        assertThat(group()).containsExactly((String) null);
        assertThat(seen("hostwright_db", """
                        SELECT g.rolname
                          FROM pg_roles u, pg_auth_members m, pg_roles g
                         WHERE u.oid = m.member AND g.oid = m.roleid AND u.rolname = '%s'
                        """.formatted(name))).containsExactly(name + "_own");
        thereIsNoDrift();
    }

    @Test
    void nothingThatACustomerCanSayGivesWritingBack() throws Exception {
        Response reader = grant(name("full_reader"), "READ_ONLY");
        Response writer = grant(name("full_writer"), "READ_WRITE");
        try (Connection owner = owner()) {
            run(
                    owner,
                    "GRANT ALL ON t TO PUBLIC",
                    "GRANT INSERT (words), UPDATE ON t TO %s WITH GRANT OPTION"
                            .formatted(reader.<String>path("username")),
                    "GRANT INSERT ON t TO %s_ro".formatted(name),
                    "GRANT CREATE ON SCHEMA public TO " + name,
                    "CREATE FUNCTION sneak() RETURNS void SECURITY DEFINER LANGUAGE sql AS 'INSERT INTO t VALUES (1)'",
                    "CREATE PROCEDURE sneak_in(INOUT n int) SECURITY DEFINER LANGUAGE sql AS 'INSERT INTO t VALUES (1) RETURNING 1'",
                    "CREATE VIEW v AS SELECT * FROM t",
                    "SET ROLE NONE",
                    "CREATE TABLE mine (n int)",
                    "SET ROLE %s_own".formatted(name));
        }

        full();

        try (Connection owner = owner()) {
            for (String attempt : List.of(
                    "SET default_transaction_read_only = off",
                    "SET ROLE %s_own".formatted(name),
                    "SET ROLE %s_rw".formatted(name),
                    "SET SESSION AUTHORIZATION %s_own".formatted(name),
                    "GRANT INSERT ON t TO " + name,
                    "GRANT ALL ON t TO CURRENT_USER",
                    "GRANT %1$s_own TO %1$s".formatted(name),
                    "ALTER TABLE t OWNER TO " + name,
                    "ALTER DATABASE %s SET role = '%1$s_own'".formatted(name),
                    "ALTER DEFAULT PRIVILEGES GRANT INSERT ON TABLES TO PUBLIC",
                    "SELECT sneak()",
                    "CALL sneak_in(1)",
                    "INSERT INTO v VALUES ('x')",
                    "DISCARD ALL",
                    "SET ROLE NONE",
                    "GRANT INSERT ON t TO " + name,
                    "GRANT ALL ON mine TO " + name,
                    "INSERT INTO mine VALUES (1)",
                    "CREATE TABLE mine2 (n int)",
                    "CREATE TEMP TABLE mine2 (n int)",
                    "ALTER ROLE %1$s IN DATABASE %1$s SET role = '%1$s_own'".formatted(name),
                    "ALTER ROLE %1$s SET role = '%1$s_own'".formatted(name),
                    "ALTER ROLE %1$s IN DATABASE %1$s RESET ALL".formatted(name),
                    "RESET ROLE",
                    "RESET ALL")) {
                state(owner, attempt);
                assertThat(state(owner, "INSERT INTO t VALUES ('x')"))
                        .as(attempt)
                        .isEqualTo(DENIED);
                assertThat(state(owner, "INSERT INTO mine VALUES (1)"))
                        .as(attempt)
                        .isEqualTo(DENIED);
            }
        }
        for (Response login : List.of(reader, writer)) {
            try (Connection client = client(login)) {
                assertThat(state(client, "SELECT count(*) FROM t")).isEqualTo(ALLOWED);
                for (String write : List.of(
                        "INSERT INTO t (words) VALUES ('x')",
                        "UPDATE t SET words = 'x'",
                        "INSERT INTO v VALUES ('x')",
                        "SELECT sneak()",
                        "CREATE TEMP TABLE more (n int)")) {
                    assertThat(state(client, write)).as(write).isEqualTo(DENIED);
                }
            }
        }
        assertThat(seen(name, "SELECT words FROM t WHERE length(words) < 900")).containsExactly("one");
        thereIsNoDrift();

        makeRoom();

        for (Response login : List.of(reader, writer)) {
            try (Connection client = client(login)) {
                run(client, "INSERT INTO t (words) VALUES ('back')", "SELECT sneak()");
            }
        }
        try (Connection client = client(writer)) {
            run(
                    client,
                    "CREATE TEMP TABLE more (n int)",
                    "INSERT INTO mine VALUES (1)",
                    "INSERT INTO v VALUES ('back')");
        }
        try (Connection owner = owner()) {
            run(owner, "SELECT sneak()", "CALL sneak_in(1)", "DROP TABLE mine", "CREATE TABLE again (n int)");
        }
        assertThat(seen(name, "SELECT relacl::text FROM pg_class WHERE relname = 't'")
                        .getFirst())
                .contains("%s=w*/%s_own".formatted(reader.<String>path("username"), name))
                .doesNotContain("zz_quota");
        assertThat(seen(
                        "hostwright_db",
                        "SELECT what FROM quota_undo WHERE database_id = '%s'".formatted(made.<String>path("id"))))
                .isEmpty();
        thereIsNoDrift();
    }

    @Test
    void nobodyMayReadOrDeleteMoreThanBefore() throws Exception {
        Response reader = grant(name("full_reader"), "READ_ONLY");
        Response writer = grant(name("full_writer"), "READ_WRITE");
        try (Connection owner = owner()) {
            run(
                    owner,
                    "CREATE TABLE secret (n int)",
                    "REVOKE ALL ON secret FROM %s_rw, %1$s_ro".formatted(name),
                    "CREATE FUNCTION told() RETURNS bigint SECURITY DEFINER LANGUAGE sql AS 'SELECT count(*) FROM secret'",
                    "REVOKE ALL ON FUNCTION told FROM PUBLIC");
        }

        full();

        for (Response login : List.of(reader, writer)) {
            try (Connection client = client(login)) {
                for (String attempt :
                        List.of("SELECT * FROM secret", "DELETE FROM secret", "TRUNCATE t", "SELECT told()")) {
                    assertThat(state(client, attempt)).as(attempt).isEqualTo(DENIED);
                }
            }
        }
        try (Connection client = client(reader)) {
            assertThat(state(client, "DELETE FROM t")).isEqualTo(DENIED);
        }
        try (Connection client = client(writer)) {
            assertThat(state(client, "DELETE FROM t WHERE words = 'one'")).isEqualTo(ALLOWED);
        }
        try (Connection owner = owner()) {
            run(owner, "SELECT * FROM secret", "SELECT told()", "DELETE FROM secret");
        }
    }

    @Test
    void whoIsGivenAPrivilegeMeanwhileMayWriteWhenThereIsRoom() throws Exception {
        full();
        Response owning = grant(name("full_late"), "OWNER");
        Response writing = grant(name("full_late"), "READ_WRITE");
        String role =
                as(tenant).get(path + "/grants").path("items.find { it.username == '%s' }.roleId".formatted(name));
        as(tenant)
                .body("{\"privilege\": \"OWNER\"}")
                .put(path + "/grants/" + role)
                .then()
                .statusCode(200);
        as(tenant)
                .body("{}")
                .post("/v1/roles/%s/rotations".formatted(role))
                .then()
                .statusCode(201);

        for (Response login : List.of(owning, writing)) {
            try (Connection client = client(login)) {
                assertThat(state(client, "SELECT count(*) FROM t")).isEqualTo(ALLOWED);
                assertThat(state(client, "INSERT INTO t VALUES ('x')")).isEqualTo(DENIED);
            }
        }
        as(tenant)
                .put(path + "/extensions/hstore")
                .then()
                .statusCode(409)
                .body("type", equalTo("urn:problem:over-quota"));
        thereIsNoDrift();

        limit("{\"sizeLimitMb\": 40}");

        assertThat(step()).isEqualTo("within");
        try (Connection client = client(owning)) {
            run(client, "INSERT INTO t VALUES ('x')", "CREATE TABLE late (n int)");
        }
        try (Connection client = client(writing)) {
            run(client, "INSERT INTO late VALUES (1)");
        }
        as(tenant).put(path + "/extensions/hstore").then().statusCode(201);
        thereIsNoDrift();
    }

    @Test
    void whatIsFullForTooLongIsShutUntilAnOperatorHelps() throws Exception {
        full();
        assertThat(seen("hostwright_db", "SELECT username FROM pooler.login('%s')".formatted(name)))
                .containsExactly(name);

        asSuperuser("UPDATE databases SET quota_since = now() - interval '4 days' WHERE name = '%s'".formatted(name));
        until(() -> step().equals("suspended"));

        assertThatThrownBy(() -> owner().close()).isInstanceOf(SQLException.class);
        assertThat(isSuspended()).isTrue();
        assertThat(seen("hostwright_db", "SELECT username FROM pooler.login('%s')".formatted(name)))
                .isEmpty();
        thereIsNoDrift();
        operator().delete(path + "/suspension").then().statusCode(204);
        assertThat(isSuspended()).isFalse();
        try (Connection owner = owner()) {
            assertThat(state(owner, "INSERT INTO t VALUES ('x')")).isEqualTo(DENIED);
        }
        makeRoom();
        try (Connection owner = owner()) {
            run(owner, "INSERT INTO t VALUES ('x')");
        }
    }

    @Test
    void aTenantLiftsWhatHeAskedForHimselfAndNoMore() throws Exception {
        full();
        try (Connection superuser = Superuser.connect(name)) {
            fill(superuser, 6);
        }
        until(() -> step().equals("suspended"));

        as(tenant).delete(path + "/suspension").then().statusCode(409).body("type", equalTo("urn:problem:over-quota"));
        as(tenant).put(path + "/suspension").then().statusCode(204);
        as(tenant).delete(path + "/suspension").then().statusCode(204);
        for (int i = 1; i <= 2; i++) {
            as(tenant)
                    .header("X-Operation-Id", UUID.randomUUID())
                    .header("X-Operation-Fence", i)
                    .delete(path + "/suspension")
                    .then()
                    .statusCode(204);
        }

        assertThat(isSuspended()).isTrue();
        assertThatThrownBy(() -> owner().close()).isInstanceOf(SQLException.class);
        as(tenant).put(path + "/suspension").then().statusCode(204);
        limit("{\"sizeLimitMb\": 100}");
        assertThat(step()).isEqualTo("within");
        assertThat(isSuspended()).isTrue();
        assertThatThrownBy(() -> owner().close()).isInstanceOf(SQLException.class);
        thereIsNoDrift();
        as(tenant).delete(path + "/suspension").then().statusCode(204);
        try (Connection owner = owner()) {
            run(owner, "INSERT INTO t VALUES ('x')");
        }
    }

    @Test
    void aPlanThatIsTooSmallForWhatIsThereTakesWritingAndNotTheDatabase() throws Exception {
        full();

        limit("{\"sizeLimitMb\": 8}");

        assertThat(step()).isEqualTo("restricted");
        try (Connection owner = owner()) {
            assertThat(state(owner, "SELECT count(*) FROM t")).isEqualTo(ALLOWED);
        }
        limit("{}");
        assertThat(step()).isEqualTo("within");
        try (Connection owner = owner()) {
            run(owner, "INSERT INTO t VALUES ('x')");
        }
    }

    @Test
    void aFullDatabaseThatIsDeletedAndRestoredIsStillFullAndWhatWasTakenComesBackUnderTheNewNames() throws Exception {
        Response reader = grant(name("full_reader"), "READ_ONLY");
        try (Connection owner = owner()) {
            run(
                    owner,
                    "GRANT INSERT ON t TO %s_ro".formatted(name),
                    "GRANT INSERT ON t TO %s".formatted(name),
                    "CREATE TABLE u (n int)",
                    "GRANT UPDATE ON u TO " + reader.<String>path("username"));
        }
        full();
        as(tenant).delete(path).then().statusCode(204);
        thereIsNoDrift();
        String before = name;
        provision(tenant(), before).then().statusCode(201);
        name = name("full_again");
        as(tenant)
                .body("{\"name\": \"%s\", \"username\": \"%1$s\"}".formatted(name))
                .post(path + "/restore")
                .then()
                .statusCode(200)
                .body("quotaStep", equalTo("restricted"));

        try (Connection owner = connect(Superuser.port(), name, name, made.path("password"))) {
            assertThat(state(owner, "SELECT count(*) FROM t")).isEqualTo(ALLOWED);
            assertThat(state(owner, "INSERT INTO t VALUES ('x')")).isEqualTo(DENIED);
        }
        thereIsNoDrift();
        limit("{\"sizeLimitMb\": 100}");

        assertThat(step()).isEqualTo("within");
        try (Connection owner = connect(Superuser.port(), name, name, made.path("password"))) {
            run(owner, "CREATE TABLE more (n int)", "INSERT INTO t VALUES ('x')");
        }
        try (Connection client = client(reader)) {
            run(client, "INSERT INTO t VALUES ('x')", "UPDATE u SET n = 1");
        }
        assertThat(seen(name, "SELECT relacl::text FROM pg_class WHERE relname = 't'")
                        .getFirst())
                .contains("%s=a/%1$s_own".formatted(name), "%s_ro=ar/%1$s_own".formatted(name))
                .doesNotContain(before);
        thereIsNoDrift();
    }

    @Test
    void aFullDatabaseThatIsPurgedLeavesNothing() throws Exception {
        full();
        String group = group().getFirst();
        assertThat(onServer(group)).containsExactly(group);

        as(tenant).delete(path).then().statusCode(204);
        as(tenant).delete(path + "?purge=true").then().statusCode(204);

        assertThat(onServer(group)).isEmpty();
        assertThat(onServer(name)).isEmpty();
    }

    @Test
    void takingAwayIsCarriedOnWhereItStopped() throws Exception {
        full();
        try (Connection superuser = Superuser.connect(name)) {
            run(superuser, "GRANT INSERT ON t TO " + name, "REVOKE SELECT ON t FROM " + group().getFirst());
        }
        asSuperuser("REVOKE CONNECT ON DATABASE %s FROM %s".formatted(name, group().getFirst()));

        asSuperuser("UPDATE databases SET quota_applied = false WHERE name = '%s'".formatted(name));

        until(() -> seen("hostwright_db", "SELECT 1 FROM databases WHERE quota_applied AND name = '%s'".formatted(name))
                        .size()
                == 1);
        try (Connection owner = owner()) {
            assertThat(state(owner, "SELECT count(*) FROM t")).isEqualTo(ALLOWED);
            assertThat(state(owner, "INSERT INTO t VALUES ('x')")).isEqualTo(DENIED);
        }
    }

    /** As after a kill -9 of the service between the step and what follows from it. */
    @Test
    void aSessionFromBeforeAStepIsEndedByTheBackground() throws Exception {
        try (Connection before = owner()) {
            asSuperuser("UPDATE databases SET quota_turned_at = clock_timestamp() WHERE name = '%s'".formatted(name));

            until(() -> !state(before, "SELECT 1").equals(ALLOWED));
        }
        try (Connection after = owner()) {
            asSuperuser("SELECT end_sessions_left()");
            assertThat(state(after, "SELECT 1")).isEqualTo(ALLOWED);
        }
    }

    @Test
    void whatAWriterOwnsHimselfIsTheOwnersSoThatHeMayNotWriteToIt() throws Exception {
        Response writer = grant(name("full_writer"), "READ_WRITE");
        try (Connection owner = owner()) {
            run(
                    owner,
                    "CREATE SCHEMA theirs",
                    "GRANT CREATE, USAGE ON SCHEMA theirs TO " + writer.<String>path("username"));
        }
        try (Connection writing = client(writer)) {
            run(writing, "CREATE TABLE theirs.own (n int)");
        }
        full();

        try (Connection writing = client(writer)) {
            assertThat(state(writing, "INSERT INTO theirs.own VALUES (1)")).isEqualTo(DENIED);
            assertThat(state(writing, "CREATE TABLE theirs.another (n int)")).isEqualTo(DENIED);
            assertThat(state(writing, "SELECT * FROM theirs.own")).isEqualTo(ALLOWED);
        }
        makeRoom();
        try (Connection writing = client(writer)) {
            run(writing, "INSERT INTO theirs.own VALUES (1)", "CREATE TABLE theirs.another (n int)");
        }
    }

    @Test
    void whatAnotherGroupOfTheCustomersOwnsIsNoWayToWrite() throws Exception {
        Response writer = grant(name("full_writer"), "READ_WRITE");
        String other = name("full_other");
        as(tenant)
                .body("{\"name\": \"%s\", \"owner\": \"%s\"}".formatted(other, name))
                .post("/v1/databases")
                .then()
                .statusCode(201);
        try (Connection owner = owner()) {
            run(
                    owner,
                    "GRANT CREATE, USAGE ON SCHEMA public TO %s_own, %s_rw".formatted(other, name),
                    "GRANT INSERT ON t TO %s_own".formatted(other),
                    "CREATE TABLE theirs (n int)",
                    "SET ROLE NONE",
                    "ALTER TABLE theirs OWNER TO %s_own".formatted(other));
        }
        try (Connection writing = client(writer)) {
            run(writing, "SET ROLE %s_rw".formatted(name), "CREATE TABLE ours (n int)");
        }

        full();

        try (Connection owner = owner()) {
            run(owner, "SET ROLE %s_own".formatted(other));
            for (String write : List.of(
                    "INSERT INTO theirs VALUES (1)",
                    "GRANT ALL ON theirs TO PUBLIC",
                    "INSERT INTO t VALUES ('x')",
                    "CREATE TABLE public.more (n int)")) {
                assertThat(state(owner, write)).as(write).isEqualTo(DENIED);
            }
        }
        try (Connection writing = client(writer)) {
            run(writing, "SET ROLE %s_rw".formatted(name), "SELECT * FROM ours", "GRANT ALL ON ours TO PUBLIC");
            for (String write : List.of("INSERT INTO ours VALUES (1)", "CREATE TABLE public.more (n int)")) {
                assertThat(state(writing, write)).as(write).isEqualTo(DENIED);
            }
        }
        makeRoom();
        try (Connection owner = owner();
                Connection writing = client(writer)) {
            run(owner, "INSERT INTO theirs VALUES (1)", "DROP TABLE theirs");
            run(owner, "SET ROLE %s_own".formatted(other), "INSERT INTO t VALUES ('x')");
            run(writing, "INSERT INTO ours VALUES (1)", "CREATE TABLE public.more (n int)");
        }
        thereIsNoDrift();
    }

    private static int version() throws SQLException {
        return Integer.parseInt(seen("postgres", "SHOW server_version_num").getFirst()) / 10_000;
    }

    @Test
    void aDeletionGivesRoomWhenItsOwnerVacuumsTheTable() throws Exception {
        full();

        try (Connection owner = owner()) {
            run(owner, "DELETE FROM t WHERE ctid > '(0,4)'", version() < 17 ? "TRUNCATE t" : "VACUUM FULL t");
        }

        until(() -> step().equals("within"));
    }
}
