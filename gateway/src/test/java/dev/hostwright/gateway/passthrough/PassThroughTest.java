package dev.hostwright.gateway.passthrough;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.delete;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.head;
import static com.github.tomakehurst.wiremock.client.WireMock.options;
import static com.github.tomakehurst.wiremock.client.WireMock.patch;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.put;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static dev.hostwright.gateway.passthrough.UpstreamStub.claims;
import static dev.hostwright.gateway.passthrough.UpstreamStub.only;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import dev.hostwright.contract.PostgresResource;
import dev.hostwright.contract.Tokens;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.specification.RequestSpecification;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "gateway"))
@QuarkusTestResource(UpstreamStub.class)
class PassThroughTest {

    @SuppressWarnings("NullAway.Init") // by the test resource
    UpstreamStub services;

    private static RequestSpecification as(String token) {
        return given().header("Authorization", "Bearer " + token).urlEncodingEnabled(false);
    }

    private static RequestSpecification asTenant() {
        return as(Tokens.tenant(7));
    }

    @Test
    void eachCollectionGoesToTheServiceThatOwnsIt() {
        String id = UUID.randomUUID().toString();
        record Way(String collection, WireMockServer owner) {}
        List<Way> ways = List.of(
                new Way("databases", services.db),
                new Way("drift", services.db),
                new Way("roles", services.db),
                new Way("servers", services.db),
                new Way("mail-domains", services.mail),
                new Way("mailboxes", services.mail),
                new Way("forwarders", services.mail),
                new Way("zones", services.dns));
        for (Way way : ways) {
            String path = "/v1/" + way.collection + "/" + id;
            way.owner.stubFor(get(path).willReturn(aResponse().withBody(way.collection)));

            asTenant().get(path).then().statusCode(200).body(equalTo(way.collection));
        }
    }

    @Test
    void everyMethodAndItsBodyArriveAsTheyWereSent() {
        String path = "/v1/mailboxes/" + UUID.randomUUID();
        services.mail.stubFor(any(urlEqualTo(path)).willReturn(aResponse().withStatus(202)));
        String body = "{\"email\": \"ü@a.example\",\n \"x\": 1.50}";

        for (String method : List.of("POST", "PUT", "PATCH")) {
            asTenant()
                    .contentType("application/merge-patch+json; charset=UTF-8")
                    .body(body)
                    .request(method, path)
                    .then()
                    .statusCode(202);
        }
        for (String method : List.of("GET", "DELETE", "HEAD", "PUT")) {
            asTenant().request(method, path).then().statusCode(202).body(is(""));
        }

        List<LoggedRequest> came = services.mail.findAll(anyRequestedFor(urlEqualTo(path)));
        assertThat(came)
                .extracting(request -> request.getMethod().getName())
                .containsExactly("POST", "PUT", "PATCH", "GET", "DELETE", "HEAD", "PUT");
        assertThat(came).extracting(LoggedRequest::getBodyAsString).containsExactly(body, body, body, "", "", "", "");
        assertThat(came.getFirst().getHeader("Content-Type"))
                .isEqualToIgnoringCase("application/merge-patch+json; charset=UTF-8");
    }

    @Test
    void aFileThatIsLongerThanAnyOtherAnswerIsPassedOn() throws Exception {
        String path = "/v1/databases/%s/exports/%s/file".formatted(UUID.randomUUID(), UUID.randomUUID());
        byte[] file = new byte[5 * 1024 * 1024];
        new java.util.Random(1).nextBytes(file);
        services.db.stubFor(get(path)
                .willReturn(aResponse()
                        .withHeader("Content-Type", "application/octet-stream")
                        .withHeader("Content-Disposition", "attachment; filename=\"a.dump\"")
                        .withHeader("Content-Length", String.valueOf(file.length))
                        .withBody(file)));

        for (int i = 0; i < 2; i++) {
            byte[] came = asTenant()
                    .get(path)
                    .then()
                    .statusCode(200)
                    .contentType("application/octet-stream")
                    .header("Content-Disposition", equalTo("attachment; filename=\"a.dump\""))
                    .header("Content-Length", equalTo(String.valueOf(file.length)))
                    .extract()
                    .asByteArray();
            assertThat(came).isEqualTo(file);
        }
        asTenant().get(path.replace("/file", "")).then().statusCode(404);
    }

