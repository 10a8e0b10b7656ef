package dev.hostwright.dns.signing;

import static dev.hostwright.dns.Api.as;
import static dev.hostwright.dns.Api.json;
import static dev.hostwright.dns.Api.serial;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hostwright.contract.PostgresResource;
import dev.hostwright.dns.Api;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A secondary keeps the signatures that it was sent, so it is sent new ones before they run out. */
@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "dns"))
class SignatureRefreshTest {

    @Inject
    SignatureRefresh refresh;

    @Test
    void aSignedZoneWithSecondariesGetsANewSerialEachWeek() throws SQLException {
        String old = aWeekOld("'type': 'MASTER'");
        String fresh = made("'type': 'MASTER'");
        String alone = aWeekOld("'type': 'NATIVE'");
        String unsigned = aWeekOld("'type': 'MASTER', 'dnssec': false");
        long[] before = {serial(old), serial(fresh), serial(alone), serial(unsigned)};

        refresh();
        // there is nothing left to do
        refresh();

        assertThat(serial(old)).isEqualTo(before[0] + 1);
        assertThat(serial(fresh)).isEqualTo(before[1]);
        assertThat(serial(alone)).isEqualTo(before[2]);
        assertThat(serial(unsigned)).isEqualTo(before[3]);
    }

    private void refresh() {
        refresh.refresh().await().atMost(Duration.ofSeconds(30));
    }

    private static String made(String more) {
        return as(7).body(json("{'domain': '%s', " + more + "}", Api.domain()))
                .post("/v1/zones")
                .then()
                .statusCode(201)
                .extract()
                .header("Location");
    }

    private static String aWeekOld(String more) throws SQLException {
        String zone = made(more);
        try (Connection database = PostgresResource.Superuser.connect("hostwright_dns");
                PreparedStatement update = database.prepareStatement(
                        "UPDATE dns_records SET updated_at = now() - interval '7 days' WHERE zone_id = ?::uuid AND type = 'SOA'")) {
            update.setString(1, zone.substring(zone.lastIndexOf('/') + 1));
            assertThat(update.executeUpdate()).isEqualTo(1);
        }
        return zone;
    }
}
