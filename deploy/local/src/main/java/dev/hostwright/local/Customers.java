package dev.hostwright.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.function.Consumer;

/** Customers and their operations, as a caller of the gateway sees them. */
public final class Customers {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final ApiClient gateway;

    public Customers(ApiClient gateway) {
        this.gateway = gateway;
    }

    /** Asks for a customer; the answer is the operation that makes it. */
    public Answer create(String body) {
        return gateway.post(
                        "/v1/customers",
                        body,
                        "Idempotency-Key",
                        UUID.randomUUID().toString())
                .expect(202);
    }

    /**
     * Asks for a customer and waits in that request until it is made, as it is told by Prefer; the answer is its end.
     */
    public JsonNode createAndWait(String body) {
        return gateway.post(
                        "/v1/customers",
                        body,
                        "Idempotency-Key",
                        UUID.randomUUID().toString(),
                        "Prefer",
                        "wait=30")
                .expect(201)
                .json();
    }

    /** Waits for the end of an operation that was accepted. */
    public JsonNode end(Answer accepted) {
        return follow(accepted.json().path("id").asText(), line -> {});
    }

    /** Asks for a customer to be deleted; the answer is the operation that does it. */
    public Answer delete(String customerId) {
        return gateway.delete("/v1/customers/" + customerId).expect(202);
    }

    public JsonNode get(String customerId) {
        return gateway.get("/v1/customers/" + customerId).expect(200).json();
    }

    /** Hands on each line of an operation's log as it comes, until the operation is done; the answer is its end. */
    public JsonNode follow(String operationId, Consumer<JsonNode> log) {
        Instant deadline = Instant.now().plus(PATIENCE);
        LastEvent last = new LastEvent();
        while (Instant.now().isBefore(deadline)) {
            try {
                gateway.events("/v1/operations/" + operationId + "/events", last.id, event -> {
                    last.id = event.id();
                    if (event.name().equals("log")) {
                        log.accept(event.data());
                    }
                });
            } catch (IOException e) {
                // the connection broke: what counts is the operation, and the stream goes on after the last event
                last.id = last.id.strip();
            }
            JsonNode operation =
                    gateway.get("/v1/operations/" + operationId).expect(200).json();
            if (operation.path("done").asBoolean()) {
                return operation;
            }
        }
        throw new StackException("operation %s was not done after %d s".formatted(operationId, PATIENCE.toSeconds()));
    }

    private static final class LastEvent {
        private String id = "";
    }
}