    @Test
    void aFileThatIsNotThereIsRefusedInTheServicesWords() {
        String path = "/v1/databases/%s/exports/%s/file".formatted(UUID.randomUUID(), UUID.randomUUID());
        services.db.stubFor(get(path)
                .willReturn(aResponse()
                        .withStatus(409)
                        .withHeader("Content-Type", "application/problem+json")
                        .withBody("{\"type\": \"urn:problem:not-done\"}")));

        asTenant().get(path).then().statusCode(409).body("type", equalTo("urn:problem:not-done"));
    }

    @Test
    void aFileWhoseEndDoesNotComeIsNoWholeFileForTheCaller() {
        String path = "/v1/databases/%s/exports/%s/file".formatted(UUID.randomUUID(), UUID.randomUUID());
        services.db.stubFor(get(path)
                .willReturn(aResponse().withHeader("Content-Length", "100").withFault(Fault.RANDOM_DATA_THEN_CLOSE)));

        asTenant().get(path).then().statusCode(502);
        given().get(path).then().statusCode(401);
    }

    @Test
    void statusBodyAndTheHeadersThatMeanTheSameFromHereComeBack() {
        String path = "/v1/zones/" + UUID.randomUUID();
        services.dns.stubFor(put(path)
                .willReturn(aResponse()
                        .withStatus(201)
                        .withHeader("Content-Type", "application/json;charset=UTF-8")
                        .withHeader("Location", services.dns.baseUrl() + path + "?a=b")
                        .withHeader("ETag", "\"7\"")
                        .withHeader("Cache-Control", "no-store")
                        .withHeader("Set-Cookie", "a=b")
                        .withHeader("Server", "inside/1.0")
                        .withHeader("X-Internal", "host-17")
                        .withHeader("Access-Control-Allow-Origin", "*")
                        .withBody("{ \"id\" : 1 }")));

        asTenant()
                .contentType("application/json")
                .body("{}")
                .put(path)
                .then()
                .statusCode(201)
                .contentType("application/json;charset=UTF-8")
                .header("Location", path + "?a=b")
                .header("ETag", "\"7\"")
                .header("Cache-Control", "no-store")
                .header("Set-Cookie", nullValue())
                .header("Server", nullValue())
                .header("X-Internal", nullValue())
                .header("Access-Control-Allow-Origin", nullValue())
                .body(equalTo("{ \"id\" : 1 }"));
    }

    @Test
    void aZoneFileComesBackAsText() {
        String path = "/v1/zones/" + UUID.randomUUID() + "/file";
        services.dns.stubFor(get(path)
                .willReturn(aResponse()
                        .withHeader("Content-Type", "text/dns")
                        .withBody("a.example. 3600 IN A 192.0.2.1\n")));

        asTenant()
                .accept("text/dns")
                .get(path)
                .then()
                .statusCode(200)
                .header("Content-Type", equalTo("text/dns"))
                .body(equalTo("a.example. 3600 IN A 192.0.2.1\n"));
    }

    @Test
    void headAnswersWithoutABody() {
        String path = "/v1/zones/" + UUID.randomUUID();
        services.dns.stubFor(head(urlEqualTo(path)).willReturn(aResponse().withHeader("ETag", "\"h\"")));

        asTenant().head(path).then().statusCode(200).header("ETag", "\"h\"").body(is(""));
    }

