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
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A database that may hold 20 MB, of which 7.5 MB are PostgreSQL's own: 16 are a warning, 20 too much, 24 the end. */
@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
class FullDatabaseTest {

    private static final String DENIED = "42501";
    private static final String ALLOWED = "00000";

    private long tenant;
    private String name;
    private Response made;
    private String path;

    @BeforeEach
    void aDatabaseWithALimit() throws SQLException {
        tenant = tenant();
        name = name("full");
        made = provision(tenant, name);
        path = "/v1/databases/" + made.path("id");
        limit("{\"sizeLimitMb\": 20}").statusCode(204);
        try (Connection owner = owner()) {
            run(owner, "CREATE TABLE t (words text)", "INSERT INTO t VALUES ('one')");
        }
    }

    private ValidatableResponse limit(String body) {
        return given().header("Authorization", "Bearer " + Tokens.operator())
                .contentType("application/json")
                .body(body)
                .put(path + "/limits")
                .then();
    }

    private Connection owner() throws SQLException {
        return connect(made.path("connectionString"));
    }

    private static void fill(Connection owner, int megabytes) throws SQLException {
        run(owner, "INSERT INTO t SELECT repeat('x', 960) FROM generate_series(1, %d)".formatted(megabytes * 1000));
    }

    private String step() {
        return as(tenant).get(path).then().statusCode(200).extract().path("quotaStep");
    }

    private void fillUntil(int megabytes, String step) throws Exception {
        try (Connection owner = owner()) {
            fill(owner, megabytes);
        } catch (SQLException e) {
            assertThat(e.getSQLState()).as("it was full before the statement had ended").isIn("57P01", "08006");
        }
        until(() -> step().equals(step));
        if (!step.equals("warned")) {
            until(() -> seen("hostwright_db", "SELECT 1 FROM databases WHERE quota_applied AND name = '%s'".formatted(name))
                    .size()
                    == 1);
        }
    }

    private String grant(String username, String privilege) {
        Response login = login(tenant, username);
        as(tenant)
                .body("{\"privilege\": \"%s\"}".formatted(privilege))
                .put(path + "/grants/" + login.path("id"))
                .then()
                .statusCode(200);
        return login.path("password");
    }

    private Connection client(String username, String password) throws SQLException {
        return connect(Superuser.port(), name, username, password);
    }

    @Test
    void aDatabaseThatFillsIsWarnedThenReadAndDeletedOnlyAndFreeAgainWhenThereIsRoom() throws Exception {
        assertThat(step()).isEqualTo("within");
        fillUntil(9, "warned");
        try (Connection before = owner()) {
            assertThat(state(before, "INSERT INTO t VALUES ('two')")).isEqualTo(ALLOWED);

            fillUntil(4, "restricted");

            assertThat(state(before, "SELECT 1")).isIn("57P01", "08006");
        }
        as(tenant)
                .get(path + "/usage")
                .then()
                .body("quotaStep", equalTo("restricted"))
                .body("sizeLimit", equalTo(20_000_000));
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
            run(full, "TRUNCATE t");
        }

        until(() -> step().equals("within"));

