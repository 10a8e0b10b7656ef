package dev.hostwright.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes die in the middle: what was accepted still ends, active with everything, or failed with nothing. */
@ExtendWith(SharedStack.class)
class KilledIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration POLL = Duration.ofMillis(5);
    private static final int MOMENTS = Integer.getInteger("moments", 3);

    /** A wish has three parts of its own, and one more: the zone's records for the mail. */
    private static final int STEPS_OF_A_WISH = 4;

    private final LocalStack stack;
    private final Shop shop;

    KilledIT(LocalStack stack) {
        this.stack = stack;
        this.shop = new Shop(stack);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "after-intake-commit",
                "after-claim",
                "after-first-step-started",
                "after-first-answer",
                "before-finish"
            })
    void theGatewayKilledHereAndStartedAgainEndsActive(String point) throws SQLException {
        askAGatewayThatHalts(point);

        stack.startAgain(Service.GATEWAY, Map.of());

        assertEndsActive(shop);
    }

    /** Before the first answer, what is to fail is no different from what is to succeed. */
    @ParameterizedTest
    @ValueSource(strings = {"after-first-answer", "before-finish"})
    void whatIsToFailEndsFailedAndCleanWhereverTheGatewayIsKilled(String point) {
        new Shop(stack)
                .at(Service.DNS)
                .post("/v1/zones", "{\"domain\": \"%s\"}".formatted(shop.domain))
                .expect(201);
        askAGatewayThatHalts(point);

        stack.startAgain(Service.GATEWAY, Map.of());

        JsonNode end = awaitEnd(shop);
        assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("failed");
        assertThat(end.path("clean").asBoolean()).as(end.toString()).isTrue();
        shop.assertNothingIsLeft();
    }

    @Test
    void theGatewayKilledAtAnyMomentEndsActive() throws SQLException {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.printf("killing the gateway at %d moments; again with -Dseed=%d%n", MOMENTS, seed);
        Random random = new Random(seed);
        for (int i = 0; i < MOMENTS; i++) {
            List<Shop> shops = List.of(new Shop(stack), new Shop(stack), new Shop(stack));
            int moment = random.nextInt(shops.size() * STEPS_OF_A_WISH);
            shops.forEach(KilledIT::ask);
            await().atMost(PATIENCE).pollDelay(Duration.ZERO).pollInterval(POLL).until(() -> done(shops) >= moment);
            stack.kill(Service.GATEWAY);

            stack.startAgain(Service.GATEWAY, Map.of());

            for (Shop each : shops) {
                assertEndsActive(each);
            }
        }
    }

    /** The service is killed with the request in its hands: it waits for a lock that this test holds. */
    @ParameterizedTest
    @CsvSource({"DB, database, databases", "MAIL, mail, email_domains", "DNS, dns, dns_zones"})
    void aServiceThatIsKilledAtWorkAndComesBackDoesNotStopTheCustomer(Service service, String step, String table)
            throws SQLException {
        try (Connection sql = stack.postgres().connect(service.database());
                Statement statement = sql.createStatement()) {
            sql.setAutoCommit(false);
            statement.execute("LOCK TABLE %s IN SHARE MODE".formatted(table));
            ask(shop);
            await().atMost(PATIENCE)
                    .pollInterval(POLL)
                    .until(() -> states(step).equals(List.of("started")) && waitsFor(service, table));
            stack.kill(service);
            sql.rollback();
        }

        stack.startAgain(service, Map.of());

        assertEndsActive(shop);
    }

    @Test
    void aServiceThatIsAwayIsWaitedFor() throws SQLException {
        stack.kill(Service.MAIL);
        ask(shop);
        await().atMost(PATIENCE).until(() -> attempts("mail") > 1);

        stack.startAgain(Service.MAIL, Map.of());

        assertEndsActive(shop);
    }

    private void askAGatewayThatHalts(String point) {
        // killed and not stopped, which is quicker: nothing is under way
        stack.kill(Service.GATEWAY);
        stack.startAgain(Service.GATEWAY, Map.of("GATEWAY_HALT_AT", point));
        ask(shop);
        assertThat(stack.awaitExit(Service.GATEWAY, PATIENCE))
                .as("halted " + point)
                .isTrue();
    }

    private static int done(List<Shop> shops) {
        return shops.stream()
                .mapToInt(shop -> shop.look(
                                Service.GATEWAY,
                                "SELECT name FROM step WHERE tenant_id = ? AND state = 'done'",
                                shop.tenant)
                        .size())
                .sum();
    }

    private List<String> states(String step) {
        return shop.look(Service.GATEWAY, "SELECT state FROM step WHERE tenant_id = ? AND name = ?", shop.tenant, step);
    }

    private boolean waitsFor(Service service, String table) {
        return !shop.look(service, "SELECT pid::text FROM pg_locks WHERE relation = ?::regclass AND NOT granted", table)
                .isEmpty();
    }

    private int attempts(String step) {
        return Shop.step(operations(shop).path(0), step).path("attempt").asInt();
    }

    /** Asks as a client does that may lose the answer; {@link #awaitEnd} asks again, with the same key. */
    private static void ask(Shop shop) {
        try {
            shop.gateway()
                    .post("/v1/customers", shop.wish(), "Idempotency-Key", shop.word)
                    .expect(202);
        } catch (StackException e) {
            assertThat(e).hasMessageContaining("/v1/customers failed");
        }
    }

    private JsonNode operations(Shop each) {
        return each.gateway().get("/v1/operations").expect(200).json().path("items");
    }

    private JsonNode awaitEnd(Shop each) {
        each.gateway()
                .post("/v1/customers", each.wish(), "Idempotency-Key", each.word)
                .expect(202);
        assertThat(operations(each)).hasSize(1);
        await().atMost(PATIENCE)
                .until(() -> operations(each).path(0).path("done").asBoolean());
        return operations(each).path(0);
    }

    private void assertEndsActive(Shop each) throws SQLException {
        JsonNode end = awaitEnd(each);
        assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("active");
        each.assertEverythingIsThere();
    }
}