    @Test
    void aRefusalOfTheServiceComesBackAsItIs() {
        String problem =
                "{\"type\":\"urn:problem:taken\",\"title\":\"t\",\"status\":409,\"detail\":\"d\",\"extra\":[1]}";
        services.mail.stubFor(post("/v1/forwarders")
                .willReturn(aResponse()
                        .withStatus(409)
                        .withHeader("Content-Type", "application/problem+json")
                        .withBody(problem)));
        services.mail.stubFor(
                delete("/v1/forwarders").willReturn(aResponse().withStatus(405).withHeader("Allow", "GET, POST")));
        services.mail.stubFor(options(urlEqualTo("/v1/forwarders"))
                .willReturn(aResponse().withStatus(204).withHeader("Allow", "GET, POST")));
        services.mail.stubFor(patch(urlEqualTo("/v1/forwarders"))
                .willReturn(aResponse().withStatus(503).withHeader("Retry-After", "4")));

        asTenant()
                .contentType("application/json")
                .body("{}")
                .post("/v1/forwarders")
                .then()
                .statusCode(409)
                .contentType("application/problem+json")
                .body(equalTo(problem));
        asTenant().delete("/v1/forwarders").then().statusCode(405).header("Allow", "GET, POST");
        asTenant().options("/v1/forwarders").then().statusCode(204).header("Allow", "GET, POST");
        asTenant().patch("/v1/forwarders").then().statusCode(503).header("Retry-After", "4");
    }

    @Test
    void aRedirectIsNotFollowedAndItsForeignPlaceNotShown() {
        String path = "/v1/zones/" + UUID.randomUUID();
        services.dns.stubFor(get(path)
                .willReturn(aResponse().withStatus(302).withHeader("Location", "http://inside.example/admin")));

        asTenant().redirects().follow(false).get(path).then().statusCode(302).header("Location", nullValue());
    }

    @Test
    void theServiceSeesATokenOfTheGatewayForTheCallersTenantOnly() {
        String path = "/v1/databases/" + UUID.randomUUID();
        services.db.stubFor(get(path).willReturn(aResponse()));
        String token = Tokens.tenant(4711);

        as(token).get(path).then().statusCode(200);

        LoggedRequest came = only(services.db, anyRequestedFor(urlEqualTo(path)));
        assertThat(came.getHeaders().getHeader("Authorization").values()).hasSize(1);
        assertThat(came.getHeader("Authorization")).isNotEqualTo("Bearer " + token);
        assertThat(claims(came).path("tenant").longValue()).isEqualTo(4711);
        assertThat(claims(came).path("groups").toString()).isEqualTo("[\"tenant\"]");
        assertThat(claims(came).path("sub").textValue()).isEqualTo("gateway");
        assertThat(claims(came).path("iss").textValue()).isEqualTo("hostwright");
        assertThat(claims(came).path("exp").longValue()
                        - claims(came).path("iat").longValue())
                .isEqualTo(300);
    }

    @Test
    void anOperatorActsAsOneAndSaysItsTenantInTheBody() {
        String path = "/v1/databases/" + UUID.randomUUID();
        services.db.stubFor(put(path).willReturn(aResponse()));

        as(Tokens.operator())
                .contentType("application/json")
                .body("{\"tenantId\":9}")
                .put(path)
                .then()
                .statusCode(200);

        LoggedRequest came = only(services.db, anyRequestedFor(urlEqualTo(path)));
        assertThat(claims(came).path("groups").toString()).isEqualTo("[\"operator\"]");
        assertThat(claims(came).has("tenant")).isFalse();
        assertThat(came.getBodyAsString()).isEqualTo("{\"tenantId\":9}");
    }

