package dev.hostwright.mail.fence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostwright.contract.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "mail"))
class TombstoneRepositoryTest {

    @Inject
    TombstoneRepository tombstones;

    @Test
    void whatWasDeletedIsRememberedForThirtyDaysWhoeverHadIt() throws SQLException {
        long first = 1_000_000 + System.nanoTime() % 1_000_000_000;
        long second = first + 1;
        bury(first, "29 days 23 hours");
        bury(first, "30 days 1 hour");
        bury(second, "1 minute");
        bury(second, "90 days");

        tombstones.purge().await().atMost(Duration.ofSeconds(30));

        assertThat(days(first)).containsExactly(29);
        assertThat(days(second)).containsExactly(0);
    }

    private static void bury(long tenant, String ago) throws SQLException {
        try (Connection database = PostgresResource.Superuser.connect("hostwright_mail");
                PreparedStatement sql = database.prepareStatement("""
                        INSERT INTO tombstones (tenant_id, id, fence, deleted_at)
                        VALUES (?, gen_random_uuid(), 0, now() - ?::interval)
                        """)) {
            sql.setLong(1, tenant);
            sql.setString(2, ago);
            sql.executeUpdate();
        }
    }

    /** How many days each of the tenant's tombstones is old. */
    private static List<Integer> days(long tenant) throws SQLException {
        try (Connection database = PostgresResource.Superuser.connect("hostwright_mail");
                PreparedStatement sql = database.prepareStatement(
                        "SELECT extract(day FROM now() - deleted_at)::int FROM tombstones WHERE tenant_id = ?")) {
            sql.setLong(1, tenant);
            List<Integer> days = new ArrayList<>();
            try (ResultSet found = sql.executeQuery()) {
                while (found.next()) {
                    days.add(found.getInt(1));
                }
            }
            return days;
        }
    }
}
