package dev.hostwright.db.database;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.onServer;
import static dev.hostwright.db.Customers.provision;
import static dev.hostwright.db.Customers.seen;
import static dev.hostwright.db.Customers.tenant;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.empty;

import dev.hostwright.db.DbPostgres;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
@TestProfile(KeepNothingTest.Nothing.class)
class KeepNothingTest {

    public static class Nothing implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("db.keep-deleted", "0");
        }
    }

    @Test
    void whereNothingIsKeptADeletedDatabaseIsGoneAtOnce() throws Exception {
        long tenant = tenant();
        String name = name("gone");
        String path = "/v1/databases/" + provision(tenant, name).<String>path("id");

        as(tenant).delete(path).then().statusCode(204);

        assertThat(onServer(name)).isEmpty();
        assertThat(seen("hostwright_db", "SELECT id FROM databases WHERE tenant_id = %d".formatted(tenant)))
                .isEmpty();
        as(tenant).get("/v1/databases?status=deleted").then().body("items", empty());
        as(tenant).body("{}").post(path + "/restore").then().statusCode(404);
    }
}
