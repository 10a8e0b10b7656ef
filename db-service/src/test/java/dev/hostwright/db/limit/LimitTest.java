package dev.hostwright.db.limit;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.asSuperuser;
import static dev.hostwright.db.Customers.atOnce;
import static dev.hostwright.db.Customers.login;
import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.onServer;
import static dev.hostwright.db.Customers.path;
import static dev.hostwright.db.Customers.provision;
import static dev.hostwright.db.Customers.seen;
import static dev.hostwright.db.Customers.tenant;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import dev.hostwright.contract.Tokens;
import dev.hostwright.db.DbPostgres;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** How much a tenant may have: here three databases and four logins. */
@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
@TestProfile(LimitTest.Small.class)
class LimitTest {

    public static class Small implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("db.max-databases-per-tenant", "3", "db.max-roles-per-tenant", "4");
        }
    }

    private static Response database(long tenant) {
        return as(tenant).body("{\"name\": \"%s\"}".formatted(name("own"))).post("/v1/databases");
    }

    @Test
    void aFourthDatabaseIsRefusedAndNothingOfItIsLeft() throws Exception {
        long tenant = tenant();
        for (int i = 0; i < 3; i++) {
            database(tenant).then().statusCode(201);
        }
        String name = name("fourth");

        provision(tenant, name)
                .then()
                .statusCode(409)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:problem:too-many-databases"))
                .body("errors.code", hasItem("too_many_databases"));

        assertThat(onServer(name)).isEmpty();
        provision(tenant(), name).then().statusCode(201);
    }

    @Test
    void aFifthLoginIsRefusedAlsoWhenItIsMadeWithADatabase() throws Exception {
        long tenant = tenant();
        provision(tenant, name("first")).then().statusCode(201);
        for (int i = 0; i < 3; i++) {
            login(tenant, name("user")).then().statusCode(201);
        }
        String name = name("fifth");

        login(tenant, name).then().statusCode(409).body("type", equalTo("urn:problem:too-many-roles"));
        provision(tenant, name).then().statusCode(409).body("type", equalTo("urn:problem:too-many-roles"));

        assertThat(onServer(name)).isEmpty();
        database(tenant).then().statusCode(201);
    }

    @Test
    void whatIsThereIsConfirmedAndWhatIsDeletedMakesRoom() {
        long tenant = tenant();
        String path = path("/v1/databases");
        String body = "{\"name\": \"%s\"}".formatted(name("again"));
        as(tenant).body(body).put(path).then().statusCode(201);
        String login = path("/v1/roles");
        String user = "{\"username\": \"%s\"}".formatted(name("again"));
        as(tenant).body(user).put(login).then().statusCode(201);
        for (int i = 0; i < 2; i++) {
            database(tenant).then().statusCode(201);
        }
        for (int i = 0; i < 3; i++) {
            login(tenant, name("user")).then().statusCode(201);
        }

        as(tenant).body(body).put(path).then().statusCode(200);
        as(tenant).body(user).put(login).then().statusCode(200);
        database(tenant).then().statusCode(409);

        as(tenant).delete(path).then().statusCode(204);
        as(tenant).body(body).put(path).then().statusCode(409).body("type", equalTo("urn:problem:deleted"));
        database(tenant).then().statusCode(201);
    }

    @Test
    void anOperatorIsBoundAsWell() {
        long tenant = tenant();
        for (int i = 0; i < 3; i++) {
            database(tenant).then().statusCode(201);
        }

        given().header("Authorization", "Bearer " + Tokens.operator())
                .contentType("application/json")
                .body("{\"name\": \"%s\", \"tenantId\": %d}".formatted(name("by_operator"), tenant))
                .post("/v1/databases")
                .then()
                .statusCode(409)
                .body("type", equalTo("urn:problem:too-many-databases"));
    }

    @Test
    void manyAtOnceDoNotPassTogether() throws Exception {
        long tenant = tenant();
        database(tenant).then().statusCode(201);
        database(tenant).then().statusCode(201);
        for (int i = 0; i < 3; i++) {
            login(tenant, name("user")).then().statusCode(201);
        }
        Callable<Integer> create = () -> database(tenant).statusCode();
        Callable<Integer> user = () -> login(tenant, name("user")).statusCode();

        List<Integer> databases = atOnce(Collections.nCopies(8, create));
        List<Integer> logins = atOnce(Collections.nCopies(8, user));

        assertThat(databases).containsOnlyOnce(201).contains(409).doesNotContain(500);
        assertThat(logins).containsOnlyOnce(201).containsOnly(201, 409);
    }

    @Test
    void whatIsBeingDeletedStillCounts() throws Exception {
        long tenant = tenant();
        String going = database(tenant).path("id");
        database(tenant).then().statusCode(201);
        database(tenant).then().statusCode(201);
        asSuperuser("UPDATE databases SET status = 'deleting' WHERE id = '%s'".formatted(going));

        database(tenant).then().statusCode(409);
    }

    @Test
    void whatIsKeptDoesNotCountUntilItIsToComeBack() {
        long tenant = tenant();
        String kept = database(tenant).path("id");
        as(tenant).delete("/v1/databases/" + kept).then().statusCode(204);
        for (int i = 0; i < 3; i++) {
            database(tenant).then().statusCode(201);
        }

        as(tenant)
                .body("{}")
                .post("/v1/databases/%s/restore".formatted(kept))
                .then()
                .statusCode(409)
                .body("type", equalTo("urn:problem:too-many-databases"));

        as(tenant).get("/v1/databases?status=deleted").then().body("items.id", equalTo(List.of(kept)));
    }

    @Test
    void ofDeletedDatabasesThereAreAsManyAsOneMayHaveAndTheOldestGoes() throws Exception {
        long tenant = tenant();
        List<String> deleted = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            String id = database(tenant).path("id");
            as(tenant).delete("/v1/databases/" + id).then().statusCode(204);
            deleted.add(id);
        }

        as(tenant)
                .get("/v1/databases?status=deleted")
                .then()
                .body("items.id", containsInAnyOrder(deleted.subList(2, 5).toArray()));
        assertThat(seen("hostwright_db", "SELECT id FROM databases WHERE tenant_id = %d".formatted(tenant)))
                .hasSize(3);
        as(tenant)
                .body("{}")
                .post("/v1/databases/%s/restore".formatted(deleted.get(1)))
                .then()
                .statusCode(404);
    }
}
