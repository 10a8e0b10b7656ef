package dev.hostwright.dns.signing;

import static dev.hostwright.dns.Api.as;
import static dev.hostwright.dns.Api.asOperator;
import static dev.hostwright.dns.Api.json;
import static dev.hostwright.dns.Api.serial;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import dev.hostwright.contract.PostgresResource;
import dev.hostwright.dns.Api;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "dns"))
class SigningResourceTest {

    private final String domain = Api.domain();

    @Test
    void aNewZoneIsSignedAndSaysWhatItsParentNeeds() {
        String zone = Api.zone(domain);

        as(7).get(zone).then().body("dnssec", is(true));
        as(7).get(zone + "/ds")
                .then()
                .statusCode(200)
                .body("dnskey.flags", is(257))
                .body("dnskey.protocol", is(3))
                .body("dnskey.algorithm", is(13))
                .body("dnskey.text", startsWith(domain + ". IN DNSKEY 257 3 13 "))
                .body("ds", hasSize(2))
                .body("ds[0].algorithm", is(13))
                .body("ds[0].digestType", is(2))
                .body("ds[0].text", startsWith(domain + ". IN DS "))
                .body("ds[1].digestType", is(4));
    }

    @Test
    void eachZoneHasAKeyOfItsOwn() {
        String one = as(7).get(Api.zone() + "/ds").path("dnskey.publicKey");
        String other = as(7).get(Api.zone() + "/ds").path("dnskey.publicKey");

        assertThat(one).isNotEqualTo(other);
    }

    @Test
    void aZoneThatIsNotToBeSignedHasNoKey() {
        String zone = make("{'domain': '%s', 'dnssec': false}");

        as(7).get(zone).then().body("dnssec", is(false));
        as(7).get(zone + "/ds").then().statusCode(409).body("type", equalTo("urn:problem:unsigned"));
    }

    @Test
    void aZoneThatIsTransferredIsNotSigned() {
        String zone = make("{'domain': '%s', 'type': 'SLAVE', 'master': '192.0.2.1'}");

        as(7).get(zone).then().body("dnssec", is(false));
        as(7).put(zone + "/dnssec").then().statusCode(409).body("type", equalTo("urn:problem:slave"));
        as(7).body(json("{'domain': '%s', 'type': 'SLAVE', 'master': '192.0.2.1', 'dnssec': true}", Api.domain()))
                .post("/v1/zones")
                .then()
                .statusCode(422)
                .body("errors[0].pointer", equalTo("/dnssec"));
    }

    @Test
    void signingStartsAndEndsEachWithOneNewSerial() {
        String zone = make("{'domain': '%s', 'dnssec': false}");
        long before = serial(zone);

        Response signed = as(7).put(zone + "/dnssec");
        signed.then().statusCode(204);
        String change = signed.header("Change-Id");
        as(7).put(zone + "/dnssec").then().statusCode(204);

        as(7).get(zone).then().body("dnssec", is(true)).body("serial", is((int) before + 1));
        assertThat(change).endsWith(String.valueOf(before + 1));
        assertThat(Api.lines(zone)).anyMatch(line -> line.contains(" SOA ") && line.contains(" " + (before + 1) + " "));
        String first = as(7).get(zone + "/ds").path("dnskey.publicKey");

        as(7).delete(zone + "/dnssec").then().statusCode(204);
        as(7).delete(zone + "/dnssec").then().statusCode(204);
        as(7).get(zone).then().body("dnssec", is(false)).body("serial", is((int) before + 2));

        as(7).put(zone + "/dnssec").then().statusCode(204);
        as(7).get(zone + "/ds").then().body("dnskey.publicKey", not(equalTo(first)));
    }

    @Test
    void theFileOfASignedZoneHasItsOwnRecordsOnly() {
        String zone = Api.zone(domain);

        assertThat(Api.lines(zone)).noneMatch(line -> line.matches(".* (DNSKEY|DS|RRSIG|NSEC|CDS) .*"));
    }

    @Test
    void theSameZoneIsOneThatIsSignedAlike() {
        String path = "/v1/zones/" + UUID.randomUUID();
        as(7).body(json("{'domain': '%s'}", domain)).put(path).then().statusCode(201);

        as(7).body(json("{'domain': '%s'}", domain)).put(path).then().statusCode(200);
        as(7).body(json("{'domain': '%s', 'dnssec': true}", domain))
                .put(path)
                .then()
                .statusCode(200);
        as(7).body(json("{'domain': '%s', 'dnssec': false}", domain))
                .put(path)
                .then()
                .statusCode(409)
                .body("type", equalTo("urn:problem:differs"));
    }

    @Test
    void anothersZoneIsNotThere() {
        String zone = Api.zone(domain);

        as(8).get(zone + "/ds").then().statusCode(404);
        as(8).delete(zone + "/dnssec").then().statusCode(404);
        as(8).put(zone + "/dnssec").then().statusCode(404);
        as(7).get("/v1/zones/" + UUID.randomUUID() + "/ds").then().statusCode(404);
        as(7).get("/v1/zones/none/ds").then().statusCode(400);
        as(7).get(zone).then().body("dnssec", is(true));
    }

    @Test
    void aSuspendedZoneStaysAsItIsForItsTenant() {
        String zone = Api.zone(domain);
        asOperator().put(zone + "/suspension").then().statusCode(204);

        as(7).delete(zone + "/dnssec").then().statusCode(409).body("type", equalTo("urn:problem:suspended"));
        as(7).get(zone + "/ds").then().statusCode(200);
        asOperator().delete(zone + "/dnssec").then().statusCode(204);
    }

    @Test
    void aConditionIsOfTheZoneAsItWasRead() {
        String zone = Api.zone(domain);
        String tag = as(7).get(zone).header("ETag");
        Api.post(zone, "{'name': 'a', 'type': 'A', 'content': '192.0.2.1'}");

        as(7).header("If-Match", tag).delete(zone + "/dnssec").then().statusCode(412);
        as(7).header("If-Match", as(7).get(zone).header("ETag"))
                .delete(zone + "/dnssec")
                .then()
                .statusCode(204);
    }

    private String make(String input) {
        return "/v1/zones/"
                + as(7).body(json(input, domain))
                        .post("/v1/zones")
                        .then()
                        .statusCode(201)
                        .extract()
                        .<String>path("id");
    }
}
