package dev.hostwright.mail.quarantine;

import static dev.hostwright.mail.Api.rows;
import static dev.hostwright.mail.Api.sql;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hostwright.contract.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "mail"))
class QuarantineRepositoryTest {

    @Inject
    QuarantineRepository quarantine;

    private final long tenant = 1_000_000 + System.nanoTime() % 1_000_000_000;

    private void deleted(String name, boolean mailbox, String ago) {
        sql("""
                INSERT INTO deleted_addresses (tenant_id, address, registrable, folder, generation, deleted_at)
                VALUES (%d, '%s@a.example', 'a.example', %s, now() - interval '%s')
                """.formatted(tenant, name, mailbox ? "'a.example/" + name + "', 1" : "NULL, NULL", ago));
    }

    @Test
    void afterThirtyDaysTheMailMayGoAndAForwarderIsForgotten() {
        deleted("young", true, "29 days 23 hours");
        deleted("old", true, "30 days 1 hour");
        deleted("young-forwarder", false, "29 days 23 hours");
        deleted("old-forwarder", false, "30 days 1 hour");

        quarantine.end().await().atMost(Duration.ofSeconds(30));

        assertThat(rows("SELECT split_part(address, '@', 1) || ' ' || over FROM deleted_addresses WHERE tenant_id = %d"
                        .formatted(tenant)))
                .containsExactlyInAnyOrder("young false", "old true", "young-forwarder false");
        // which is not forgotten before the mover says that it has done so
        assertThat(rows("SELECT folder FROM mta.deleted WHERE over AND folder LIKE '%old' AND id IN"
                        + " (SELECT id FROM deleted_addresses WHERE tenant_id = " + tenant + ")"))
                .containsExactly("a.example/old");
    }
}
