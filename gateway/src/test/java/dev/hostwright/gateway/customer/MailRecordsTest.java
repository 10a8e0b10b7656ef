package dev.hostwright.gateway.customer;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.matchingJsonPath;
import static com.github.tomakehurst.wiremock.client.WireMock.put;
import static com.github.tomakehurst.wiremock.client.WireMock.putRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.endsWith;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import dev.hostwright.contract.PostgresResource;
import dev.hostwright.contract.Tokens;
import dev.hostwright.gateway.ServicesStub;
import dev.hostwright.gateway.passthrough.UpstreamStub;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.specification.RequestSpecification;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "gateway"))
@QuarkusTestResource(ServicesStub.class)
@QuarkusTestResource(UpstreamStub.class)
class MailRecordsTest {

    private static final String MAIL = "\"mail\": {\"mailboxes\": [], \"forwarders\": []}";
    private static final String DNS = "\"dns\": {\"records\": []}";

    @SuppressWarnings("NullAway.Init") // by the test resource
    UpstreamStub services;

    private final String name =
            "c" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    private String domain = "";
    private String zone = "";

    private static RequestSpecification as(long tenant) {
        return given().header("Authorization", "Bearer " + Tokens.tenant(tenant))
                .contentType("application/json");
    }

    private String path() {
        return "/v1/customers/" + name + "/mail-records";
    }

    private void made(String parts) {
        String operation = as(7).header("Prefer", "wait=20")
                .body("{\"domain\": \"%s.example\", %s}".formatted(name, parts))
                .put("/v1/customers/" + name)
                .then()
                .statusCode(201)
                .extract()
                .path("links.operation");
        domain = resource(operation, "mail");
        zone = resource(operation, "dns");
    }

    private static String resource(String operation, String step) {
        return as(7).get(operation)
                .then()
                .statusCode(200)
                .extract()
                .path("steps.find { it.name == '%s' }?.resource".formatted(step));
    }

    private static ResponseDefinitionBuilder answer(int status, String body) {
        return aResponse()
                .withStatus(status)
                .withHeader("Content-Type", status < 400 ? "application/json" : "application/problem+json")
                .withBody(body.replace('\'', '"'));
    }

    /** What the services say by now. */
    private void changed(ResponseDefinitionBuilder put) {
        services.mail.stubFor(get(urlPathEqualTo(domain + "/records"))
                .willReturn(answer(200, "{'items': [{'name': 'new', 'type': 'TXT', 'content': 'x'}]}")));
        services.dns.stubFor(put(urlPathEqualTo(zone + "/record-groups/mail")).willReturn(put));
        services.mail.stubFor(
                put(urlPathEqualTo(domain + "/dkim-keys/publication")).willReturn(answer(200, "{'items': []}")));
    }

    @Test
    void theRecordsAsTheyAreByNowArePutIntoTheZoneAndTheKeysArePublished() {
        made(MAIL + ", " + DNS);
        changed(answer(200, "{'name': 'mail', 'serial': 1, 'records': []}"));

        as(7).put(path()).then().statusCode(204);

        services.dns.verify(
                1,
                putRequestedFor(urlPathEqualTo(zone + "/record-groups/mail"))
                        .withRequestBody(matchingJsonPath("$.records[0].name", equalTo("new"))));
        services.mail.verify(1, putRequestedFor(urlPathEqualTo(domain + "/dkim-keys/publication")));
    }

    @Test
    void keysThatAreNotInTheZoneAreNotPublished() {
        made(MAIL + ", " + DNS);
        changed(answer(409, "{'type': 'urn:problem:cname-alone', 'title': 'No', 'status': 409}"));

        as(7).put(path()).then().statusCode(409).body("type", endsWith("cname-alone"));

        services.mail.verify(0, putRequestedFor(urlPathEqualTo(domain + "/dkim-keys/publication")));
    }

    @ParameterizedTest
    @CsvSource({"mail", "dns"})
    void aCustomerWithoutMailOrZoneHasNone(String part) {
        made(part.equals("mail") ? MAIL : DNS);

        as(7).put(path()).then().statusCode(409).body("type", endsWith("no-mail-records"));
    }

    @Test
    void aSuspendedCustomersZoneIsLeftAlone() {
        made(MAIL + ", " + DNS);
        as(7).header("Prefer", "wait=20").post("/v1/customers/" + name + "/suspend");

        as(7).put(path()).then().statusCode(409);
    }

    @Test
    void anothersCustomerIsNotFound() {
        made(MAIL + ", " + DNS);

        as(8).put(path()).then().statusCode(404);
        as(7).put("/v1/customers/nobody/mail-records").then().statusCode(404);
    }
}
