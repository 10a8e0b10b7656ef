package dev.hostwright.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes die in the middle: an operation still ends active with everything, or failed with nothing. */
@ExtendWith(SharedStack.class)
class KilledIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int MOMENTS = Integer.getInteger("moments", 5);

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
    void theGatewayKilledHereAndStartedAgainEndsActiveOrFailedAndClean(String point) throws SQLException {
        stack.startAgain(Service.GATEWAY, Map.of("GATEWAY_HALT_AT", point));
        ask(shop);
        assertThat(stack.awaitExit(Service.GATEWAY, PATIENCE))
                .as("halted " + point)
                .isTrue();

        stack.startAgain(Service.GATEWAY, Map.of());

        assertOneOfTwoEnds(shop);
    }

    @ParameterizedTest
    @ValueSource(strings = {"after-claim", "after-first-step-started", "after-first-answer", "before-finish"})
    void whatIsToFailEndsFailedAndCleanWhereverTheGatewayIsKilled(String point) {
        new Shop(stack)
                .at(Service.DNS)
                .post("/v1/zones", "{\"domain\": \"%s\"}".formatted(shop.domain))
                .expect(201);
        stack.startAgain(Service.GATEWAY, Map.of("GATEWAY_HALT_AT", point));
        ask(shop);
        assertThat(stack.awaitExit(Service.GATEWAY, PATIENCE))
                .as("halted " + point)
                .isTrue();

        stack.startAgain(Service.GATEWAY, Map.of());

        JsonNode end = awaitEnd(shop);
        assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("failed");
        shop.assertNothingIsLeft();
    }

    @Test
    void theGatewayKilledAtAnyMomentEndsActiveOrFailedAndClean() throws SQLException {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.printf("killing the gateway at %d moments; again with -Dseed=%d%n", MOMENTS, seed);
        Random random = new Random(seed);
        for (int i = 0; i < MOMENTS; i++) {
            List<Shop> shops = new ArrayList<>();
            for (int j = 0; j < 3; j++) {
                Shop each = new Shop(stack);
                shops.add(each);
                ask(each);
            }
            LockSupport.parkNanos(random.nextLong(Duration.ofMillis(400).toNanos()));
            stack.kill(Service.GATEWAY);

            stack.startAgain(Service.GATEWAY, Map.of());

            for (Shop each : shops) {
                assertOneOfTwoEnds(each);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Service.class,
            names = {"DB", "MAIL", "DNS"})
    void aServiceThatIsKilledAndComesBackDoesNotStopTheCustomer(Service service) throws SQLException {
        CompletableFuture<Void> killer = CompletableFuture.runAsync(() -> stack.kill(service));
        ask(shop);
        killer.join();

        stack.startAgain(service, Map.of());

        assertOneOfTwoEnds(shop);
    }

    @Test
    void aServiceThatIsAwayIsWaitedFor() throws SQLException {
        stack.kill(Service.MAIL);
        ask(shop);
        await().atMost(PATIENCE).until(() -> retried("mail"));

        stack.startAgain(Service.MAIL, Map.of());

        JsonNode end = awaitEnd(shop);
        assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("active");
        shop.assertEverythingIsThere();
    }

    private boolean retried(String name) {
        for (JsonNode step : operations(shop).path(0).path("steps")) {
            if (step.path("name").asText().equals(name)) {
                return step.path("attempt").asInt() > 1;
            }
        }
        return false;
    }

    /** Asks as a client does that may lose the answer: the same request with the same key until there is one. */
    private static void ask(Shop shop) {
        try {
            shop.gateway().post("/v1/customers", shop.wish(), "Idempotency-Key", shop.word);
        } catch (StackException e) {
            assertThat(e).hasMessageContaining("/v1/customers");
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

    private void assertOneOfTwoEnds(Shop each) throws SQLException {
        JsonNode end = awaitEnd(each);
        if (end.path("status").asText().equals("active")) {
            each.assertEverythingIsThere();
        } else {
            assertThat(end.path("status").asText()).as(end.toString()).isEqualTo("failed");
            assertThat(end.path("clean").asBoolean()).as(end.toString()).isTrue();
            each.assertNothingIsLeft();
        }
    }
}