    @Test
    void onlyHeadersThatEveryCallerMaySayArePassedOn() {
        String path = "/v1/zones/" + UUID.randomUUID();
        services.dns.stubFor(put(path).willReturn(aResponse()));

        asTenant()
                .header("X-Operation-Id", UUID.randomUUID())
                .header("x-operation-fence", 999999)
                .header("X-OPERATION-UNDO", "true")
                .header("X-Forwarded-For", "192.0.2.1")
                .header("X-Forwarded-Host", "evil.example")
                .header("Forwarded", "for=192.0.2.1")
                .header("X-HTTP-Method-Override", "DELETE")
                .header("X-Tenant", "1")
                .header("Host", "evil.example")
                .header("Cookie", "a=b")
                .header("Origin", "https://evil.example")
                .header("Proxy-Authorization", "Basic x")
                .header("TE", "trailers")
                .header("If-Match", "\"3\"")
                .header("If-None-Match", "*")
                .header("Prefer", "return=minimal")
                .header("Idempotency-Key", "k1")
                .header("Last-Event-ID", "5")
                .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
                .accept("application/json")
                .contentType("application/json")
                .body("{}")
                .put(path)
                .then()
                .statusCode(200);

        LoggedRequest came = only(services.dns, anyRequestedFor(urlEqualTo(path)));
        assertThat(came.getAllHeaderKeys())
                .extracting(name -> name.toLowerCase(java.util.Locale.ROOT))
                .containsExactlyInAnyOrder(
                        "authorization",
                        "host",
                        "content-length",
                        "content-type",
                        "accept",
                        "if-match",
                        "if-none-match",
                        "prefer",
                        "idempotency-key",
                        "last-event-id",
                        "traceparent");
        assertThat(came.getHeader("Host")).startsWith("localhost:");
    }

    @Test
    void aPathAndAQueryArriveByteForByte() {
        String id = UUID.randomUUID().toString();
        services.dns.stubFor(any(anyUrl()).atPriority(10).willReturn(aResponse().withStatus(418)));
        List<String> targets = List.of(
                "/v1/zones/" + id + "/rrsets/@/MX",
                "/v1/zones/" + id + "/rrsets/*.a/TXT",
                "/v1/zones/" + id + "/rrsets/_dmarc/TXT",
                "/v1/zones/" + id + "/rrsets/0%2F25.2.0.192/NS",
                "/v1/zones/" + id + "/rrsets/%c3%BC.a/A",
                "/v1/zones/" + id + "/rrsets/a%20b+c/A",
                "/v1/zones?pageSize=2&pageToken=a%2Fb%26c+d",
                "/v1/zones?a=/../x?y");
        for (String target : targets) {
            assertThat(raw("GET", target)).as(target).isEqualTo(418);
        }

        assertThat(services.dns.findAll(anyRequestedFor(anyUrl())))
                .extracting(LoggedRequest::getUrl)
                .containsAll(targets);
    }

    @Test
    void aPathThatCouldBeReadInTwoWaysIsRefused() {
        String id = UUID.randomUUID().toString();
        services.dns.stubFor(any(urlPathEqualTo("/v1/secret")).willReturn(aResponse()));
        for (String path : List.of(
                "/v1/customers/../zones/" + id,
                "/v1/zones/../zones/" + id,
                "/v1/zones/%2e%2e/secret",
                "/v1/zones/.%2E/secret",
                "/v1/zones/" + id + "/rrsets/..%2f..%2fsecret/A",
                "/v1/zones/" + id + "/rrsets/a%2f..%2f..%2fsecret/A",
                "/v1/zones/" + id + "/rrsets/..%5c..%5csecret/A",
                "/v1/zones/./" + id,
                "/v1/zones//" + id,
                "/v1/zones/",
                "/v1/%7aones/" + id,
                "/v1/zones/" + id + ";x=y",
                "/v1/zones/" + id + "/rrsets/a%00/A",
                "/v1/zones/" + id + "/rrsets/a%0d%0aX-Operation-Fence:9/A",
                "/v1/zones/" + id + "/rrsets/a%ff/A",
                "/v1/zones/" + id + "/rrsets/a%2/A",
                "/v1/zones/" + id + "/rrsets/a\\b/A",
                "/v1/zones/" + id + "/rrsets/<a>/A",
                "/v1/zones?a=\\",
                "/v1/zones?a=\u00e9")) {
            assertThat(raw("GET", path)).as(path).isIn(400, 404);
        }
        assertThat(raw("GET", "/v1/../v1/zones/" + id)).isEqualTo(400);

        assertThat(services.dns.findAll(anyRequestedFor(urlPathEqualTo("/v1/secret"))))
                .isEmpty();
        assertThat(services.dns.findAll(anyRequestedFor(anyUrl())))
                .extracting(LoggedRequest::getUrl)
                .noneMatch(url -> url.contains(id) && url.matches(".*(\\.\\.|;|//|%00|%0d|%ff|<).*"));
    }