        try (Connection free = owner()) {
            run(free, "INSERT INTO t VALUES ('four')", "CREATE TABLE more (n int)", "DROP TABLE more");
        }
        assertThat(seen("hostwright_db", """
                        SELECT rolname
                          FROM pg_roles u, pg_auth_members m, pg_roles g
                         WHERE u.oid = m.member AND g.oid = m.roleid AND u.rolname = '%s' AND g.rolname LIKE 'zz%%'
                        """.formatted(name))).isEmpty();
    }

    @Test
    void nothingThatACustomerCanSayGivesWritingBack() throws Exception {
        String reader = name("full_reader");
        String password = grant(reader, "READ_ONLY");
        String writer = name("full_writer");
        String writerPassword = grant(writer, "READ_WRITE");
        try (Connection owner = owner()) {
            run(
                    owner,
                    "GRANT ALL ON t TO PUBLIC",
                    "GRANT INSERT (words), UPDATE ON t TO %s WITH GRANT OPTION".formatted(reader),
                    "GRANT CREATE ON SCHEMA public TO " + name,
                    "CREATE FUNCTION sneak() RETURNS void SECURITY DEFINER LANGUAGE sql AS 'INSERT INTO t VALUES (1)'",
                    "SET ROLE NONE",
                    "CREATE TABLE mine (n int)",
                    "SET ROLE %s_own".formatted(name));
        }

        fillUntil(13, "restricted");

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
                    "SET ROLE NONE",
                    "GRANT INSERT ON t TO " + name,
                    "GRANT ALL ON mine TO " + name,
                    "INSERT INTO mine VALUES (1)",
                    "CREATE TABLE mine2 (n int)",
                    "ALTER ROLE %1$s IN DATABASE %1$s SET role = '%1$s_own'".formatted(name),
                    "ALTER ROLE %1$s SET role = '%1$s_own'".formatted(name),
                    "ALTER ROLE %1$s IN DATABASE %1$s RESET ALL".formatted(name),
                    "RESET ROLE",
                    "RESET ALL")) {
                state(owner, attempt);
                assertThat(state(owner, "INSERT INTO t VALUES ('x')")).as(attempt).isEqualTo(DENIED);
                assertThat(state(owner, "INSERT INTO mine VALUES (1)")).as(attempt).isEqualTo(DENIED);
            }
        }
        for (String[] login : List.of(
                new String[] {name, made.path("password")},
                new String[] {reader, password},
                new String[] {writer, writerPassword})) {
            try (Connection client = client(login[0], login[1])) {
                assertThat(state(client, "SELECT count(*) FROM t")).as(login[0]).isEqualTo(ALLOWED);
                assertThat(state(client, "INSERT INTO t (words) VALUES ('x')")).as(login[0]).isEqualTo(DENIED);
                assertThat(state(client, "SELECT sneak()")).as(login[0]).isEqualTo(DENIED);
            }
        }
        assertThat(seen(name, "SELECT words FROM t WHERE length(words) < 900")).containsExactly("one");

        try (Connection owner = owner()) {
            run(owner, "TRUNCATE t");
        }
        until(() -> step().equals("within"));

        for (String[] login : List.of(
                new String[] {name, made.path("password")},
                new String[] {reader, password},
                new String[] {writer, writerPassword})) {
            try (Connection client = client(login[0], login[1])) {
                run(client, "INSERT INTO t (words) VALUES ('back')", "SELECT sneak()");
            }
        }
        try (Connection owner = owner()) {
            run(owner, "DROP TABLE mine", "CREATE TABLE again (n int)");
        }
    }

    @Test
    void whoIsGivenAPrivilegeMeanwhileMayWriteWhenThereIsRoom() throws Exception {
        fillUntil(13, "restricted");
        String another = name("full_late");
        String password = grant(another, "OWNER");
        String role = as(tenant).get(path + "/grants").path("items.find { it.username == '%s' }.roleId".formatted(name));
        as(tenant).body("{\"privilege\": \"OWNER\"}").put(path + "/grants/" + role).then().statusCode(200);

        for (String[] login : List.of(new String[] {name, made.path("password")}, new String[] {another, password})) {
            try (Connection client = client(login[0], login[1])) {
                assertThat(state(client, "SELECT count(*) FROM t")).isEqualTo(ALLOWED);
                assertThat(state(client, "INSERT INTO t VALUES ('x')")).isEqualTo(DENIED);
            }
        }
        given().header("Authorization", "Bearer " + Tokens.operator())
                .get("/v1/drift")
                .then()
                .statusCode(200)
                .body("items.findAll { it.object.contains('%s') }".formatted(name), equalTo(List.of()));

        limit("{\"sizeLimitMb\": 40}").statusCode(204);

        assertThat(step()).isEqualTo("within");
        try (Connection client = client(another, password)) {
            run(client, "INSERT INTO t VALUES ('x')", "CREATE TABLE late (n int)");
        }
    }

    @Test
    void whatIsFullForTooLongIsShutUntilAnOperatorHelps() throws Exception {
        fillUntil(13, "restricted");

        asSuperuser("UPDATE databases SET quota_since = now() - interval '4 days' WHERE name = '%s'".formatted(name));
        until(() -> step().equals("suspended"));

        assertThatThrownBy(() -> owner().close()).isInstanceOf(SQLException.class);
        as(tenant).get(path).then().body("suspended", equalTo(true));
        as(tenant)
                .delete(path + "/suspension")
                .then()
                .statusCode(409)
                .body("type", equalTo("urn:problem:over-quota"));
        given().header("Authorization", "Bearer " + Tokens.operator())
                .delete(path + "/suspension")
                .then()
                .statusCode(204);
        try (Connection owner = owner()) {
            assertThat(state(owner, "INSERT INTO t VALUES ('x')")).isEqualTo(DENIED);
            run(owner, "TRUNCATE t");
        }
        until(() -> step().equals("within"));
        owner().close();
    }

    @Test
    void whatIsMuchTooFullIsShutAtOnceAndWhoHadItShutBeforeKeepsIt() throws Exception {
        fillUntil(13, "restricted");
        limit("{\"sizeLimitMb\": 10}").statusCode(204);
        assertThat(step()).isEqualTo("suspended");
        assertThatThrownBy(() -> owner().close()).isInstanceOf(SQLException.class);
        as(tenant).put(path + "/suspension").then().statusCode(204);

        limit("{\"sizeLimitMb\": 100}").statusCode(204);

        assertThat(step()).isEqualTo("within");
        assertThatThrownBy(() -> owner().close()).isInstanceOf(SQLException.class);
        as(tenant).delete(path + "/suspension").then().statusCode(204);
        try (Connection owner = owner()) {
            run(owner, "INSERT INTO t VALUES ('x')");
        }
    }

    @Test
    void aFullDatabaseThatIsDeletedAndRestoredIsStillFullAndPurgedItLeavesNothing() throws Exception {
        fillUntil(13, "restricted");
        String group = seen("hostwright_db", "SELECT quota_group FROM databases WHERE name = '%s'".formatted(name))
                .getFirst();
        as(tenant).delete(path).then().statusCode(204);
        String other = name("full_again");
        as(tenant)
                .body("{\"name\": \"%s\"}".formatted(other))
                .post(path + "/restore")
                .then()
                .statusCode(200);

        try (Connection owner = connect(Superuser.port(), other, name, made.path("password"))) {
            assertThat(state(owner, "SELECT count(*) FROM t")).isEqualTo(ALLOWED);
            assertThat(state(owner, "INSERT INTO t VALUES ('x')")).isEqualTo(DENIED);
        }
        as(tenant).delete(path + "?purge=true").then().statusCode(204);
        assertThat(onServer(group)).isEmpty();
        assertThat(onServer(other)).isEmpty();
    }

    @Test
    void takingAwayIsCarriedOnWhereItStopped() throws Exception {
        fillUntil(13, "restricted");
        try (Connection superuser = Superuser.connect(name)) {
            run(superuser, "GRANT INSERT ON t TO " + name);
        }

        asSuperuser("UPDATE databases SET quota_applied = false WHERE name = '%s'".formatted(name));

        until(() -> {
            try (Connection owner = owner()) {
                return state(owner, "INSERT INTO t VALUES ('x')").equals(DENIED);
            }
        });
    }

    @Test
    void limitsAreAnOperatorsWord() {
        as(tenant).body("{\"sizeLimitMb\": 1000}").put(path + "/limits").then().statusCode(403);
        limit("{\"sizeLimitMb\": -1}").statusCode(400);
        limit("{\"statementTimeoutSeconds\": -1}").statusCode(400);
        limit("{\"sizeLimitMb\": 20, \"connectionLimit\": 3, \"tempFileLimitMb\": 7}").statusCode(204);
        as(tenant)
                .get(path + "/usage")
                .then()
                .body("connectionLimit", equalTo(3))
                .body("tempFileLimit", equalTo("7MB"))
                .body("sizeLimit", equalTo(20_000_000));
        given().header("Authorization", "Bearer " + Tokens.operator())
                .contentType("application/json")
                .body("{}")
                .put("/v1/databases/" + UUID.randomUUID() + "/limits")
                .then()
                .statusCode(404);
    }

    @Test
    void aStatementThatRunsForTooLongIsEndedWhateverItsSessionSets() throws Exception {
        limit("{\"statementTimeoutSeconds\": 3}").statusCode(204);

        try (Connection owner = owner()) {
            run(owner, "SET statement_timeout = 0");
            assertThat(state(owner, "SELECT pg_sleep(60)")).isEqualTo("57014");
            assertThat(state(owner, """
                            DO $$ BEGIN
                                LOOP
                                    BEGIN
                                        PERFORM pg_sleep(60);
                                    EXCEPTION WHEN query_canceled THEN NULL;
                                    END;
                                END LOOP;
                            END $$
                            """)).isIn("57P01", "08006");
        }
    }
}
