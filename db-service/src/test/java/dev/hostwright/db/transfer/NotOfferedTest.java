package dev.hostwright.db.transfer;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.provision;
import static dev.hostwright.db.Customers.tenant;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;

import dev.hostwright.db.DbPostgres;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/** Nobody has said where PostgreSQL's own programs are. */
@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
class NotOfferedTest {

    @Test
    void withoutProgramsThereAreNoExportsAndNoImports() {
        long tenant = tenant();
        String path = "/v1/databases/" + provision(tenant, name("none")).path("id");

        as(tenant)
                .post(path + "/exports")
                .then()
                .statusCode(501)
                .contentType("application/problem+json")
                .body("type", endsWith("not-offered"))
                .body("detail", containsString("not exported"));
        as(tenant)
                .body("{\"databaseId\": \"%1$s\", \"exportId\": \"%1$s\"}".formatted(path.substring(14)))
                .post(path + "/imports")
                .then()
                .statusCode(501);
        as(tenant).get(path + "/exports").then().statusCode(200);
        as(tenant).delete(path + "/exports/" + path.substring(14)).then().statusCode(204);
    }
}