    @Test
    void aPathThatNobodyOwnsIsA404Problem() {
        for (String path : List.of("/v1/zonesX", "/v1/tombstones", "/v1", "/v1/zones%2Fx", "/q/zones")) {
            asTenant().get(path).then().statusCode(404).contentType("application/problem+json");
        }
    }

    @Test
    void aServiceThatIsLateIsA504Problem() {
        String path = "/v1/databases/" + UUID.randomUUID();
        services.db.stubFor(put(path).willReturn(aResponse().withFixedDelay(12_000)));

        asTenant()
                .contentType("application/json")
                .body("{}")
                .put(path)
                .then()
                .statusCode(504)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:problem:upstream-timeout"))
                .body("status", equalTo(504));

        assertThat(services.db.findAll(anyRequestedFor(urlEqualTo(path))))
                .as("nothing is sent twice")
                .hasSize(1);
    }

    @Test
    void anAnswerThatDripsIsA504ProblemToo() {
        String path = "/v1/databases/" + UUID.randomUUID();
        services.db.stubFor(
                get(path).willReturn(aResponse().withBody("x".repeat(40)).withChunkedDribbleDelay(20, 12_000)));

        asTenant().get(path).then().statusCode(504).body("type", equalTo("urn:problem:upstream-timeout"));
    }

    @Test
    void aServiceThatBreaksOffIsA502Problem() {
        for (Fault fault : List.of(
                Fault.CONNECTION_RESET_BY_PEER,
                Fault.EMPTY_RESPONSE,
                Fault.RANDOM_DATA_THEN_CLOSE,
                Fault.MALFORMED_RESPONSE_CHUNK)) {
            String path = "/v1/databases/" + UUID.randomUUID();
            services.db.stubFor(put(path).willReturn(aResponse().withFault(fault)));

            asTenant()
                    .contentType("application/json")
                    .body("{}")
                    .put(path)
                    .then()
                    .statusCode(502)
                    .contentType("application/problem+json")
                    .body("type", equalTo("urn:problem:upstream-unavailable"));

            assertThat(services.db.findAll(anyRequestedFor(urlEqualTo(path))))
                    .as("%s: nothing is sent twice", fault)
                    .hasSize(1);
        }
    }

    @Test
    void aServiceThatRefusesTheGatewaysTokenIsOurFaultAndNotTheCallers() {
        String path = "/v1/roles/" + UUID.randomUUID();
        services.db.stubFor(get(path).willReturn(aResponse().withStatus(401)));

        asTenant().get(path).then().statusCode(502).header("WWW-Authenticate", nullValue());
    }

    @Test
    void noTokenOrABadOneIsA401AndNothingIsSent() {
        String path = "/v1/databases/" + UUID.randomUUID();
        services.db.stubFor(any(urlEqualTo(path)).willReturn(aResponse()));

        for (String method : List.of("GET", "PUT", "POST", "PATCH", "DELETE", "HEAD")) {
            given().request(method, path).then().statusCode(401);
            as(Tokens.stale(7)).request(method, path).then().statusCode(401);
            as(Tokens.forged(7)).request(method, path).then().statusCode(401);
        }
        given().get(path).then().contentType("application/problem+json").header("WWW-Authenticate", "Bearer");

        assertThat(services.db.findAll(anyRequestedFor(urlEqualTo(path)))).isEmpty();
    }

