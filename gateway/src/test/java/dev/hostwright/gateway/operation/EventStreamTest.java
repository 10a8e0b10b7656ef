package dev.hostwright.gateway.operation;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.matchingJsonPath;
import static com.github.tomakehurst.wiremock.client.WireMock.put;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hostwright.contract.PostgresResource;
import dev.hostwright.contract.Tokens;
import dev.hostwright.gateway.ServicesStub;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "gateway"))
@QuarkusTestResource(ServicesStub.class)
class EventStreamTest {

    /** What {@link ServicesStub} sets as EVENT_STREAMS. */
    private static final int MOST = 5;

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** An operation that is under way for as long as the test takes. */
    private static String longOperation() {
        String domain = "c" + UUID.randomUUID().toString().substring(0, 8) + ".example";
        ServicesStub.client()
                .register(put(urlPathMatching("/v1/zones/.*"))
                        .withRequestBody(matchingJsonPath("$.domain", equalTo(domain)))
                        .willReturn(aResponse().withStatus(503).withFixedDelay(4_000)));
        return given().header("Authorization", "Bearer " + Tokens.tenant(7))
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .contentType("application/json")
                .body("{\"domain\": \"%s\", \"dns\": {\"records\": []}}".formatted(domain))
                .post("/v1/customers")
                .then()
                .statusCode(202)
                .extract()
                .path("id");
    }

    /** The answer's head has come, and its body goes on. */
    private HttpResponse<InputStream> open(String operation) throws IOException, InterruptedException {
        URI events = URI.create("http://localhost:%d/v1/operations/%s/events".formatted(RestAssured.port, operation));
        return http.send(
                HttpRequest.newBuilder(events)
                        .header("Authorization", "Bearer " + Tokens.tenant(7))
                        .header("Accept", "text/event-stream")
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
    }

    @Test
    void aStreamMoreThanMayBeOpenIsA503UntilAnotherEnds() throws Exception {
        String operation = longOperation();
        List<HttpResponse<InputStream>> streams = new ArrayList<>();
        try {
            for (int i = 0; i < MOST; i++) {
                streams.add(open(operation));
                assertThat(streams.getLast().statusCode()).isEqualTo(200);
            }

            HttpResponse<InputStream> refused = open(operation);
            streams.removeFirst().body().close();
            HttpResponse<InputStream> later = untilThereIsRoom(operation);
            streams.add(later);

            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Content-Type")).contains("application/problem+json");
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            assertThat(later.statusCode()).isEqualTo(200);
        } finally {
            for (HttpResponse<InputStream> stream : streams) {
                stream.body().close();
            }
            given().header("Authorization", "Bearer " + Tokens.tenant(7))
                    .post("/v1/operations/" + operation + "/cancel");
        }
    }

    private HttpResponse<InputStream> untilThereIsRoom(String operation) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        HttpResponse<InputStream> stream = open(operation);
        while (stream.statusCode() == 503 && System.nanoTime() < end) {
            stream = open(operation);
        }
        return stream;
    }
}
