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

    /**
     * Whether the call, while another has the address, waits for it and has not locked the row yet; then it answers
     * 204.
     */
    public static boolean waitsForTheAddressFirst(String address, String row, Callable<Integer> delete)
            throws Exception {
        try (ExecutorService thread = Executors.newSingleThreadExecutor();
                Connection other = PostgresResource.Superuser.connect("hostwright_mail");
                Statement sql = other.createStatement()) {
            other.setAutoCommit(false);
            sql.execute("SELECT 1 FROM email_addresses WHERE address = '%s' FOR UPDATE".formatted(address));
            Future<Integer> answer = thread.submit(delete);
            String waiting = "SELECT count(*)::text FROM pg_stat_activity WHERE %d = ANY (pg_blocking_pids(pid))"
                    .formatted(other.unwrap(org.postgresql.PGConnection.class).getBackendPID());
            untilSomebodyWaits(waiting);
            boolean free;
            try (ResultSet found = sql.executeQuery(row + " FOR UPDATE SKIP LOCKED")) {
                free = found.next();
            }
            other.rollback();
            return free && answer.get() == 204;
        }
    }

    private static void untilSomebodyWaits(String waiting) throws Exception {
        long end = System.nanoTime() + 30_000_000_000L;
        while (rows(waiting).equals(List.of("0"))) {
            if (System.nanoTime() > end) {
                throw new AssertionError("nobody waits");
            }
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
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

    /** Changes rows as a superuser. */
    public static void sql(String statement) {
        try (Connection database = PostgresResource.Superuser.connect("hostwright_mail");
                Statement sql = database.createStatement()) {
            sql.executeUpdate(statement);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
