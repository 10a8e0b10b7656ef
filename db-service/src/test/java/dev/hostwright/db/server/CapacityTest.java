package dev.hostwright.db.server;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.atOnce;
import static dev.hostwright.db.Customers.login;
import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.provision;
import static dev.hostwright.db.Customers.tenant;
import static dev.hostwright.db.Customers.until;
import static dev.hostwright.db.server.TwoServers.databasesOn;
import static dev.hostwright.db.server.TwoServers.ofNewTenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hostwright.contract.PostgresResource.Superuser;
import dev.hostwright.db.AnotherPostgres;
import dev.hostwright.db.DbPostgres;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
@QuarkusTestResource(
        value = AnotherPostgres.class,
        restrictToAnnotatedClass = true,
        initArgs = {
            @ResourceArg(name = "capacity", value = "9"),
            @ResourceArg(name = "db.server.capacity", value = "6"),
            @ResourceArg(name = "db.pool.patience", value = "60s")
        })
class CapacityTest {

    /** One test, because what it fills stays full. */
    @Test
    void fiftyAtOnceFillTheServersAndNoneIsOversold() throws Exception {
        Map<Response, Long> tenants = Collections.synchronizedMap(new HashMap<>());
        List<Callable<Response>> calls = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            long tenant = tenant();
            calls.add(() -> {
                Response made = provision(tenant, name("crowd"));
                tenants.put(made, tenant);
                return made;
            });
        }

        List<Response> answers = atOnce(calls);

        assertThat(answers).extracting(Response::statusCode).containsOnly(201, 503);
        assertThat(databasesOn(Superuser.port())).isEqualTo(6);
        assertThat(databasesOn(AnotherPostgres.port())).isEqualTo(9);
        assertThat(answers.stream().filter(answer -> answer.statusCode() == 201))
                .hasSize(15);
        answers.stream()
                .filter(answer -> answer.statusCode() == 503)
                .forEach(refused -> assertThat(refused.header("Retry-After")).isEqualTo("30"));

        Response full = ofNewTenant("crowd");
        assertThat(full.statusCode()).isEqualTo(503);
        assertThat(full.<String>path("detail")).isEqualTo("No server takes another database now.");

        assertThat(login(tenant(), name("crowd")).statusCode())
                .as("a login would have its tenant here for good")
                .isEqualTo(503);

        Response one = answers.stream()
                .filter(answer -> answer.statusCode() == 201)
                .findFirst()
                .orElseThrow();
        long tenant = Objects.requireNonNull(tenants.get(one));
        assertThat(provision(tenant, name("crowd")).statusCode()).isEqualTo(503);
        String path = "/v1/databases/" + one.path("id");
        as(tenant).delete(path).then().statusCode(204);
        assertThat(provision(tenant, name("crowd")).statusCode())
                .as("what is kept takes its place")
                .isEqualTo(503);
        as(tenant).delete(path + "?purge=true").then().statusCode(204);
        until(() -> ofNewTenant("crowd").statusCode() == 201);
        assertThat(TwoServers.<Integer>shown("second", "capacity")).isEqualTo(9);
        assertThat(TwoServers.<Integer>shown("default", "capacity")).isEqualTo(6);
        // those that were sent there and refused are in it until it is counted again
        until(() -> TwoServers.<Integer>shown("second", "databases") == 9);
    }
}