    @Test
    void aTokenWithoutATenantIsA403AndNothingIsSent() {
        String path = "/v1/databases/" + UUID.randomUUID();
        services.db.stubFor(any(urlEqualTo(path)).willReturn(aResponse()));

        as(Tokens.tenantless()).get(path).then().statusCode(403).contentType("application/problem+json");

        assertThat(services.db.findAll(anyRequestedFor(urlEqualTo(path)))).isEmpty();
    }

    @Test
    void aBodyOverOneMebibyteIsA413AndNothingIsSent() throws Exception {
        String path = "/v1/zones/" + UUID.randomUUID();
        services.dns.stubFor(any(urlEqualTo(path)).willReturn(aResponse()));
        byte[] large = new byte[1024 * 1024 + 1];

        asTenant()
                .contentType("text/dns")
                .body(large)
                .put(path)
                .then()
                .statusCode(413)
                .contentType("application/problem+json");
        HttpResponse<String> chunked = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .build()
                .send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + RestAssured.port + path))
                                .header("Authorization", "Bearer " + Tokens.tenant(7))
                                .PUT(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());

        assertThat(chunked.statusCode()).isEqualTo(413);
        assertThat(chunked.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("application/problem+json"));
        assertThat(services.dns.findAll(anyRequestedFor(urlEqualTo(path)))).isEmpty();
    }

    @Test
    void aBodyOfOneMebibyteArrivesWhole() {
        String path = "/v1/zones/" + UUID.randomUUID();
        services.dns.stubFor(put(path).willReturn(aResponse()));
        byte[] body = "x".repeat(1024 * 1024).getBytes(StandardCharsets.US_ASCII);

        asTenant().contentType("text/dns").body(body).put(path).then().statusCode(200);

        assertThat(only(services.dns, anyRequestedFor(urlEqualTo(path))).getBody())
                .isEqualTo(body);
    }

    @Test
    void aMethodThatNoServiceHasIsA405ProblemThatNamesThoseThatPass() {
        asTenant()
                .request("TRACE", "/v1/zones/" + UUID.randomUUID())
                .then()
                .statusCode(405)
                .contentType("application/problem+json")
                .header("Allow", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT");
    }

    @Test
    void callersAtOnceEachActForTheirOwnTenantAndTokensAreKept() {
        String id = UUID.randomUUID().toString();
        services.db.stubFor(any(urlPathEqualTo("/v1/roles/" + id)).willReturn(aResponse()));
        HttpClient client = HttpClient.newHttpClient();
        List<CompletableFuture<HttpResponse<Void>>> answers = new ArrayList<>();

        for (int i = 0; i < 80; i++) {
            int tenant = 1000 + i % 10;
            answers.add(client.sendAsync(
                    HttpRequest.newBuilder(URI.create("http://localhost:%d/v1/roles/%s?tenant=%d"
                                    .formatted(RestAssured.port, id, tenant)))
                            .header("Authorization", "Bearer " + Tokens.tenant(tenant))
                            .build(),
                    HttpResponse.BodyHandlers.discarding()));
        }

        assertThat(answers)
                .allSatisfy(answer -> assertThat(answer.join().statusCode()).isEqualTo(200));
        List<LoggedRequest> came = services.db.findAll(anyRequestedFor(urlPathEqualTo("/v1/roles/" + id)));
        assertThat(came).hasSize(80).allSatisfy(request -> assertThat(
                        claims(request).path("tenant").asText())
                .isEqualTo(request.queryParameter("tenant").firstValue()));
        assertThat(came.stream()
                        .map(request -> request.getHeader("Authorization"))
                        .distinct())
                .as("tokens are signed once for a tenant, or a few times when many come at the very start")
                .hasSizeLessThan(40);
    }

    @Test
    void aLenientRequestGetsTheNameThatIsLeft() {
        String path = "/v1/databases/" + UUID.randomUUID();
        services.db.stubFor(put(path).willReturn(aResponse().withStatus(201).withBody("{}")));

        asTenant()
                .contentType("application/json")
                .header("Prefer", "respond-async, handling=lenient")
                .body("{\"name\":\"My-Shop; DROP\",\"username\":\"App.User\",\"connectionLimit\":5}")
                .put(path)
                .then()
                .statusCode(201)
                .header("Preference-Applied", "handling=lenient");

        assertThat(only(services.db, anyRequestedFor(urlEqualTo(path))).getBodyAsString())
                .isEqualTo("{\"name\":\"myshopdrop\",\"username\":\"appuser\",\"connectionLimit\":5}");
    }

    @Test
    void aLenientRequestWithNothingLeftOfItsNameIsA400Problem() {
        asTenant()
                .contentType("application/json")
                .header("Prefer", "handling=lenient")
                .body("{\"name\":\"---\",\"username\":\"a\"}")
                .post("/v1/databases")
                .then()
                .statusCode(400)
                .body("errors[0].pointer", equalTo("/name"));
    }

    @Test
    void withoutThatPreferenceOrElsewhereNothingIsTakenOut() {
        String database = "/v1/databases/" + UUID.randomUUID();
        String grants = database + "/grants/" + UUID.randomUUID();
        String role = "/v1/roles/" + UUID.randomUUID();
        String body = "{\"name\":\"A-B\", \"username\":\"C-D\"}";
        for (String path : List.of(database, grants, role)) {
            services.db.stubFor(put(path).willReturn(aResponse()));
        }

        asTenant()
                .contentType("application/json")
                .body(body)
                .put(database)
                .then()
                .header("Preference-Applied", nullValue());
        asTenant()
                .contentType("application/json")
                .header("Prefer", "handling=strict, handling=lenient")
                .body(body)
                .put(database)
                .then()
                .header("Preference-Applied", not("handling=lenient"));
        for (String path : List.of(grants, role)) {
            asTenant()
                    .contentType("application/json")
                    .header("Prefer", "handling=lenient")
                    .body(body)
                    .put(path)
                    .then()
                    .header("Preference-Applied", nullValue());
        }

        for (String path : List.of(database, grants, role)) {
            assertThat(services.db.findAll(anyRequestedFor(urlEqualTo(path))))
                    .extracting(LoggedRequest::getBodyAsString)
                    .containsOnly(body);
        }
    }

    @Test
    void aLenientBodyThatIsNoObjectGoesOnAsItIs() {
        String path = "/v1/databases/" + UUID.randomUUID();
        services.db.stubFor(put(path).willReturn(aResponse().withStatus(400)));
        List<String> bodies = List.of("{", "[]", "{\"name\":1}", "{\"name\":\"a\",\"name\":\"b\"}", "{} x", "");

        for (String body : bodies) {
            asTenant()
                    .contentType("application/json")
                    .header("Prefer", "handling=lenient")
                    .body(body)
                    .put(path)
                    .then()
                    .statusCode(400);
        }

        assertThat(services.db.findAll(anyRequestedFor(urlEqualTo(path))))
                .extracting(LoggedRequest::getBodyAsString)
                .containsExactlyElementsOf(bodies);
    }

    /** The status of a request whose target goes on the wire exactly as it stands here. */
    private static int raw(String method, String target) {
        try (Socket socket = new Socket("localhost", RestAssured.port)) {
            socket.setSoTimeout(10_000);
            String request =
                    "%s %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nConnection: close\r\n\r\n"
                            .formatted(method, target, Tokens.tenant(7));
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return Integer.parseInt(answer.split(" ")[1]);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
