package dev.hostwright.db.database;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.asSuperuser;
import static dev.hostwright.db.Customers.connect;
import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.provision;
import static dev.hostwright.db.Customers.run;
import static dev.hostwright.db.Customers.state;
import static dev.hostwright.db.Customers.tenant;
import static dev.hostwright.db.Customers.until;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.hostwright.contract.Tokens;
import dev.hostwright.db.DbPostgres;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.sql.Connection;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
class UsageTest {

    private static JsonPath usage(long tenant, Response database) {
        return as(tenant)
                .get("/v1/databases/%s/usage".formatted(database.<String>path("id")))
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    @Test
    void usageIsWhatTheCustomerDid() throws Exception {
        long tenant = tenant();
        Response database = provision(tenant, name("used"));
        JsonPath before = usage(tenant, database);

        try (Connection one = connect(database.path("connectionString"));
                Connection two = connect(database.path("connectionString"))) {
            run(one, "CREATE TABLE t AS SELECT repeat('x', 1000) FROM generate_series(1, 2000)");
            assertThat(state(two, "SELECT 1 / 0")).isEqualTo("22012");

            JsonPath during = usage(tenant, database);
            assertThat(during.getInt("connections")).isEqualTo(2);
            assertThat(during.getLong("bytes")).isGreaterThan(before.getLong("bytes") + 2_000_000);
        }

        until(() -> {
            JsonPath now = usage(tenant, database);
            return now.getInt("connections") == 0
                    && now.getLong("commits") > before.getLong("commits")
                    && now.getLong("rollbacks") == before.getLong("rollbacks") + 1;
        });
    }

    @Test
    void usageNamesTheLimitsThatHold() {
        long tenant = tenant();
        String name = name("limited");

        Response database = as(tenant)
                .body("{\"name\": \"%s\", \"username\": \"%1$s\", \"connectionLimit\": 3}".formatted(name))
                .post("/v1/databases");

        assertThat(usage(tenant, database).getInt("connectionLimit")).isEqualTo(3);
        assertThat(usage(tenant, database).getString("tempFileLimit")).isEqualTo("1GB");
        Response bare =
                as(tenant).body("{\"name\": \"%s\"}".formatted(name("bare"))).post("/v1/databases");
        assertThat(usage(tenant, bare).getMap("")).doesNotContainKey("tempFileLimit");
    }

    @Test
    void usageOfAnotherTenantsDatabaseIsThatOfAnUnknownOne() {
        long tenant = tenant();
        Response database = provision(tenant, name("private"));
        String path = "/v1/databases/%s/usage".formatted(database.<String>path("id"));

        String theirs = as(tenant()).get(path).then().statusCode(404).extract().asString();
        String unknown = as(tenant())
                .get("/v1/databases/%s/usage".formatted(UUID.randomUUID()))
                .then()
                .statusCode(404)
                .extract()
                .asString();

        assertThat(theirs).isEqualTo(unknown);
        given().header("Authorization", "Bearer " + Tokens.operator())
                .get(path)
                .then()
                .statusCode(200);
        given().get(path).then().statusCode(401);
    }

    @Test
    void usageOfADatabaseThatIsLostIsAConflict() throws Exception {
        long tenant = tenant();
        Response database = provision(tenant, name("lost"));
        String name = database.path("name");
        asSuperuser("ALTER DATABASE %s RENAME TO %1$s_away".formatted(name));

        as(tenant)
                .get("/v1/databases/%s/usage".formatted(database.<String>path("id")))
                .then()
                .statusCode(409)
                .body("type", equalTo("urn:problem:failed"));

        asSuperuser("ALTER DATABASE %s_away RENAME TO %1$s".formatted(name));
    }
}
