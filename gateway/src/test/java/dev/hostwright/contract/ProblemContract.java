package dev.hostwright.contract;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;

import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
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
        for (String value :
                new String[] {"\" \\n\"", "\"a\\u0000b\"", "\"a\\ud800b\"", "\"" + "a".repeat(900_000) + "\""}) {
            asTenant()
                    .body(withField(value))
                    .post(collection())
                    .then()
                    .statusCode(anyOf(is(400), is(422)))
                    .contentType("application/problem+json")
                    .body("errors.pointer", hasItem("/" + field()));
        }
    }

    @Test
    default void whatIsJsonToSomeReadersOnlyIsA400ProblemAndNothingIsStored() {
        String valid = validBody();
        String deep = "[".repeat(5_000) + "]".repeat(5_000);
        String[] bodies = {
            "   ",
            valid + " {}",
            valid + "\0",
            valid.replaceFirst("}$", ",}"),
            valid.replace('"', '\''),
            "/* */" + valid,
            "\uFEFF{",
            "[".repeat(200_000),
            "{\"a\":".repeat(100_000),
            valid.replaceFirst("}$", ", \"noSuchField\": " + deep + "}"),
            withField(deep),
            withField("\"a\0b\""),
            withField("1e999999999"),
            withField("9".repeat(900_000)),
            withField("NaN"),
            withField("0x1"),
            withField("01")
        };
        for (String body : bodies) {
            String path = collection() + "/" + UUID.randomUUID();

            problem(put(path, body), 400);

            problem(asTenant().get(path).then(), 404);
        }
    }

    private String withField(String value) {
        return validBody()
                .replaceFirst(
                        "\"" + field() + "\"\\s*:\\s*\"[^\"]*\"",
                        Matcher.quoteReplacement("\"" + field() + "\": " + value));
    }

    @Test
    default void whatCannotBeAnsweredAsIsAcceptedIsA406Problem() {
        problem(asTenant().accept("text/html").get(collection()).then(), 406);
        problem(asTenant().accept("application/xml, image/*").get(collection()).then(), 406);
    }

    @Test
    default void aRefusalIsAProblemWhateverIsAccepted() {
        String path = collection() + "/" + UUID.randomUUID();
        for (String accept : new String[] {"application/problem+json", "application/json", "*/*", "x"}) {
            problem(given().accept(accept).get("/v1/no-such-path").then(), 404);
            problem(given().accept(accept).delete(collection()).then(), 405);
        }
        problem(given().accept("application/json").get(path).then(), 401);
    }

    /** The server's own decoder answers these, with a status and no body, before there is a request to look at. */
    @Test
    default void whatIsNoHttpIsRefusedByItsStatus() {
        String get = "GET " + collection() + " HTTP/1.1";
        String host = "Host: localhost";
        String token = "Authorization: Bearer " + Tokens.tenant(7);

        assertThat(status("garbage")).isEqualTo(400);
        assertThat(status(get, host, token, "no colon")).isEqualTo(400);
        assertThat(status(get, host, token, "X: \0")).isEqualTo(400);
        assertThat(status(get, host, token, "Content-Length: -1")).isEqualTo(400);
        assertThat(status(get, host, token, "Content-Length: 1", "Content-Length: 2"))
                .isEqualTo(400);
        assertThat(status("GET " + collection() + "/%zz HTTP/1.1", host, token)).isEqualTo(400);
        assertThat(status("GET " + collection() + "/% HTTP/1.1", host, token)).isEqualTo(400);
        assertThat(status("GET " + collection() + "?pageSize=%2 HTTP/1.1", host, token))
                .isEqualTo(400);
        assertThat(status("GET /" + "a".repeat(5_000) + " HTTP/1.1", host, token))
                .isEqualTo(414);
        assertThat(status(get, host, token, "X: " + "a".repeat(30_000))).isEqualTo(431);
    }

    @Test
    default void aRequestThatIsHttpAndNoneForUsIsAProblem() {
        String token = "Authorization: Bearer " + Tokens.tenant(7);

        problem(Wire.send(Wire.head("GET " + collection() + " HTTP/1.1", token), new byte[0]), 400);
        problem(Wire.send(Wire.head("GET " + collection() + " HTTP/1.1", "Host: a b:c", token), new byte[0]), 400);
        problem(
                Wire.send(Wire.head("GET " + collection() + " HTTP/1.1", "Host: a", "Host: b", token), new byte[0]),
                400);
        problem(Wire.send(Wire.head("GET ? HTTP/1.1", "Host: localhost"), new byte[0]), 400);
        problem(Wire.send(Wire.head("GET * HTTP/1.1", "Host: localhost"), new byte[0]), 404);
        problem(Wire.send(Wire.head("GET v1 HTTP/1.1", "Host: localhost"), new byte[0]), 404);
        problem(Wire.send(Wire.head("GET " + collection() + " HTTP/9.9", "Host: localhost"), new byte[0]), 505);
        for (String escape : new String[] {"%00", "%ff", "%c0%af", "%0d%0aX:y", "%20"}) {
            problem(
                    Wire.send(
                            Wire.head("GET " + collection() + "/" + escape + " HTTP/1.1", "Host: localhost", token),
                            new byte[0]),
                    400);
        }
    }

    private static int status(String... head) {
        return Wire.send(Wire.head(head), new byte[0]).status();
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

    /** A body that does not say its length is read until it is too long, and no further. */
    @Test
    default void aChunkedBodyOverOneMebibyteIsA413ProblemAndNothingIsStored() {
        String path = collection() + "/" + UUID.randomUUID();
        String body = " ".repeat(1024 * 1024) + validBody();

        problem(Wire.send(chunkedPut(path), Wire.chunked(body)), 413);
        problem(Wire.send(chunkedPut(path), Wire.chunked(body.replace("}", ""))), 413);
        problem(Wire.send(chunkedPut(path), Wire.chunked("x" + body)), 413);

        problem(asTenant().get(path).then(), 404);
    }

    @Test
    default void aChunkedBodyWithoutEndIsAnsweredBeforeItsEnd() {
        byte[] part = ("2000\r\n" + " ".repeat(0x2000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        String put = chunkedPut(collection() + "/" + UUID.randomUUID());

        Wire.Answer answer = Wire.send(put, part, 10_000);

        problem(answer, 413);
        assertThat(answer.header("Connection")).isEqualTo("close");
        assertThat(Wire.isClosedAfterTheAnswer(put, part, 10_000)).isTrue();
    }

    /** Taken, or refused for what it says, and not for its length: the contract's body is made once only. */
    @Test
    default void aChunkedBodyOfLessIsRead() {
        String body = validBody().replaceFirst("\\{", "{" + " ".repeat(1_000_000) + "\"noSuchField\": 1, ");

        Wire.Answer answer = Wire.send(chunkedPut(collection() + "/" + UUID.randomUUID()), Wire.chunked(body));

        problem(answer, 400);
        assertThat(answer.body()).contains("/noSuchField");
    }

    private static Wire.Answer put(String path, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return Wire.send(
                Wire.head(
                        "PUT " + path + " HTTP/1.1",
                        "Host: localhost",
                        "Authorization: Bearer " + Tokens.tenant(7),
                        "Content-Type: application/json",
                        "Content-Length: " + bytes.length),
                bytes);
    }

    private static String chunkedPut(String path) {
        return Wire.head(
                "PUT " + path + " HTTP/1.1",
                "Host: localhost",
                "Authorization: Bearer " + Tokens.tenant(7),
                "Content-Type: application/json",
                "Transfer-Encoding: chunked");
    }

    private static void problem(Wire.Answer answer, int status) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
        assertThat(answer.body()).contains("\"status\":" + status, "\"type\"", "\"title\"", "\"detail\"");
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
