package dev.hostwright.dns.rrset;

import static dev.hostwright.dns.Api.as;
import static dev.hostwright.dns.Api.domain;
import static dev.hostwright.dns.Api.json;
import static dev.hostwright.dns.Api.lines;
import static dev.hostwright.dns.Api.post;
import static dev.hostwright.dns.Api.zone;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.endsWith;

import dev.hostwright.contract.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(ZoneLimitTest.SmallLimits.class)
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "dns"))
class ZoneLimitTest {

    /** Of three records more than a new zone has. */
    public static final class SmallLimits implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("dns.max-request-records", "10", "dns.max-zone-records", "12");
        }
    }

    private static String records(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> json("{'name': 'a', 'type': 'A', 'content': '192.0.2.%d'}", i))
                .collect(Collectors.joining(","));
    }

    @Test
    void aFullZoneTakesNoMoreButMayBeChanged() {
        String zone = zone();
        int room = 12
                - lines(zone).stream()
                        .filter(line -> line.contains(" IN "))
                        .toList()
                        .size();
        for (int i = 0; i < room; i++) {
            post(zone, "{'name': 'b', 'type': 'A', 'content': '192.0.2.%d'}".formatted(i))
                    .then()
                    .statusCode(201);
        }
        List<String> full = lines(zone);

        post(zone, "{'name': 'c', 'type': 'A', 'content': '192.0.2.1'}")
                .then()
                .statusCode(409)
                .body("type", endsWith("zone-full"));
        assertThat(lines(zone)).isEqualTo(full);
        as(7).body(json("{'records': [{'content': '192.0.2.77'}]}"))
                .put(zone + "/rrsets/b/A")
                .then()
                .statusCode(200);
    }

    @Test
    void aRequestOfTooManyRecordsIsRefused() {
        String body = "{\"domain\": \"%s\", \"records\": [%s]}";

        as(7).body(body.formatted(domain(), records(11)))
                .post("/v1/zones")
                .then()
                .statusCode(400);
        as(7).body(body.formatted(domain(), records(10)))
                .post("/v1/zones")
                .then()
                .statusCode(409)
                .body("type", endsWith("zone-full"));
    }
}
