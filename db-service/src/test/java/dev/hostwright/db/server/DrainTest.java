package dev.hostwright.db.server;

import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.provision;
import static dev.hostwright.db.Customers.tenant;
import static dev.hostwright.db.server.TwoServers.isHome;
import static dev.hostwright.db.server.TwoServers.isOnSecond;
import static dev.hostwright.db.server.TwoServers.ofNewTenant;
import static dev.hostwright.db.server.TwoServers.place;
import static dev.hostwright.db.server.TwoServers.provisionOn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hostwright.db.AnotherPostgres;
import dev.hostwright.db.DbPostgres;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
@QuarkusTestResource(
        value = AnotherPostgres.class,
        restrictToAnnotatedClass = true,
        initArgs = {
            @ResourceArg(name = "drain", value = "true"),
            @ResourceArg(name = "weight", value = "100"),
            @ResourceArg(name = "labels", value = "ssd")
        })
class DrainTest {

    @Test
    void aDrainedServerTakesNoNewTenants() {
        for (int i = 0; i < 5; i++) {
            Response made = ofNewTenant("drained");
            made.then().statusCode(201);
            assertThat(isHome(made)).isTrue();
        }
        assertThat(provisionOn(tenant(), name("drained"), "ssd").statusCode()).isEqualTo(503);
        assertThat(TwoServers.<String>shown("second", "state")).isEqualTo("drained");
    }

    @Test
    void whoIsOnADrainedServerGoesOnThere() throws SQLException {
        long tenant = tenant();
        place(tenant, "second");

        Response made = provision(tenant, name("stayed"));

        made.then().statusCode(201);
        assertThat(isOnSecond(made)).isTrue();
    }
}
