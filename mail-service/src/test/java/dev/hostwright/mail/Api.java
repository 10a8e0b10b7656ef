package dev.hostwright.mail;

import static io.restassured.RestAssured.given;

import dev.hostwright.contract.PostgresResource;
import dev.hostwright.contract.Tokens;
import io.restassured.specification.RequestSpecification;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/** What the tests of this service ask for, over HTTP, and how they look behind its back. */
public final class Api {

    private static final AtomicLong NEXT = new AtomicLong(System.nanoTime());

    private Api() {}

    public static RequestSpecification as(long tenant) {
        return given().header("Authorization", "Bearer " + Tokens.tenant(tenant))
                .contentType("application/json");
    }

    public static RequestSpecification asOperator() {
        return given().header("Authorization", "Bearer " + Tokens.operator()).contentType("application/json");
    }

    /** A registrable domain that nobody has yet. */
    public static String freshDomain() {
        return "t%d.example".formatted(NEXT.incrementAndGet());
    }

    /** A new mail domain of the tenant. */
    public static String hosted(long tenant) {
        String domain = freshDomain();
        as(tenant)
                .body("{\"domain\": \"%s\"}".formatted(domain))
                .post("/v1/mail-domains")
                .then()
                .statusCode(201);
        return domain;
    }

    /** A new mailbox; its id. */
    public static String mailbox(long tenant, String email) {
        return as(tenant)
                .body("{\"email\": \"%s\", \"password\": \"EmailPass123!\"}".formatted(email))
                .post("/v1/mailboxes")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    /** The body of a forwarder. */
    public static String forwarder(String source, String... destinations) {
        return "{\"source\": \"%s\", \"destinations\": [\"%s\"]}"
                .formatted(source, String.join("\", \"", destinations));
    }

    /** The same body with a field more. */
    public static String with(String body, String field) {
        return body.replaceFirst("\\{", "{" + field + ", ");
    }

    /** What all the calls answer, made at the same time. */
    public static <T> List<T> atOnce(List<Callable<T>> calls) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(calls.size())) {
            List<T> answers = new ArrayList<>();
            for (Future<T> answer : threads.invokeAll(calls)) {
                answers.add(answer.get());
            }
            return answers;
        }
    }

    /** The first column of what the query finds, as a superuser. */
    public static List<String> rows(String query) {
        try (Connection database = PostgresResource.Superuser.connect("hostwright_mail");
                Statement sql = database.createStatement();
                ResultSet found = sql.executeQuery(query)) {
            List<String> values = new ArrayList<>();
            while (found.next()) {
                values.add(found.getString(1));
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
