package dev.hostwright.dns;

import static io.restassured.RestAssured.given;

import dev.hostwright.contract.Tokens;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/** The service as a caller sees it. */
public final class Api {

    private static final AtomicLong NUMBER = new AtomicLong(System.nanoTime());

    private Api() {}

    public static RequestSpecification as(long tenant) {
        return given().header("Authorization", "Bearer " + Tokens.tenant(tenant))
                .contentType("application/json");
    }

    public static RequestSpecification asOperator() {
        return given().header("Authorization", "Bearer " + Tokens.operator()).contentType("application/json");
    }

    /** A domain that no other test has. */
    public static String domain() {
        return "d%d.example".formatted(NUMBER.incrementAndGet());
    }

    /** A zone of tenant 7; its path. */
    public static String zone(String domain) {
        return "/v1/zones/"
                + as(7).body("{\"domain\": \"%s\"}".formatted(domain))
                        .post("/v1/zones")
                        .then()
                        .statusCode(201)
                        .extract()
                        .<String>path("id");
    }

    public static String zone() {
        return zone(domain());
    }

    /** Quotes are single, for the sake of reading. */
    public static String json(String text, Object... values) {
        return text.formatted(values).replace('\'', '"');
    }

    public static Response post(String zone, String record) {
        return as(7).body(record.replace('\'', '"')).post(zone + "/records");
    }

    public static long serial(String zone) {
        return as(7).get(zone).then().statusCode(200).extract().jsonPath().getLong("serial");
    }

    /** The zone file's lines, each with blanks between its words. */
    public static List<String> lines(String zone) {
        return as(7).get(zone + "/file")
                .then()
                .statusCode(200)
                .extract()
                .asString()
                .lines()
                .map(line -> line.replace('\t', ' '))
                .toList();
    }

    public static <T> List<T> atOnce(List<Callable<T>> calls) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(calls.size())) {
            List<T> answers = new ArrayList<>();
            for (Future<T> answer : threads.invokeAll(calls)) {
                answers.add(answer.get());
            }
            return answers;
        }
    }
}
