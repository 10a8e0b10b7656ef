package dev.hostwright.dns;

import static dev.hostwright.dns.Api.as;
import static dev.hostwright.dns.Api.asOperator;
import static dev.hostwright.dns.Api.domain;
import static dev.hostwright.dns.Api.json;
import static dev.hostwright.dns.Api.lines;
import static dev.hostwright.dns.Api.post;
import static dev.hostwright.dns.Api.zone;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.nullValue;

import dev.hostwright.contract.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every write says with {@code validateOnly=true} what would come of it, and does not do it. */
@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "dns"))
class PreviewTest {

    private static final String ZONE = "{'domain': '%s', 'tenantId': 7}";

    private String zone = "";
    private String record = "";

    @BeforeEach
    void makeZone() {
        zone = zone();
        record = post(zone, "{'name': 'shop', 'type': 'A', 'content': '192.0.2.1'}")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        as(7).body(json("{'records': [{'name': 'mail', 'type': 'TXT', 'content': 'x'}]}"))
                .put(zone + "/record-groups/mail")
                .then()
                .statusCode(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST   | /records               | {'name': 'a', 'type': 'A', 'content': '192.0.2.2'}      | 200",
                "PUT    | /records/NEW           | {'name': 'a', 'type': 'A', 'content': '192.0.2.2'}      | 200",
                "PUT    | /records/RECORD        | {'name': 'shop', 'type': 'A', 'content': '192.0.2.2'}   | 200",
                "DELETE | /records/RECORD        |                                                         | 204",
                "PUT    | /rrsets/shop/A         | {'records': [{'content': '192.0.2.2'}]}                 | 200",
                "PUT    | /rrsets/b/A            | {'records': [{'content': '192.0.2.2'}]}                 | 200",
                "DELETE | /rrsets/shop/A         |                                                         | 204",
                "PUT    | /record-groups/mail    | {'records': []}                                         | 200",
                "DELETE | /record-groups/mail    |                                                         | 204",
                "PATCH  | ''                     | {'rrsets': [{'name': 'shop', 'type': 'A', 'records': []}]} | 200",
                "PUT    | /suspension            |                                                         | 204",
                "DELETE | /dnssec                |                                                         | 204",
                "DELETE | ''                     |                                                         | 204"
            })
    void aWriteToAZoneIsOnlyLookedAt(String method, String path, @Nullable String body, int status) {
        String before = state();
        String url = zone
                + path.replace("RECORD", record)
                        .replace("NEW", UUID.randomUUID().toString());

        Response preview = request(body).queryParam("validateOnly", true).request(method, url);

        preview.then().statusCode(status);
        assertNamesNothing(preview);
        assertThat(state()).isEqualTo(before);
        request(body)
                .queryParam("validateOnly", "maybe")
                .request(method, url)
                .then()
                .statusCode(400);
        request(body).request(method, url).then().statusCode(lessThan(300));
        assertThat(state()).as("when it is meant").isNotEqualTo(before);
    }

    @Test
    void theEndOfASuspensionIsOnlyLookedAt() {
        asOperator().put(zone + "/suspension").then().statusCode(204);

        asOperator()
                .queryParam("validateOnly", true)
                .delete(zone + "/suspension")
                .then()
                .statusCode(204);

        as(7).get(zone).then().body("suspended", equalTo(true));
    }

    @Test
    void aNewZoneIsOnlyLookedAt() {
        String domain = domain();
        String path = "/v1/zones/" + UUID.randomUUID();

        for (Response preview : List.of(
                request(ZONE.formatted(domain)).queryParam("validateOnly", true).post("/v1/zones"),
                request(ZONE.formatted(domain)).queryParam("validateOnly", true).put(path))) {
            preview.then().statusCode(200).body("domain", equalTo(domain));
            assertNamesNothing(preview);
        }

        as(7).get(path).then().statusCode(404);
        as(8).body(json("{'domain': '%s'}", domain)).put(path).then().statusCode(201);
    }

    @Test
    void whatWouldBeRefusedIsRefused() {
        String taken = as(7).get(zone).path("domain");

        as(8).body(json("{'domain': 'a.%s'}", taken))
                .queryParam("validateOnly", true)
                .post("/v1/zones")
                .then()
                .statusCode(409)
                .body("type", endsWith("domain-taken"));
        as(7).body(json("{'name': 'shop', 'type': 'CNAME', 'content': '@'}"))
                .queryParam("validateOnly", true)
                .post(zone + "/records")
                .then()
                .statusCode(409)
                .body("type", endsWith("cname-alone"));
        as(7).header("If-Match", "\"another\"")
                .queryParam("validateOnly", true)
                .delete(zone)
                .then()
                .statusCode(412);
    }

    private static void assertNamesNothing(Response preview) {
        preview.then()
                .header("Change-Id", nullValue())
                .header("ETag", nullValue())
                .header("Location", nullValue());
    }

    private static RequestSpecification request(@Nullable String body) {
        return body == null ? asOperator() : asOperator().body(json(body));
    }

    /** All that a reader sees of the zone. */
    private String state() {
        Response found = as(7).get(zone);
        return found.statusCode() == 404
                ? "gone"
                : found.asString()
                        + lines(zone)
                        + as(7).get(zone + "/records?pageSize=100").asString();
    }
}
