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
import io.restassured.response.Response;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "dns"))
class HostAliasTest {

    private static Response make(String domain, String records) {
        return as(7).body(json("{'domain': '%s', 'records': [%s]}", domain, records))
                .post("/v1/zones");
    }

    @ParameterizedTest
    @CsvSource({"MX, 10 www", "NS, www", "SRV, 0 5 5060 www"})
    void whatLeadsToACnameIsRefused(String type, String content) {
        String zone = zone();
        List<String> before = lines(zone);

        post(zone, "{'name': '_sip._tcp', 'type': '%s', 'content': '%s'}".formatted(type, content))
                .then()
                .statusCode(409)
                .body("type", endsWith("host-alias"));

        assertThat(lines(zone)).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({"MX, 10 x", "NS, x", "SRV, 0 5 5060 x"})
    void aCnameWhereSomethingLeadsIsRefused(String type, String content) {
        String zone = zone();
        post(zone, "{'name': '_sip._tcp', 'type': '%s', 'content': '%s'}".formatted(type, content))
                .then()
                .statusCode(201);

        post(zone, "{'name': 'x', 'type': 'CNAME', 'content': 'www'}")
                .then()
                .statusCode(409)
                .body("type", endsWith("host-alias"));
        post(zone, "{'name': 'y', 'type': 'CNAME', 'content': 'x'}").then().statusCode(201);
    }

    @Test
    void aCnameElsewhereOrOneThatIsNoLongerThereIsNoHindrance() {
        String zone = zone();

        post(zone, "{'name': 'a', 'type': 'MX', 'content': '10 www.example.net'}")
                .then()
                .statusCode(201);
        as(7).delete(zone + "/rrsets/www/CNAME").then().statusCode(204);
        post(zone, "{'name': 'a', 'type': 'MX', 'content': '20 www'}").then().statusCode(201);
    }

    @Test
    void aGroupThatLeadsToACnameIsRefused() {
        String zone = zone();

        as(7).body(json("{'records': [{'name': '@', 'type': 'MX', 'content': '5 www'}]}"))
                .put(zone + "/record-groups/mail")
                .then()
                .statusCode(409)
                .body("type", endsWith("host-alias"));
        as(7).body(json("{'records': [{'name': '@', 'type': 'MX', 'content': '10 mail'}]}"))
                .put(zone + "/record-groups/mail")
                .then()
                .statusCode(200);
    }

    @Test
    void aNewZoneIsWithoutTheUsualRecordsThatWouldLeadToItsOwnCnames() {
        String mail = domain();
        make(mail, "{'name': 'mail', 'type': 'CNAME', 'content': 'mail.example.net'}")
                .then()
                .statusCode(201);
        make(domain(), "{'name': '@', 'type': 'MX', 'content': '10 www'}")
                .then()
                .statusCode(201);

        make(domain(), "{'name': 'ns1', 'type': 'CNAME', 'content': 'ns.example.net'}")
                .then()
                .statusCode(422);
        make(domain(), "{'name': 'a', 'type': 'CNAME', 'content': 'b'}, {'name': '@', 'type': 'MX', 'content': '1 a'}")
                .then()
                .statusCode(422);
    }
}
