package dev.hostwright.contract;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;

import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Every refusal is an RFC 9457 problem, whoever made it: our code, Jackson, security, or the router. */
public interface ProblemContract {

    /** A path that takes a JSON body by POST. */
    String collection();

    /** A body the collection would take, as JSON. */
    String validBody();

    /** The name of a field of the body that has a rule, at its top level. */
    String field();

    private static RequestSpecification asTenant() {
        return given().header("Authorization", "Bearer " + Tokens.tenant(7)).contentType("application/json");
    }

    private static ValidatableResponse problem(ValidatableResponse response, int status) {
        return response.statusCode(status)
                .contentType("application/problem+json")
                .body("status", equalTo(status))
                .body("type", notNullValue())
                .body("title", notNullValue())
                .body("detail", notNullValue())
                .body("detail", not(containsString("dev.hostwright")))
                .body("detail", not(containsString("java.")));
    }

    @Test
    default void brokenJsonIsA400Problem() {
        problem(asTenant().body("{").post(collection()).then(), 400);
    }

    @Test
    default void bytesThatAreNoTextAreA400Problem() {
        byte[][] bodies = {
            {0, 0, 0, 0x7B, 0}, // begins like UTF-32
            {0, 0x7B, 0}, // begins like UTF-16
            {0x7B, 0x22, (byte) 0xC3, 0x28, 0x22, 0x7D} // not UTF-8
        };
        for (byte[] body : bodies) {
            problem(asTenant().body(body).post(collection()).then(), 400);
        }
    }

    @Test
    default void trailingTextAfterTheJsonIsA400Problem() {
        problem(asTenant().body(validBody() + "x").post(collection()).then(), 400);
    }

    @Test
    default void noBodyIsA400Problem() {
        problem(asTenant().post(collection()).then(), 400);
    }

    @Test
    default void aBodyOfTheWrongTypeIsA400Problem() {
        problem(asTenant().body("[]").post(collection()).then(), 400);
        problem(asTenant().body("null").post(collection()).then(), 400);
        problem(asTenant().body("7").post(collection()).then(), 400);
    }

    @Test
    default void anUnknownFieldIsA400ProblemThatPointsAtIt() {
        String body = validBody().replaceFirst("\\{", "{\"noSuchField\": 1, ");

        problem(asTenant().body(body).post(collection()).then(), 400).body("errors.pointer", hasItem("/noSuchField"));
    }

    @Test
    default void aFieldGivenTwiceIsA400Problem() {
        problem(
                asTenant()
                        .body("{\"%1$s\": \"a\", \"%1$s\": \"b\"}".formatted(field()))
                        .post(collection())
                        .then(),
                400);
    }

    @Test
    default void aMissingFieldIsA400ProblemThatPointsAtIt() {
        problem(asTenant().body("{}").post(collection()).then(), 400).body("errors.pointer", hasItem("/" + field()));
    }

    @Test
    default void aFieldOfTheWrongTypeIsA400ProblemThatPointsAtIt() {
        for (String value : new String[] {"7", "true", "[]", "{}", "null", "1.5"}) {
            problem(
                            asTenant()
                                    .body("{\"%s\": %s}".formatted(field(), value))
                                    .post(collection())
                                    .then(),
                            400)
                    .body("errors.pointer", hasItem("/" + field()));
        }
    }

    @Test
    default void aFieldThatBreaksItsRuleIsAProblemThatPointsAtIt() {
        String body =
                validBody().replaceFirst("\"" + field() + "\"\\s*:\\s*\"[^\"]*\"", "\"" + field() + "\": \" \\\\n\"");

        asTenant()
                .body(body)
                .post(collection())
                .then()
                .statusCode(greaterThan(399))
                .contentType("application/problem+json")
                .body("errors.pointer", hasItem("/" + field()));
    }

    @Test
    default void anUnknownPathIsA404Problem() {
        problem(asTenant().get("/v1/no-such-path").then(), 404);
        problem(asTenant().get("/no-such-path").then(), 404);
    }

    @Test
    default void anIdThatIsNoUuidIsA400Problem() {
        problem(asTenant().get(collection() + "/no-uuid").then(), 400);
    }

    @Test
    default void aWrongMethodIsA405ProblemThatNamesTheRightOnes() {
        for (String path : new String[] {collection(), collection() + "/" + UUID.randomUUID()}) {
            Set<String> allowed =
                    allowed(problem(asTenant().request("TRACE", path).then(), 405)
                            .extract()
                            .response());

            for (String method : new String[] {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
                Response answer = asTenant().request(method, path);
                assertThat(answer.statusCode() != 405)
                        .as("%s %s is %d, and allowed is %s", method, path, answer.statusCode(), allowed)
                        .isEqualTo(allowed.contains(method));
            }
        }
        problem(asTenant().delete(collection()).then(), 405).header("Allow", "GET, HEAD, OPTIONS, POST");
    }

    @Test
    default void optionsNamesTheMethodsOfThatPathAlone() {
        given().options(collection()).then().statusCode(204).header("Allow", "GET, HEAD, OPTIONS, POST");
        problem(given().options(collection() + "/a/b/c/d").then(), 404);
        problem(given().options("/v1/no-such-path").then(), 404);
    }

    private static Set<String> allowed(Response answer) {
        return Set.of(answer.header("Allow").split(", "));
    }

    @Test
    default void aWrongMediaTypeIsA415Problem() {
        problem(
                asTenant()
                        .contentType("text/plain")
                        .body("x")
                        .post(collection())
                        .then(),
                415);
    }

    @Test
    default void aBodyOverOneMebibyteIsA413Problem() {
        String body = "{\"%s\": \"%s\"}".formatted(field(), "x".repeat(1024 * 1024));

        problem(asTenant().body(body).post(collection()).then(), 413);
    }

    @Test
    default void noTokenIsA401Problem() {
        problem(
                        given().contentType("application/json")
                                .body(validBody())
                                .post(collection())
                                .then(),
                        401)
                .header("WWW-Authenticate", "Bearer");
        problem(given().get(collection()).then(), 401);
    }

    @Test
    default void aStaleForgedOrBrokenTokenIsA401Problem() {
        for (String token : new String[] {Tokens.stale(7), Tokens.forged(7), "x", "a.b.c", ""}) {
            problem(
                    given().header("Authorization", "Bearer " + token)
                            .contentType("application/json")
                            .body(validBody())
                            .post(collection())
                            .then(),
                    401);
        }
    }

    @Test
    default void aTokenWithoutATenantIsA403Problem() {
        problem(
                given().header("Authorization", "Bearer " + Tokens.tenantless())
                        .get(collection())
                        .then(),
                403);
    }

    @Test
    default void anUnknownIdIsA404Problem() {
        problem(
                asTenant()
                        .get(collection() + "/018f0000-0000-7000-8000-000000000000")
                        .then(),
                404);
    }

    @Test
    default void aNegativeOrZeroPageSizeIsA400Problem() {
        problem(asTenant().get(collection() + "?pageSize=0").then(), 400);
        problem(asTenant().get(collection() + "?pageSize=x").then(), 400);
        problem(asTenant().get(collection() + "?pageToken=%00").then(), 400);
    }
}
