package dev.hostwright.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A zone under load, and under a service that dies: each change is there whole, and counted once. */
@ExtendWith(SharedStack.class)
class ZoneFaultsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration POLL = Duration.ofMillis(2);
    private static final int CLIENTS = 64;
    private static final int CHANGES = 50;
    private static final int RECORDS = 10_000;

    /** As after changes on a day that is yet to come, so that no midnight raises it by more than one. */
    private static final long SERIAL = 2090010101L;

    private static final String PATCH = IntStream.range(0, RECORDS)
            .mapToObj(i -> "{\"name\": \"h%d\", \"type\": \"A\", \"records\": [{\"content\": \"10.0.%d.%d\"}]}"
                    .formatted(i, i / 256, i % 256))
            .collect(Collectors.joining(",", "{\"rrsets\": [", "]}"));

    private final LocalStack stack;
    private final Shop shop;
    private final String id;
    private boolean nameServerIsAway;

    ZoneFaultsIT(LocalStack stack) {
        this.stack = stack;
        this.shop = new Shop(stack);
        this.id = dns().post("/v1/zones", "{\"domain\": \"%s\"}".formatted(shop.domain))
                .expect(201)
                .json()
                .path("id")
                .asText();
        assertThat(shop.look(
                        Service.DNS,
                        "UPDATE dns_zones SET serial = ? WHERE id = ?::uuid RETURNING serial::text",
                        SERIAL,
                        id))
                .hasSize(1);
    }

    @AfterEach
    void everythingRuns() {
        if (!stack.isAlive(Service.DNS)) {
            stack.startAgain(Service.DNS, Map.of());
        }
        if (nameServerIsAway) {
            stack.startNameServer();
        }
    }

    @Test
    void sixtyFourClientsWithFiftyChangesEachRaiseTheSerialByAsMany() throws Exception {
        List<Callable<List<Answer>>> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            String path = "/v1/zones/%s/rrsets/c%d/A".formatted(id, i);
            clients.add(() -> IntStream.range(0, CHANGES)
                    .mapToObj(change ->
                            dns().put(path, "{\"records\": [{\"content\": \"192.0.2.%d\"}]}".formatted(change)))
                    .toList());
        }

        List<Answer> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(CLIENTS)) {
            for (Future<List<Answer>> client : threads.invokeAll(clients)) {
                answers.addAll(client.get());
            }
        }

        long last = SERIAL + CLIENTS * CHANGES;
        assertThat(answers).extracting(Answer::status).containsOnly(200, 201);
        assertThat(answers)
                .extracting(answer -> answer.json().path("serial").asLong())
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.rangeClosed(SERIAL + 1, last).boxed().toList());
        assertThat(serial()).isEqualTo(last);
        assertThat(shop.look(
                        Service.DNS,
                        "SELECT split_part(content, ' ', 3) FROM dns_records WHERE zone_id = ?::uuid AND type = 'SOA'",
                        id))
                .containsExactly(String.valueOf(last));
    }

    /** When the service is killed, with a change of 10,000 records in its hands. */
    private enum Moment {
        /** The zone's row is another's. */
        BEFORE_IT_READS(false, "SELECT FROM dns_zones WHERE id = '%s' FOR UPDATE", "Lock"),
        /** The row that a trigger writes, once all others are written, is another's. */
        WHEN_ALL_IS_WRITTEN(false, """
                INSERT INTO dns_outbox (domain, zone_id)
                SELECT domain, id
                  FROM dns_zones
                 WHERE id = '%s'
                    ON CONFLICT (domain) DO UPDATE SET due = dns_outbox.due
                """, "Lock"),
        /** Nothing is in its way. */
        AFTER_COMMIT(true, "SELECT '%s'", "");

        private final boolean stored;
        private final String hindrance;
        private final String wait;

        Moment(boolean stored, String hindrance, String wait) {
            this.stored = stored;
            this.hindrance = hindrance;
            this.wait = wait;
        }
    }

    @ParameterizedTest
    @EnumSource
    void aChangeIsThereWholeOrNotAtAllWhenTheServiceIsKilled(Moment moment) throws SQLException {
        if (stack.hasNameServer()) {
            // so that the change is not told of before we look
            stack.stopNameServer();
            nameServerIsAway = true;
        }
        try (Connection sql = stack.postgres().connect(Service.DNS.database());
                Statement statement = sql.createStatement()) {
            sql.setAutoCommit(false);
            statement.execute(moment.hindrance.formatted(id));
            CompletableFuture<Void> request = CompletableFuture.runAsync(this::patchAsLongAsTheServiceLives);
            await().atMost(PATIENCE)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(POLL)
                    .until(() -> moment.stored ? serial() > SERIAL : isWaiting(moment));
            stack.kill(Service.DNS);
            sql.rollback();
            request.join();
        }
        await().atMost(PATIENCE).until(() -> sessions("").isEmpty());

        assertThat(records()).isEqualTo(moment.stored ? RECORDS : 0);
        assertThat(serial()).isEqualTo(moment.stored ? SERIAL + 1 : SERIAL);
        assertThat(told()).isSubsetOf(String.valueOf(serial()));
        if (nameServerIsAway) {
            assertThat(told()).as("what has still to be told").hasSize(1);
        }

        stack.startAgain(Service.DNS, Map.of());

        dns().patch("/v1/zones/" + id, PATCH).expect(200);
        assertThat(records()).isEqualTo(RECORDS);
        assertThat(serial()).as("the request again is the same change").isEqualTo(SERIAL + 1);
    }

    private void patchAsLongAsTheServiceLives() {
        try {
            dns().patch("/v1/zones/" + id, PATCH).expect(200);
        } catch (StackException e) {
            assertThat(e).hasMessageContaining("failed");
        }
    }

    private boolean isWaiting(Moment moment) {
        return !sessions(moment.wait).isEmpty();
    }

    /** The service's sessions, or those that wait for such a thing. */
    private List<String> sessions(String wait) {
        return shop.look(Service.DNS, """
                SELECT pid::text
                  FROM pg_stat_activity
                 WHERE usename = ?
                   AND ? IN ('', wait_event_type)
                """, Service.DNS.database(), wait);
    }

    private int records() {
        return shop.look(Service.DNS, "SELECT name FROM dns_records WHERE zone_id = ?::uuid AND name LIKE 'h%'", id)
                .size();
    }

    private long serial() {
        return Long.parseLong(shop.look(Service.DNS, "SELECT serial::text FROM dns_zones WHERE id = ?::uuid", id)
                .getFirst());
    }

    private List<String> told() {
        return shop.look(Service.DNS, "SELECT serial::text FROM dns_outbox WHERE zone_id = ?::uuid", id);
    }

    private ApiClient dns() {
        return shop.at(Service.DNS);
    }
}
