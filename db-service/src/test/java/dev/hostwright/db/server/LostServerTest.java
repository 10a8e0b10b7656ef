package dev.hostwright.db.server;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.connect;
import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.path;
import static dev.hostwright.db.Customers.provision;
import static dev.hostwright.db.Customers.state;
import static dev.hostwright.db.Customers.tenant;
import static dev.hostwright.db.Customers.until;
import static dev.hostwright.db.server.TwoServers.asOperator;
import static dev.hostwright.db.server.TwoServers.isHome;
import static dev.hostwright.db.server.TwoServers.isOnSecond;
import static dev.hostwright.db.server.TwoServers.ofNewTenant;
import static dev.hostwright.db.server.TwoServers.provisionOn;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import dev.hostwright.db.AnotherPostgres;
import dev.hostwright.db.Customers;
import dev.hostwright.db.DbPostgres;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
@QuarkusTestResource(
        value = AnotherPostgres.class,
        restrictToAnnotatedClass = true,
        initArgs = {
            @ResourceArg(name = "weight", value = "100"),
            @ResourceArg(name = "labels", value = "ssd"),
            @ResourceArg(name = "db.server.labels", value = "hdd")
        })
class LostServerTest {

    /** Of the second server. */
    Map<String, Runnable> doings = Map.of();

    private void run(String doing) {
        Objects.requireNonNull(doings.get(doing)).run();
    }

    /** It is there, and connections from before it was away are all noticed. */
    private static void awaitSecond() throws Exception {
        until(() -> provisionOn(tenant(), name("warm"), "ssd").statusCode() == 201);
    }

    private void doAndAwait(String doing, String state) throws Exception {
        run(doing);
        until(() -> state.equals(TwoServers.<String>shown("second", "state")));
    }

    @Test
    void whileAServerIsDownItsTenantsAreToldSoAndAllOthersGoOnAndThenItIsBack() throws Exception {
        awaitSecond();
        long lost = tenant();
        Response there = provisionOn(lost, name("lost"), "ssd");
        there.then().statusCode(201);
        String thereById = "/v1/databases/" + there.path("id");
        try (Connection client = connect(there.path("connectionString"))) {
            Customers.run(client, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (42)");
        }
        long other = tenant();
        Response here = provisionOn(other, name("other"), "hdd");
        String hereById = "/v1/databases/" + here.path("id");

        doAndAwait("stop", "down");

        for (Response refused : List.of(
                as(lost).get(thereById),
                as(lost).get("/v1/databases"),
                as(lost).delete(thereById),
                as(lost).put(thereById + "/suspension"),
                provision(lost, name("lost")),
                provisionOn(tenant(), name("lost"), "ssd"),
                asOperator().get(thereById),
                asOperator().body("{}").put(thereById + "/limits"),
                asOperator().get(path("/v1/databases")))) {
            refused.then().statusCode(503).header("Retry-After", notNullValue());
        }
        as(other).get(hereById).then().statusCode(200);
        provision(other, name("other")).then().statusCode(201);
        connect(here.path("connectionString")).close();
        asOperator().get(hereById).then().statusCode(200);
        asOperator().get("/v1/databases").then().statusCode(200);
        asOperator().get("/v1/drift").then().statusCode(200).body("down", contains("second"));
        for (int i = 0; i < 3; i++) {
            Response elsewhere = ofNewTenant("elsewhere");
            elsewhere.then().statusCode(201);
            assertThat(isHome(elsewhere)).isTrue();
        }

        doAndAwait("start", "up");

        until(() -> as(lost).get(thereById).statusCode() == 200);
        as(lost).get(thereById).then().body("status", equalTo("active"));
        try (Connection client = connect(there.path("connectionString"))) {
            assertThat(state(client, "INSERT INTO kept VALUES (43)")).isEqualTo("00000");
        }
        until(() -> provision(lost, name("lost")).statusCode() == 201);
        Response again = ofNewTenant("again");
        again.then().statusCode(201);
        assertThat(isOnSecond(again)).isTrue();
    }

    @Test
    void aTenantIsServedAgainAfterHisServerWasAwayUnnoticed() throws Exception {
        awaitSecond();
        long tenant = tenant();
        Response made = provisionOn(tenant, name("blink"), "ssd");
        made.then().statusCode(201);

        run("stop");
        run("start");

        until(() -> as(tenant).get("/v1/databases/" + made.path("id")).statusCode() == 200);
        given().get("/v1/servers").then().statusCode(401);
    }
}
