package dev.hostwright.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.xbill.DNS.Type;

/** A change reaches the name server, soon and in any case, and its id says when it has. */
@ExtendWith(SharedStack.class)
class PropagationIT {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int CHANGES = 100;

    private final LocalStack stack;
    private final Shop shop;
    private String zone = "";

    PropagationIT(LocalStack stack) {
        this.stack = stack;
        this.shop = new Shop(stack);
    }

    @BeforeEach
    void makeZone() {
        assumeTrue(stack.hasNameServer(), "there is no PowerDNS on this machine");
        Answer made = dns().post("/v1/zones", "{\"domain\": \"%s\"}".formatted(shop.domain))
                .expect(201);
        zone = "/v1/zones/" + made.json().path("id").asText();
        untilInSync(made);
    }

    @Test
    void aChangeIsInSyncOnceTheNameServerAnswersIt() {
        Answer change = point("192.0.2.1");

        untilInSync(change);

        assertThat(address()).containsExactly("NOERROR", "shop." + shop.domain + ". A 192.0.2.1");
    }

    /** Whoever asks all the time keeps what was before in the name server's caches, as much as anybody can. */
    @Test
    void aChangeIsSeenWithinASecond() {
        List<Duration> delays = new ArrayList<>();
        for (int i = 0; i < CHANGES; i++) {
            String wanted = "192.0.2." + i;
            address();
            point(wanted);
            Instant written = Instant.now();
            await().pollInterval(Duration.ofMillis(1)).atMost(SOON).until(() -> address()
                    .contains("shop." + shop.domain + ". A " + wanted));
            delays.add(Duration.between(written, Instant.now()));
        }

        delays.sort(null);
        System.out.printf(
                "change to visible: median %d ms, p99 %d ms%n",
                delays.get(CHANGES / 2).toMillis(),
                delays.get(CHANGES * 99 / 100 - 1).toMillis());
        assertThat(delays.get(CHANGES * 99 / 100 - 1)).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void aChangeWaitsForANameServerThatIsAway() {
        stack.stopNameServer();

        Answer change = point("192.0.2.2");

        assertThat(status(change)).isEqualTo("pending");
        stack.startNameServer();
        untilInSync(change);
        assertThat(address()).containsExactly("NOERROR", "shop." + shop.domain + ". A 192.0.2.2");
    }

    @Test
    void manyChangesAtOnceAreAllInSync() {
        List<Answer> changes = new ArrayList<>();
        stack.stopNameServer();
        for (int i = 0; i < 20; i++) {
            changes.add(dns().post("/v1/zones", "{\"domain\": \"z%d.%s\"}".formatted(i, shop.domain))
                    .expect(201));
        }
        assertThat(changes).allSatisfy(change -> assertThat(status(change)).isEqualTo("pending"));

        stack.startNameServer();

        changes.forEach(this::untilInSync);
    }

    @Test
    void aDeletionIsInSyncOnceTheNameServerAnswersNoLonger() {
        assertThat(address()).startsWith("NXDOMAIN");
        stack.stopNameServer();

        Answer deletion = dns().delete(zone).expect(204);

        assertThat(status(deletion)).isEqualTo("pending");
        stack.startNameServer();
        untilInSync(deletion);
        assertThat(address()).containsExactly("REFUSED");
    }

    @Test
    void aServiceThatIsKilledBeforeItToldTellsAfterItsRestart() {
        stack.stopNameServer();
        Answer change = point("192.0.2.3");
        stack.kill(Service.DNS);

        stack.startNameServer();
        stack.startAgain(Service.DNS, Map.of());

        untilInSync(change);
        assertThat(shop.look(Service.DNS, "SELECT domain FROM dns_outbox WHERE domain = ?", shop.domain))
                .isEmpty();
    }

    @Test
    void anothersChangeIsNotThere() {
        Answer change = point("192.0.2.4");

        assertThat(new Shop(stack)
                        .at(Service.DNS)
                        .get("/v1/changes/" + id(change))
                        .status())
                .isEqualTo(404);
        assertThat(dns().get("/v1/changes/none").status()).isEqualTo(404);
        assertThat(dns().get("/v1/changes/" + id(change) + "9").status()).isEqualTo(404);
    }

    @Test
    void theGatewayTellsOfChangesToo() {
        ApiClient gateway = shop.gateway();
        Answer change = gateway.put(zone + "/rrsets/shop/A", body("192.0.2.5")).expect(200, 201);

        assertThat(gateway.get("/v1/changes/" + id(change))
                        .expect(200)
                        .json()
                        .path("id")
                        .asText())
                .isEqualTo(id(change));
    }

    private Answer point(String address) {
        return dns().put(zone + "/rrsets/shop/A", body(address)).expect(200, 201);
    }

    private static String body(String address) {
        return "{\"ttl\": 60, \"records\": [{\"content\": \"%s\"}]}".formatted(address);
    }

    private List<String> address() {
        return new Questions(stack.nameServer().port())
                .ask("shop." + shop.domain, Type.A)
                .lines();
    }

    private void untilInSync(Answer change) {
        await().pollInterval(Duration.ofMillis(20)).atMost(SOON).untilAsserted(() -> assertThat(status(change))
                .isEqualTo("insync"));
    }

    private String status(Answer change) {
        return dns().get("/v1/changes/" + id(change))
                .expect(200)
                .json()
                .path("status")
                .asText();
    }

    private static String id(Answer change) {
        return change.change().orElseThrow();
    }

    private ApiClient dns() {
        return shop.at(Service.DNS);
    }
}
