package dev.hostwright.db.database;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.connect;
import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.onServer;
import static dev.hostwright.db.Customers.provision;
import static dev.hostwright.db.Customers.state;
import static dev.hostwright.db.Customers.tenant;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;

import dev.hostwright.db.DbPostgres;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
@TestProfile(OpaqueNamesTest.Opaque.class)
class OpaqueNamesTest {

    public static class Opaque implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("db.names", "opaque");
        }
    }

    @Test
    void twoTenantsMayHaveTheSameNameAndTheServerShowsNeither() throws SQLException {
        String name = name("same");

        for (Response made : List.of(provision(tenant(), name), provision(tenant(), name))) {
            made.then()
                    .statusCode(201)
                    .body("name", equalTo(name))
                    .body("username", equalTo(name))
                    .body("physicalName", matchesPattern("c_[a-z2-7]{20}"))
                    .body("physicalUsername", matchesPattern("c_[a-z2-7]{20}"));
            try (Connection client = connect(made.path("connectionString"))) {
                assertThat(state(client, "CREATE TABLE t (n int)")).isEqualTo("00000");
            }
        }

        assertThat(onServer(name)).isEmpty();
    }

    @Test
    void onesOwnNameIsTakenAllTheSameAndDeletingLeavesNothing() throws SQLException {
        long tenant = tenant();
        String name = name("mine");
        Response made = provision(tenant, name);

        provision(tenant, name).then().statusCode(409).body("type", equalTo("urn:problem:name-taken"));

        as(tenant).delete("/v1/databases/" + made.path("id")).then().statusCode(204);
        assertThat(onServer(made.path("physicalName"))).isEmpty();
        assertThat(onServer(made.path("physicalUsername"))).isEmpty();
    }

    @Test
    void whatIsRestoredHasTheNamesOnTheServerThatItsCustomerKnows() throws SQLException {
        long tenant = tenant();
        String name = name("known");
        Response made = provision(tenant, name);
        String path = "/v1/databases/" + made.path("id");
        as(tenant).delete(path).then().statusCode(204);
        provision(tenant(), name).then().statusCode(201);

        as(tenant)
                .body("{}")
                .post(path + "/restore")
                .then()
                .statusCode(200)
                .body("physicalName", equalTo(made.path("physicalName")))
                .body("physicalUsername", equalTo(made.path("physicalUsername")));

        connect(made.path("connectionString")).close();
    }
}
