package dev.hostwright.db.extension;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.provision;
import static dev.hostwright.db.Customers.tenant;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import dev.hostwright.db.DbPostgres;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the operator allows is had where the server has it and trusts it, and nothing else is. */
@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
@TestProfile(AllowedExtensionsTest.Own.class)
class AllowedExtensionsTest {

    public static class Own implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("db.extensions", "dblink,no_such_thing,hstore");
        }
    }

    private final long tenant = tenant();

    @ParameterizedTest
    @CsvSource({"dblink, not_trusted", "no_such_thing, not_available", "pgcrypto, not_allowed"})
    void whatCannotBeHadIsRefusedWithTheReason(String extension, String code) {
        Response database = provision(tenant, name("refusals"));

        as(tenant)
                .put("/v1/databases/%s/extensions/%s".formatted(database.path("id"), extension))
                .then()
                .statusCode(422)
                .body("errors.code", hasItem(code));
    }

    @Test
    void theListSaysWhyToo() {
        Response database = provision(tenant, name("reasons"));

        as(tenant)
                .get("/v1/databases/%s/extensions".formatted(database.<String>path("id")))
                .then()
                .statusCode(200)
                .body("items.name", equalTo(List.of("dblink", "hstore", "no_such_thing", "plpgsql")))
                .body("items[0].refusal", equalTo("not_trusted"))
                .body("items[2].refusal", equalTo("not_available"));
    }
}
