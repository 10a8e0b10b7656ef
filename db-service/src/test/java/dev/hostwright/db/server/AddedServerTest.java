package dev.hostwright.db.server;

import static dev.hostwright.db.Customers.connect;
import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.state;
import static dev.hostwright.db.Customers.tenant;
import static dev.hostwright.db.Customers.until;
import static dev.hostwright.db.server.TwoServers.isHome;
import static dev.hostwright.db.server.TwoServers.isOnSecond;
import static dev.hostwright.db.server.TwoServers.ofNewTenant;
import static dev.hostwright.db.server.TwoServers.provisionOn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hostwright.db.AnotherPostgres;
import dev.hostwright.db.DbPostgres;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.sql.Connection;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
@QuarkusTestResource(
        value = AnotherPostgres.class,
        restrictToAnnotatedClass = true,
        initArgs = {
            @ResourceArg(name = "later", value = "true"),
            @ResourceArg(name = "weight", value = "100"),
            @ResourceArg(name = "labels", value = "ssd")
        })
class AddedServerTest {

    /** Of the second server, which does not run yet. */
    Map<String, Runnable> doings = Map.of();

    @Test
    void aServerThatIsNotThereYetDoesNotKeepTheServiceFromStartingAndTakesTenantsOnceItIs() throws Exception {
        assertThat(TwoServers.<String>shown("second", "state")).isEqualTo("down");
        Response before = ofNewTenant("before");
        before.then().statusCode(201);
        assertThat(isHome(before)).isTrue();
        assertThat(provisionOn(tenant(), name("before"), "ssd").statusCode()).isEqualTo(503);

        Objects.requireNonNull(doings.get("start")).run();
        until(() -> "up".equals(TwoServers.<String>shown("second", "state")));

        Response after = ofNewTenant("after");
        after.then().statusCode(201);
        assertThat(isOnSecond(after)).isTrue();
        try (Connection client = connect(after.path("connectionString"))) {
            assertThat(state(client, "CREATE TABLE t (n int)")).isEqualTo("00000");
        }
    }
}
