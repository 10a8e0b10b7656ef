package dev.hostwright.db.reconcile;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.asSuperuser;
import static dev.hostwright.db.Customers.connect;
import static dev.hostwright.db.Customers.login;
import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.provision;
import static dev.hostwright.db.Customers.state;
import static dev.hostwright.db.Customers.tenant;
import static dev.hostwright.db.Customers.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hostwright.contract.PostgresResource.Superuser;
import dev.hostwright.db.DbPostgres;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The service was stopped between the commit that shuts somebody out and the end of his sessions. */
@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
class SessionsLeftTest {

    private final long tenant = tenant();
    private Response database;
    private Response reader;

    @BeforeEach
    void letAReaderIn() {
        database = provision(tenant, name("left"));
        reader = login(tenant, name("left_reader"));
        as(tenant)
                .body("{\"privilege\": \"READ_ONLY\"}")
                .put("/v1/databases/%s/grants/%s".formatted(database.path("id"), reader.path("id")))
                .then()
                .statusCode(200);
    }

    private Connection enterAsReader() throws SQLException {
        return connect(
                Superuser.port(), database.path("name"), reader.path("username"), reader.<String>path("password"));
    }

    private static boolean isOut(Connection session) {
        return !state(session, "SELECT 1").equals("00000");
    }

    @Test
    void nobodyStaysInASuspendedDatabase() throws Exception {
        Response other = provision(tenant, name("left_other"));
        try (Connection owner = connect(database.path("connectionString"));
                Connection guest = enterAsReader();
                Connection elsewhere = connect(other.path("connectionString"))) {
            asSuperuser("UPDATE databases SET suspended = true WHERE id = '%s'".formatted(database.<String>path("id")));

            until(() -> isOut(owner) && isOut(guest));

            assertThat(isOut(elsewhere)).isFalse();
        }
    }

    @Test
    void whoHadMoreDoesNotStayAndWhoCameLaterDoes() throws Exception {
        try (Connection owner = connect(database.path("connectionString"));
                Connection older = enterAsReader()) {
            asSuperuser("UPDATE grants SET lowered_at = clock_timestamp() WHERE role_id = '%s'"
                    .formatted(reader.<String>path("id")));
            try (Connection newer = enterAsReader()) {
                until(() -> isOut(older));

                assertThat(isOut(newer)).isFalse();
                assertThat(isOut(owner)).isFalse();
            }
        }
    }
}
