package dev.hostwright.db.server;

import static dev.hostwright.db.server.TwoServers.databasesOn;
import static dev.hostwright.db.server.TwoServers.ofNewTenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hostwright.contract.PostgresResource.Superuser;
import dev.hostwright.db.AnotherPostgres;
import dev.hostwright.db.DbPostgres;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
@QuarkusTestResource(
        value = AnotherPostgres.class,
        restrictToAnnotatedClass = true,
        initArgs = @ResourceArg(name = "weight", value = "3"))
class WeightTest {

    /** One test, because what it counts are all databases. */
    @Test
    void aServerOfWeightThreeGetsThreeForEachOneOfTheOther() throws Exception {
        for (int i = 0; i < 12; i++) {
            ofNewTenant("weighed").then().statusCode(201);
        }

        assertThat(databasesOn(Superuser.port())).isEqualTo(3);
        assertThat(databasesOn(AnotherPostgres.port())).isEqualTo(9);
    }
}
