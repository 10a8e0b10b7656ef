package dev.hostwright.dns.rrset;

import static dev.hostwright.dns.Api.as;
import static dev.hostwright.dns.Api.domain;
import static dev.hostwright.dns.Api.json;
import static dev.hostwright.dns.Api.lines;
import static dev.hostwright.dns.Api.serial;
import static dev.hostwright.dns.Api.zone;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import dev.hostwright.contract.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "dns"))
class RRsetResourceTest {

    private static Response put(String zone, String rrset, String body) {
        return as(7).body(json(body)).put(zone + "/rrsets/" + rrset);
    }

    @Test
    void anRRsetIsReplacedInOneChangeAndWhatStaysKeepsItsId() {
        String domain = domain();
        String zone = zone(domain);
        long serial = serial(zone);

        String kept = put(zone, "a/A", "{'ttl': 300, 'records': [{'content': '192.0.2.1'}, {'content': '192.0.2.2'}]}")
                .then()
                .statusCode(201)
                .body("name", equalTo("a." + domain))
                .body("records", hasSize(2))
                .extract()
                .path("records[1].id");
        put(zone, "a/A", "{'ttl': 60, 'records': [{'content': '192.0.2.3'}, {'content': '192.0.2.2'}]}")
                .then()
                .statusCode(200)
                .body("ttl", equalTo(60))
                .body("records.content", contains("192.0.2.2", "192.0.2.3"))
                .body("records[0].id", equalTo(kept));

        assertThat(serial(zone)).isEqualTo(serial + 2);
        as(7).get(zone + "/rrsets/A." + domain + "./a")
                .then()
                .statusCode(200)
                .body("ttl", equalTo(60))
                .body("records", hasSize(2));
    }

    @Test
    void theSameAgainInAnyOrderIsNoChange() {
        String zone = zone();
        put(zone, "a/MX", "{'records': [{'content': '10 a'}, {'content': 'b', 'prio': 20}]}")
                .then()
                .statusCode(201);
        long serial = serial(zone);

        put(zone, "a/MX", "{'records': [{'content': '20 B'}, {'content': 'a', 'prio': 10}]}")
                .then()
                .statusCode(200)
                .body("serial.toString()", equalTo(String.valueOf(serial)));

        assertThat(serial(zone)).isEqualTo(serial);
    }

    @Test
    void aCnameIsSwappedForAnotherUnderItsId() {
        String zone = zone();
        String id = as(7).get(zone + "/rrsets/www/CNAME").path("records[0].id");

        put(zone, "www/CNAME", "{'records': [{'content': 'shop.example.net'}]}")
                .then()
                .statusCode(200)
                .body("records.content", contains("shop.example.net."))
                .body("records.id", contains(id));
    }

    @Test
    void aSoaIsReplacedButForItsSerial() {
        String zone = zone();
        long serial = serial(zone);
        String body = "{'records': [{'content': 'ns1.example.net. admin.example.net. 9 2 3 4 5'}]}";

        put(zone, "@/SOA", body)
                .then()
                .statusCode(200)
                .body(
                        "records[0].content",
                        equalTo("ns1.example.net. admin.example.net. %d 2 3 4 5".formatted(serial + 1)));
        put(zone, "@/SOA", body).then().statusCode(200);

        assertThat(serial(zone)).isEqualTo(serial + 1);
    }

    @Test
    void dataThatContradictsItselfOrTheZoneIsRefusedAndNothingIsStored() {
        String zone = zone();
        List<String> before = lines(zone);

        put(zone, "a/A", "{'records': []}").then().statusCode(400).body("errors.pointer", contains("/records"));
        put(zone, "a/A", "{'records': [{'content': 'x'}]}")
                .then()
                .statusCode(400)
                .body("errors.pointer", contains("/records/0/content"));
        put(zone, "a/A", "{'records': [{'content': '192.0.2.1'}, {'content': '192.0.2.1 '}]}")
                .then()
                .statusCode(422);
        put(zone, "a/CNAME", "{'records': [{'content': 'b'}, {'content': 'c'}]}")
                .then()
                .statusCode(422);
        put(zone, "a/MX", "{'records': [{'content': '0 .'}, {'content': '10 c'}]}")
                .then()
                .statusCode(422);
        put(zone, "www/A", "{'records': [{'content': '192.0.2.1'}]}").then().statusCode(409);
        put(zone, "a%20b/A", "{'records': [{'content': '192.0.2.1'}]}").then().statusCode(400);
        put(zone, "a/LUA", "{'records': [{'content': '192.0.2.1'}]}").then().statusCode(400);

        assertThat(lines(zone)).isEqualTo(before);
    }

    @Test
    void anRRsetThatFitsIntoNoMessageIsRefused() {
        String zone = zone();
        String records = IntStream.range(0, 4096)
                .mapToObj(i -> "{'content': '10.0.%d.%d'}".formatted(i / 256, i % 256))
                .collect(Collectors.joining(","));

        put(zone, "a/A", "{'records': [" + records + "]}").then().statusCode(422);
        put(
                        zone,
                        "a/A",
                        "{'records': [" + records.substring(0, records.lastIndexOf(",{'content': '10.0.15.100'"))
                                + "]}")
                .then()
                .statusCode(201);
    }

    @Test
    void anRRsetIsDeletedWholeAndTwice() {
        String zone = zone();
        put(zone, "a/A", "{'records': [{'content': '192.0.2.1'}, {'content': '192.0.2.2'}]}")
                .then()
                .statusCode(201);
        long serial = serial(zone);

        as(7).delete(zone + "/rrsets/a/A").then().statusCode(204);
        as(7).delete(zone + "/rrsets/a/A").then().statusCode(204);

        as(7).get(zone + "/rrsets/a/A").then().statusCode(404);
        assertThat(serial(zone)).isEqualTo(serial + 1);
    }

    @Test
    void aListOfRRsetsPagesByKeyAndCutsNone() {
        String zone = zone();
        List<String> seen = new ArrayList<>();
        String token = "";
        while (token != null) {
            Response page = as(7).queryParam("pageSize", 3)
                    .queryParam("pageToken", token)
                    .get(zone + "/rrsets");
            page.then().statusCode(200);
            seen.addAll(page.<List<String>>path("items.collect { it.type + it.records.size() }"));
            token = page.path("nextPageToken");
        }

        assertThat(seen).containsExactlyInAnyOrder("A1", "MX1", "NS2", "SOA1", "A1", "A1", "A1", "CNAME1");
    }
}
