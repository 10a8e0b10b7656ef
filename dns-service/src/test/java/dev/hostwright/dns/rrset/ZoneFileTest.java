package dev.hostwright.dns.rrset;

import static dev.hostwright.dns.Api.as;
import static dev.hostwright.dns.Api.asOperator;
import static dev.hostwright.dns.Api.domain;
import static dev.hostwright.dns.Api.json;
import static dev.hostwright.dns.Api.lines;
import static dev.hostwright.dns.Api.serial;
import static dev.hostwright.dns.Api.zone;
import static io.restassured.config.EncoderConfig.encoderConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import dev.hostwright.contract.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "dns"))
class ZoneFileTest {

    private static RequestSpecification file(RequestSpecification request, String text) {
        return request.config(RestAssured.config()
                        .encoderConfig(encoderConfig()
                                .encodeContentTypeAs("text/dns", ContentType.TEXT)
                                .appendDefaultContentCharsetToContentTypeIfUndefined(false)))
                .contentType("text/dns")
                .body(text);
    }

    private static Response put(String zone, String text) {
        return file(as(7), text).put(zone + "/file");
    }

    private static String get(String zone) {
        return as(7).get(zone + "/file").then().statusCode(200).extract().asString();
    }

    private static final String SMALL = """
            $TTL 600
            @   SOA ns1 hostmaster 7 1h 10m 2w 60
                NS  ns1
                A   192.0.2.1
            ns1 A   192.0.2.53
            www CNAME @
            """;

    @Test
    void aFileReplacesTheZoneInOneChange() {
        String d = domain();
        String zone = zone(d);
        long serial = serial(zone);

        Response answer = put(zone, SMALL);

        answer.then().statusCode(200).body("serial.toString()", equalTo(String.valueOf(serial + 1)));
        assertThat(answer.header("ETag")).isEqualTo(as(7).get(zone).header("ETag"));
        assertThat(lines(zone))
                .containsExactly(
                        "$ORIGIN " + d + ".",
                        json("%1$s. 600 IN SOA ns1.%1$s. hostmaster.%1$s. %2$d 3600 600 1209600 60", d, serial + 1),
                        d + ". 600 IN A 192.0.2.1",
                        json("%1$s. 600 IN NS ns1.%1$s.", d),
                        "ns1." + d + ". 600 IN A 192.0.2.53",
                        json("www.%1$s. 600 IN CNAME %1$s.", d));
        assertThat(serial(zone)).isEqualTo(serial + 1);
    }

    @Test
    void theFileOfAZoneIsNoChangeOfIt() {
        String zone = zone();
        as(7).body(json("{'records': [{'name': '@', 'type': 'TXT', 'content': 'v=spf1 mx -all'}]}"))
                .put(zone + "/record-groups/mail")
                .then()
                .statusCode(200);
        String file = get(zone);
        List<String> ids = as(7).get(zone + "/records").path("items.id");

        put(zone, file).then().statusCode(200).body("added", empty()).body("removed", empty());

        assertThat(get(zone)).isEqualTo(file);
        assertThat(as(7).get(zone + "/records").<List<String>>path("items.id")).isEqualTo(ids);
        as(7).get(zone + "/record-groups/mail").then().body("records", hasSize(1));
    }

    @Test
    void aFileIsReadAgainAfterAnythingElseWasThere() {
        String zone = zone();
        List<String> before = lines(zone).subList(2, lines(zone).size());
        String file = get(zone);

        put(zone, SMALL).then().statusCode(200);
        put(zone, file).then().statusCode(200);

        assertThat(lines(zone).subList(2, lines(zone).size())).isEqualTo(before);
    }

    @Test
    void aFileWithErrorsIsRefusedWithTheirPlacesAndNothingIsStored() {
        String zone = zone();
        List<String> before = lines(zone);

        put(zone, SMALL + "a A 1.2.3\n$INCLUDE x\nb BOGUS\n")
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("type", endsWith("malformed"))
                .body("errors.pointer", contains("/line/7/column/5", "/line/8/column/1", "/line/9/column/3"));
        put(zone, "@ A 192.0.2.1\n").then().statusCode(409).body("type", endsWith("apex-ns"));
        as(7).body(SMALL).put(zone + "/file").then().statusCode(415);

        assertThat(lines(zone)).isEqualTo(before);
    }

    @Test
    void aFileThatDeletesMoreThanThreeInTenIsRefusedUnlessItIsMeant() {
        String d = domain();
        String zone = zone(d);
        String ten = SMALL
                + IntStream.range(0, 5).mapToObj("h%d A 192.0.2.9%n"::formatted).collect(Collectors.joining());
        put(zone, ten).then().statusCode(200);
        List<String> before = lines(zone);
        String six = ten.replaceAll("(?m)^h[0-3].*\n", "");

        put(zone, six).then().statusCode(409).body("type", endsWith("deletions"));
        assertThat(lines(zone)).isEqualTo(before);
        file(as(7).queryParam("validateOnly", "true"), six)
                .put(zone + "/file")
                .then()
                .statusCode(200)
                .body("removed", hasSize(4));
        assertThat(lines(zone)).isEqualTo(before);
        put(zone, ten.replaceAll("(?m)^h[0-2].*\n", "")).then().statusCode(200);
        put(zone, ten).then().statusCode(200);
        file(as(7).queryParam("allowDeletions", "true"), six)
                .put(zone + "/file")
                .then()
                .statusCode(200);
        assertThat(lines(zone)).hasSize(7);
    }

    @Test
    void aFileIsOfItsOwnTenantAndUnderTheSameConditionsAsAnyChange() {
        String zone = zone();
        List<String> before = lines(zone);

        file(as(8), SMALL).put(zone + "/file").then().statusCode(404);
        put("/v1/zones/" + UUID.randomUUID(), SMALL).then().statusCode(404);
        file(as(7).header("If-Match", "\"x\""), SMALL)
                .put(zone + "/file")
                .then()
                .statusCode(412);
        asOperator().put(zone + "/suspension").then().statusCode(204);
        put(zone, SMALL).then().statusCode(409).body("type", endsWith("suspended"));

        assertThat(lines(zone)).isEqualTo(before);
    }
}
