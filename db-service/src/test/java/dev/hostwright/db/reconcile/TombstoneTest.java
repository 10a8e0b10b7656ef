package dev.hostwright.db.reconcile;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.asSuperuser;
import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.seen;
import static dev.hostwright.db.Customers.tenant;
import static dev.hostwright.db.Customers.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hostwright.db.DbPostgres;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
class TombstoneTest {

    @Test
    void aDeletedIdIsForgottenAfterThirtyDaysAndNotBefore() throws Exception {
        long tenant = tenant();
        UUID over = UUID.randomUUID();
        UUID recent = UUID.randomUUID();
        as(tenant).delete("/v1/databases/" + recent).then().statusCode(204);
        as(tenant).delete("/v1/databases/" + over).then().statusCode(204);

        asSuperuser(
                "UPDATE tombstones SET deleted_at = now() - interval '29 days' WHERE id = '%s'".formatted(recent),
                "UPDATE tombstones SET deleted_at = now() - interval '31 days' WHERE id = '%s'".formatted(over));

        until(() -> seen("hostwright_db", "SELECT 1 FROM tombstones WHERE id = '%s'".formatted(over))
                .isEmpty());
        assertThat(seen("hostwright_db", "SELECT id FROM tombstones WHERE tenant_id = %d".formatted(tenant)))
                .containsExactly(recent.toString());
        String body = "{\"name\": \"%s\"}".formatted(name("remembered"));
        as(tenant).body(body).put("/v1/databases/" + recent).then().statusCode(409);
        as(tenant).body(body).put("/v1/databases/" + over).then().statusCode(201);
    }
}
