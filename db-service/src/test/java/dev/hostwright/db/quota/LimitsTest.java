package dev.hostwright.db.quota;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.asSuperuser;
import static dev.hostwright.db.Customers.connect;
import static dev.hostwright.db.Customers.enter;
import static dev.hostwright.db.Customers.grant;
import static dev.hostwright.db.Customers.login;
import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.provision;
import static dev.hostwright.db.Customers.run;
import static dev.hostwright.db.Customers.state;
import static dev.hostwright.db.Customers.tenant;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

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
import org.junit.jupiter.api.Test;

/** What the plan of a database is, in connections, time of a statement and temporary files. */
@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
class LimitsTest {

    private static final String TOO_MANY_CONNECTIONS = "53300";
    private static final String CANCELED = "57014";
    private static final String TOO_MUCH = "53400";
    private static final String DENIED = "42501";
    private static final String ALLOWED = "00000";

    /** Some 3 MB on disk. */
    private static final String SPILL =
            "SELECT count(*) FROM (SELECT g FROM generate_series(1, 200000) g ORDER BY -g OFFSET 0) s";

    private static ValidatableResponse limit(Response database, String body) {
        return given().header("Authorization", "Bearer " + Tokens.operator())
                .contentType("application/json")
                .body(body)
                .put("/v1/databases/%s/limits".formatted(database.<String>path("id")))
                .then();
    }

    private static Connection owner(Response database) throws SQLException {
        return connect(database.path("connectionString"));
    }

    private static String connecting(Response database) {
        try (Connection another = owner(database)) {
            return state(another, "SELECT 1");
        } catch (SQLException e) {
            return e.getSQLState();
        }
    }

    private static String spilling(Connection client, String setting) {
        state(client, setting);
        state(client, "SET work_mem = '64kB'");
        return state(client, SPILL);
    }

    @Test
    void aPlanHasSoManyConnectionsAndAnotherMore() throws SQLException {
        Response database = provision(tenant(), name("plan_connections"));
        limit(database, "{\"connectionLimit\": 2}").statusCode(204);

        try (Connection one = owner(database);
                Connection two = owner(database)) {
            assertThat(connecting(database)).isEqualTo(TOO_MANY_CONNECTIONS);

            limit(database, "{\"connectionLimit\": 30}").statusCode(204);

            assertThat(List.of(state(one, "SELECT 1"), state(two, "SELECT 1"))).containsOnly(ALLOWED);
            for (int i = 2; i < 25; i++) {
                assertThat(connecting(database)).isEqualTo(ALLOWED);
            }
        }
    }

    @Test
    void aPlanHasSoMuchOfTemporaryFilesWhateverASessionSets() throws SQLException {
        long tenant = tenant();
        Response small = provision(tenant, name("plan_small"));
        Response large = provision(tenant, name("plan_large"));
        Response reader = login(tenant, name("plan_reader"));
        grant(tenant, small, reader, "READ_ONLY");
        grant(tenant, large, reader, "READ_ONLY");
        limit(small, "{\"tempFileLimitMb\": 1}").statusCode(204);
        limit(large, "{\"tempFileLimitMb\": 0}").statusCode(204);
        Response late = login(tenant, name("plan_late"));
        grant(tenant, small, late, "READ_WRITE");

        for (String setting : List.of("SET temp_file_limit = -1", "SET temp_file_limit = '1GB'", "RESET ALL")) {
            try (Connection owner = owner(small);
                    Connection reading = enter(small, reader);
                    Connection writing = enter(small, late)) {
                for (Connection client : List.of(owner, reading, writing)) {
                    assertThat(spilling(client, setting)).as(setting).isEqualTo(TOO_MUCH);
                }
            }
        }
        String name = small.path("name");
        try (Connection owner = owner(small)) {
            for (String attempt : List.of(
                    "ALTER ROLE %1$s IN DATABASE %1$s SET temp_file_limit = -1",
                    "ALTER ROLE %1$s SET temp_file_limit = -1",
                    "ALTER ROLE %1$s IN DATABASE %1$s RESET temp_file_limit")) {
                run(owner, "SET ROLE NONE");
                assertThat(state(owner, attempt.formatted(name))).as(attempt).isEqualTo(DENIED);
            }
            state(owner, "ALTER ROLE %1$s IN DATABASE %1$s RESET ALL".formatted(name));
        }
        try (Connection owner = owner(small);
                Connection unlimited = owner(large);
                Connection elsewhere = enter(large, reader)) {
            assertThat(spilling(owner, "SELECT 1")).isEqualTo(TOO_MUCH);
            assertThat(spilling(unlimited, "SELECT 1")).isEqualTo(ALLOWED);
            assertThat(spilling(elsewhere, "SELECT 1")).isEqualTo(ALLOWED);
        }

        limit(small, "{}").statusCode(204);

        try (Connection owner = owner(small);
                Connection reading = enter(small, reader)) {
            assertThat(spilling(owner, "SELECT 1")).isEqualTo(ALLOWED);
            assertThat(spilling(reading, "SELECT 1")).isEqualTo(ALLOWED);
        }
    }

