package dev.hostwright.dns.rrset;

import static dev.hostwright.dns.Api.as;
import static dev.hostwright.dns.Api.atOnce;
import static dev.hostwright.dns.Api.domain;
import static dev.hostwright.dns.Api.json;
import static dev.hostwright.dns.Api.lines;
import static dev.hostwright.dns.Api.post;
import static dev.hostwright.dns.Api.serial;
import static dev.hostwright.dns.Api.zone;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.endsWith;

import dev.hostwright.contract.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "dns"))
class ConditionTest {

    private static final String ONE = "{'records': [{'content': '192.0.2.1'}]}";
    private static final String OTHER = "{'records': [{'content': '192.0.2.2'}]}";

    private static String tag(String path) {
        return as(7).get(path).then().statusCode(200).extract().header("ETag");
    }

    private static Response put(String path, String tag, String body) {
        return as(7).header("If-Match", tag).body(json(body)).put(path);
    }

    @Test
    void aTagIsOfTheThingAndOfTheAnswerThatMadeIt() {
        String zone = zone();

        String made = as(7).body(json(ONE)).put(zone + "/rrsets/a/A").header("ETag");

        assertThat(made).isEqualTo(tag(zone + "/rrsets/a/A")).startsWith("\"").endsWith("\"");
        String before = tag(zone);
        post(zone, "{'name': 'b', 'type': 'A', 'content': '192.0.2.9'}").then().statusCode(201);
        assertThat(tag(zone)).isNotEqualTo(before);
        assertThat(tag(zone + "/rrsets/a/A")).as("nothing changed there").isEqualTo(made);
        as(7).body(json(OTHER)).put(zone + "/rrsets/a/A").then().statusCode(200);
        assertThat(tag(zone + "/rrsets/a/A")).isNotEqualTo(made);
    }

    @Test
    void aStaleChangeIsRefusedAndNothingIsStored() {
        String zone = zone();
        String record =
                post(zone, "{'name': 'r', 'type': 'A', 'content': '192.0.2.9'}").path("id");
        List<String> before = lines(zone);

        put(zone + "/rrsets/a/A", "*", ONE).then().statusCode(412).body("type", endsWith("stale"));
        put(zone + "/rrsets/r/A", "\"x\"", ONE).then().statusCode(412);
        put(zone + "/records/" + record, "\"x\"", "{'name': 'r', 'type': 'A', 'content': '192.0.2.8'}")
                .then()
                .statusCode(412);
        put(zone + "/record-groups/mail", "\"x\"", "{'records': []}").then().statusCode(412);
        for (String path : List.of("", "/rrsets/r/A", "/records/" + record, "/record-groups/mail")) {
            as(7).header("If-Match", "\"x\"").delete(zone + path).then().statusCode(412);
        }
        as(7).header("If-Match", "\"x\"")
                .body(json("{'rrsets': []}"))
                .patch(zone)
                .then()
                .statusCode(412);
        put(zone + "/rrsets/r/A", "x", ONE).then().statusCode(400);

        assertThat(lines(zone)).isEqualTo(before);
    }

    @Test
    void aChangeOfWhatWasReadIsCarriedOut() {
        String zone = zone();
        String record =
                post(zone, "{'name': 'r', 'type': 'A', 'content': '192.0.2.9'}").path("id");

        put(zone + "/rrsets/r/A", tag(zone + "/rrsets/r/A"), OTHER).then().statusCode(200);
        put(zone + "/rrsets/r/A", "*", ONE).then().statusCode(200);
        put(zone + "/rrsets/r/A", tag(zone + "/rrsets/r/A"), OTHER).then().statusCode(200);
        String now =
                post(zone, "{'name': 's', 'type': 'A', 'content': '192.0.2.9'}").path("id");
        put(
                        zone + "/records/" + now,
                        tag(zone + "/records/" + now),
                        "{'name': 's', 'type': 'A', 'content': '192.0.2.8'}")
                .then()
                .statusCode(200);
        put(zone + "/record-groups/g", tag(zone + "/record-groups/g"), "{'records': []}")
                .then()
                .statusCode(200);
        as(7).header("If-Match", tag(zone + "/rrsets/r/A"))
                .delete(zone + "/rrsets/r/A")
                .then()
                .statusCode(204);
        as(7).header("If-Match", "\"gone\"").delete(zone + "/rrsets/r/A").then().statusCode(204);
        as(7).header("If-Match", "\"gone\"")
                .delete(zone + "/records/" + record)
                .then()
                .statusCode(204);
        as(7).header("If-Match", tag(zone)).delete(zone).then().statusCode(204);
        as(7).get(zone).then().statusCode(404);
    }

    @Test
    void underAConditionNoZoneIsMade() {
        String zone = "/v1/zones/" + UUID.randomUUID();
        String body = "{'domain': '%s'}".formatted(domain());

        put(zone, "*", body).then().statusCode(412);
        as(7).get(zone).then().statusCode(404);
        as(7).body(json(body)).put(zone).then().statusCode(201);
        put(zone, "*", body).then().statusCode(200);
        put(zone, "\"x\"", body).then().statusCode(412);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/rrsets/a/A", ""})
    void ofManyWhoReadTheSameOneWrites(String path) throws Exception {
        String zone = zone();
        as(7).body(json(ONE)).put(zone + "/rrsets/a/A").then().statusCode(201);
        String tag = tag(zone + path);
        long serial = serial(zone);
        Callable<Integer> write = () -> path.isEmpty()
                ? as(7).header("If-Match", tag)
                        .body(json("{'rrsets': [{'name': 'a', 'type': 'A', 'records': [{'content': '192.0.2.3'}]}]}"))
                        .patch(zone)
                        .statusCode()
                : put(zone + path, tag, OTHER).statusCode();

        List<Integer> answers = atOnce(Collections.nCopies(8, write));

        assertThat(answers).containsOnlyOnce(200).containsOnly(200, 412);
        assertThat(serial(zone)).isEqualTo(serial + 1);
    }

    @Test
    void anotherTenantLearnsNothingByACondition() {
        String zone = zone();

        as(8).header("If-Match", tag(zone))
                .body(json("{'rrsets': []}"))
                .patch(zone)
                .then()
                .statusCode(404);
        as(8).header("If-Match", "\"x\"")
                .body(json("{'rrsets': []}"))
                .patch(zone)
                .then()
                .statusCode(404);
        as(8).header("If-Match", tag(zone)).delete(zone).then().statusCode(204);

        as(7).get(zone).then().statusCode(200);
    }
}
