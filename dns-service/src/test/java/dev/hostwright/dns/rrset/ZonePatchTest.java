package dev.hostwright.dns.rrset;

import static dev.hostwright.dns.Api.as;
import static dev.hostwright.dns.Api.asOperator;
import static dev.hostwright.dns.Api.domain;
import static dev.hostwright.dns.Api.json;
import static dev.hostwright.dns.Api.lines;
import static dev.hostwright.dns.Api.serial;
import static dev.hostwright.dns.Api.zone;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.nullValue;

import dev.hostwright.contract.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "dns"))
class ZonePatchTest {

    private static final String SWAP = """
            {'name': 'www', 'type': 'A', 'ttl': 300, 'records': [{'content': '192.0.2.1'}]},
            {'name': 'www', 'type': 'CNAME', 'records': []}
            """;

    private static Response patch(String zone, String rrsets) {
        return as(7).body(json("{'rrsets': [%s]}", rrsets)).patch(zone);
    }

    private static Response preview(String zone, String rrsets) {
        return as(7).queryParam("validateOnly", "true")
                .body(json("{'rrsets': [%s]}", rrsets))
                .patch(zone);
    }

    @Test
    void aListOfRRsetsIsOneChangeAlsoACnameForAnAddress() {
        String domain = domain();
        String zone = zone(domain);
        long serial = serial(zone);

        Response answer = patch(zone, SWAP + ", {'name': 'b', 'type': 'TXT', 'records': [{'content': 'x'}]}");

        answer.then()
                .statusCode(200)
                .body("serial.toString()", equalTo(String.valueOf(serial + 1)))
                .body(
                        "added.collect { it.name + ' ' + it.type + ' ' + it.ttl }",
                        containsInAnyOrder("www." + domain + " A 300", "b." + domain + " TXT 3600"))
                .body("removed.type", contains("CNAME"));
        assertThat(answer.header("ETag")).isEqualTo(as(7).get(zone).header("ETag"));
        assertThat(serial(zone)).isEqualTo(serial + 1);
        assertThat(lines(zone))
                .contains("www." + domain + ". 300 IN A 192.0.2.1")
                .noneMatch(line -> line.contains("CNAME"));
    }

    @Test
    void aChangeThatChangesNothingKeepsTheSerial() {
        String zone = zone();
        patch(zone, SWAP).then().statusCode(200);
        long serial = serial(zone);
        String tag = as(7).get(zone).header("ETag");

        Response again = patch(zone, SWAP);

        again.then().statusCode(200).body("added", empty()).body("removed", empty());
        assertThat(again.header("ETag")).isEqualTo(tag);
        assertThat(serial(zone)).isEqualTo(serial);
    }

    @Test
    void aPreviewSaysWhatWouldBeAndStoresNothing() {
        String domain = domain();
        String zone = zone(domain);
        List<String> before = lines(zone);
        String tag = as(7).get(zone).header("ETag");

        preview(zone, SWAP + ", {'name': '@', 'type': 'MX', 'records': [{'content': '5 none'}]}")
                .then()
                .statusCode(200)
                .body("serial.toString()", equalTo(String.valueOf(serial(zone) + 1)))
                .body("added.type", containsInAnyOrder("A", "MX"))
                .body("removed.type", containsInAnyOrder("CNAME", "MX"))
                .header("Change-Id", nullValue())
                .body("warnings.code", contains("no_address"));
        preview(zone, "{'name': 'www', 'type': 'A', 'records': [{'content': '192.0.2.1'}]}")
                .then()
                .statusCode(409)
                .body("type", endsWith("cname-alone"));
        preview(zone, "{'name': '@', 'type': 'MX', 'records': [{'content': '5 www'}]}")
                .then()
                .statusCode(409)
                .body("type", endsWith("host-alias"));
        as(7).queryParam("validateOnly", "yes")
                .body(json("{'rrsets': []}"))
                .patch(zone)
                .then()
                .statusCode(400);

        assertThat(lines(zone)).isEqualTo(before);
        assertThat(as(7).get(zone).header("ETag")).isEqualTo(tag);
    }