    @Test
    void aStatementThatRunsForTooLongIsEndedWhateverItsSessionSets() throws SQLException {
        Response database = provision(tenant(), name("plan_time"));
        Response other = provision(tenant(), name("plan_no_time"));
        limit(database, "{\"statementTimeoutSeconds\": 2}").statusCode(204);

        try (Connection owner = owner(database);
                Connection unlimited = owner(other)) {
            run(owner, "SET statement_timeout = 0");
            assertThat(state(owner, "SELECT pg_sleep(60)")).isEqualTo(CANCELED);
            assertThat(state(owner, "SELECT 1")).isEqualTo(ALLOWED);
            assertThat(state(unlimited, "SELECT pg_sleep(5)")).isEqualTo(ALLOWED);
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

    @Test
    void limitsAreAnOperatorsWordAndAreSeenByTheTenant() throws SQLException {
        long tenant = tenant();
        Response database = provision(tenant, name("plan_word"));
        String path = "/v1/databases/" + database.path("id");

        as(tenant).body("{\"sizeLimitMb\": 1000}").put(path + "/limits").then().statusCode(403);
        limit(database, "{\"sizeLimitMb\": -1}").statusCode(400).body("errors[0].pointer", equalTo("/sizeLimitMb"));
        limit(database, "{\"statementTimeoutSeconds\": -1}").statusCode(400);
        limit(database, "{\"tempFileLimitMb\": 2000001}").statusCode(400);
        limit(database, "{\"connectionLimit\": 0}").statusCode(400);
        limit(database, "{\"plan\": \"gold\"}").statusCode(400);
        String body =
                "{\"sizeLimitMb\": 20, \"connectionLimit\": 3, \"tempFileLimitMb\": 7, \"statementTimeoutSeconds\": 9}";
        limit(database, body).statusCode(204);
        limit(database, body).statusCode(204);

        as(tenant)
                .get(path + "/usage")
                .then()
                .body("connectionLimit", equalTo(3))
                .body("tempFileLimit", equalTo("7MB"))
                .body("statementTimeoutSeconds", equalTo(9))
                .body("sizeLimit", equalTo(20_000_000))
                .body("quotaStep", equalTo("within"));
        given().header("Authorization", "Bearer " + Tokens.operator())
                .contentType("application/json")
                .body("{}")
                .put("/v1/databases/" + UUID.randomUUID() + "/limits")
                .then()
                .statusCode(404);
        String name = database.path("name");
        asSuperuser("ALTER DATABASE %s RENAME TO %1$s_away".formatted(name));
        limit(database, body).statusCode(409).body("type", equalTo("urn:problem:failed"));
        asSuperuser("ALTER DATABASE %s_away RENAME TO %1$s".formatted(name));
    }
}