    @Test
    void aPreviewWarnsOfWhatIsHardlyMeant() {
        String zone = zone();

        preview(zone, """
                        {'name': 'a', 'type': 'CNAME', 'records': [{'content': 'b'}]},
                        {'name': 'b', 'type': 'CNAME', 'records': [{'content': 'a'}]},
                        {'name': 'c', 'type': 'CNAME', 'records': [{'content': 'nowhere'}]},
                        {'name': 'd', 'type': 'CNAME', 'records': [{'content': 'x.w'}]},
                        {'name': '*.w', 'type': 'A', 'records': [{'content': '192.0.2.1'}]},
                        {'name': 'sub', 'type': 'NS', 'records': [{'content': 'ns.sub'}]},
                        {'name': 'ns.sub', 'type': 'A', 'records': [{'content': '192.0.2.1'}]},
                        {'name': 'ns.sub', 'type': 'TXT', 'records': [{'content': 'x'}]}
                        """)
                .then()
                .statusCode(200)
                .body("warnings.code", containsInAnyOrder("loop", "loop", "no_target", "occluded"));
        preview(zone, "{'name': 'mail', 'type': 'A', 'records': []}")
                .then()
                .statusCode(200)
                .body("warnings.code", hasItem("no_address"));
    }

    @Test
    void aListThatCannotBeIsRefusedAndNothingOfItIsStored() {
        String zone = zone();
        List<String> before = lines(zone);
        String good = "{'name': 'good', 'type': 'A', 'records': [{'content': '192.0.2.1'}]}, ";

        patch(zone, good + "{'name': 'www', 'type': 'A', 'records': [{'content': '192.0.2.1'}]}")
                .then()
                .statusCode(409);
        patch(zone, good + "{'name': 'a', 'type': 'A', 'records': [{'content': 'x'}]}")
                .then()
                .statusCode(400)
                .body("errors.pointer", contains("/rrsets/1/records/0/content"));
        patch(zone, good + "{'name': 'a b', 'type': 'A', 'records': [{'content': '192.0.2.1'}]}")
                .then()
                .statusCode(400)
                .body("errors.pointer", contains("/rrsets/1/name"));
        patch(zone, good + "{'name': 'a', 'type': 'A', 'ttl': -1, 'records': [{'content': '192.0.2.1'}]}")
                .then()
                .statusCode(400)
                .body("errors.pointer", contains("/rrsets/1/ttl"));
        patch(zone, good + good.substring(0, good.length() - 2)).then().statusCode(422);
        patch(zone, good + "{'name': '@', 'type': 'NS', 'records': []}").then().statusCode(409);
        patch(zone, good + "null").then().statusCode(400);
        as(7).body("{}").patch(zone).then().statusCode(400);

        assertThat(lines(zone)).isEqualTo(before);
    }

    @Test
    void aTenantMayNotPatchAnothersZoneNorOneThatIsSuspended() {
        String zone = zone();
        List<String> before = lines(zone);

        as(8).body(json("{'rrsets': [%s]}", SWAP)).patch(zone).then().statusCode(404);
        as(7).body(json("{'rrsets': [%s]}", SWAP))
                .patch("/v1/zones/" + UUID.randomUUID())
                .then()
                .statusCode(404);
        asOperator().put(zone + "/suspension").then().statusCode(204);
        patch(zone, SWAP).then().statusCode(409).body("type", endsWith("suspended"));
        assertThat(lines(zone)).isEqualTo(before);
        asOperator().body(json("{'rrsets': [%s]}", SWAP)).patch(zone).then().statusCode(200);
    }

    @Test
    void aNewerOwnerKeepsAnOlderOneOut() {
        String zone = zone();

        for (int fence : new int[] {41, 40}) {
            as(7).header("X-Operation-Id", UUID.randomUUID())
                    .header("X-Operation-Fence", fence)
                    .body(json("{'rrsets': [%s]}", SWAP))
                    .patch(zone)
                    .then()
                    .statusCode(fence == 41 ? 200 : 409);
        }
    }

    @Test
    void aPatchOfTenThousandRecordsIsOneChangeAndOneMoreIsRefused() {
        String zone = zone();
        long serial = serial(zone);

        patch(zone, rrsets(10_000)).then().statusCode(200).body("added.size()", equalTo(10_000));
        patch(zone, rrsets(10_001)).then().statusCode(400);

        assertThat(serial(zone)).isEqualTo(serial + 1);
    }

    private static String rrsets(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "{'name': 'h%d', 'type': 'A', 'records': [{'content': '10.0.%d.%d'}]}"
                        .formatted(i, i / 256, i % 256))
                .collect(Collectors.joining(","));
    }
}
