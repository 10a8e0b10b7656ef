package dev.hostwright.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.Type;
import org.xbill.DNS.ZoneTransferException;
import org.xbill.DNS.ZoneTransferIn;

/** Zones go to a name server of another make, and come from one. */
@ExtendWith(SharedStack.class)
class SecondaryIT {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String SECRET =
            Base64.getEncoder().encodeToString("a secret that is 32 octets long.".getBytes());

    private final LocalStack stack;
    private final Shop shop;
    private final String domain;
    private final String key;
    private @Nullable Knot knot;

    SecondaryIT(LocalStack stack) {
        this.stack = stack;
        this.shop = new Shop(stack);
        this.domain = shop.domain;
        this.key = "key-of-" + shop.word;
    }

    @BeforeEach
    void prepare() throws IOException {
        assumeTrue(stack.hasNameServer(), "there is no PowerDNS on this machine");
        assumeTrue(Knot.isWanted(), "there is no Knot DNS on this machine");
        knot = new Knot(stack);
    }

    @AfterEach
    void restore() throws Exception {
        if (knot != null) {
            knot.stop();
            configure(Map.of("primary", "no", "also-notify", "", "secondary", "no", "xfr-cycle-interval", "60"));
            stack.kill(Service.DNS);
            stack.startAgain(Service.DNS, Map.of());
        }
    }

    @Test
    void aChangeIsInSyncOnceTheSecondaryHasFetchedIt() throws Exception {
        knot().fetch(domain, stack.nameServer().port(), key, SECRET);
        knot().start();
        admitSecondary();
        configure(Map.of("primary", "yes", "also-notify", "127.0.0.1:" + knot().port()));
        stack.kill(Service.DNS);
        stack.startAgain(
                Service.DNS,
                Map.of(
                        "DNS_SERVERS",
                        stack.nameServer().address() + ",127.0.0.1:" + knot().port(),
                        "DNS_NOTIFY",
                        "true"));

        Answer made = shop.at(Service.DNS)
                .post("/v1/zones", "{\"domain\": \"%s\", \"type\": \"MASTER\"}".formatted(domain))
                .expect(201);
        String zone = "/v1/zones/" + made.json().path("id").asText();
        untilInSync(made);

        assertThat(serialAt(knot().port())).isEqualTo(made.json().path("serial").asLong());
        assertThat(Files.readString(knot().log())).contains("notify, incoming").contains("AXFR, incoming");
        if (SystemProgram.find("delv").isPresent()) {
            Delv delv = Delv.trusting(
                            stack,
                            domain,
                            shop.at(Service.DNS).get(zone + "/ds").json())
                    .at(knot().port());
            assertThat(delv.ask("www." + domain, "A")).contains(Delv.POSITIVE);
            assertThat(delv.ask("nothing." + domain, "A")).contains(Delv.NEGATIVE);
        }
        assertThatThrownBy(() -> transfer(null)).isInstanceOf(ZoneTransferException.class);
        assertThatThrownBy(() -> transfer(new TSIG(TSIG.HMAC_SHA256, "another.", SECRET)))
                .isInstanceOf(ZoneTransferException.class);
        assertThat(transfer(new TSIG(TSIG.HMAC_SHA256, key + ".", SECRET)).getAXFR())
                .hasSizeGreaterThan(5);

        knot().stop();
        Answer change = shop.at(Service.DNS)
                .put(zone + "/rrsets/shop/A", "{\"ttl\": 60, \"records\": [{\"content\": \"192.0.2.1\"}]}")
                .expect(200, 201);
        await().atMost(SOON).until(() -> new Questions(stack.nameServer().port())
                .ask("shop." + domain, Type.A)
                .rcode()
                .equals("NOERROR"));
        assertThat(status(change)).isEqualTo("pending");

        knot().start();
        untilInSync(change);
        assertThat(new Questions(knot().port()).ask("shop." + domain, Type.A).lines())
                .containsExactly("NOERROR", "shop." + domain + ". A 192.0.2.1");
    }

    @Test
    void aSlaveZoneIsAnsweredAsItsMasterHasIt() throws Exception {
        knot().keep(domain, """
                $ORIGIN %s.
                @ 60 SOA ns1 admin 7 3600 600 86400 60
                @ 60 NS ns1
                @ 60 MX 10 mail
                ns1 60 A 192.0.2.1
                mail 60 A 192.0.2.2
                a.b 60 TXT "transferred; whole"
                sub 60 NS ns.sub
                ns.sub 60 A 192.0.2.3
                """.formatted(domain));
        knot().start();
        configure(Map.of("secondary", "yes", "xfr-cycle-interval", "1"));

        String zone = "/v1/zones/"
                + shop.at(Service.DNS)
                        .post(
                                "/v1/zones",
                                "{\"domain\": \"%s\", \"type\": \"SLAVE\", \"master\": \"127.0.0.1:%d\"}"
                                        .formatted(domain, knot().port()))
                        .expect(201)
                        .json()
                        .path("id")
                        .asText();

        Questions questions = new Questions(stack.nameServer().port());
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(questions.ask(domain, Type.MX).lines())
                        .containsExactly("NOERROR", domain + ". MX 10 mail." + domain + "."));
        assertThat(questions.ask("a.b." + domain, Type.TXT).lines())
                .containsExactly("NOERROR", "a.b." + domain + ". TXT \"transferred; whole\"");
        assertThat(questions.ask("b." + domain, Type.TXT).lines()).containsExactly("NOERROR");
        assertThat(questions.ask("c." + domain, Type.TXT).rcode()).isEqualTo("NXDOMAIN");
        assertThat(questions.ask("www.sub." + domain, Type.A).records("sub." + domain, Type.NS))
                .hasSize(1);
        assertThat(shop.at(Service.DNS).get(zone).json().path("serial").asLong())
                .isEqualTo(7);
        shop.at(Service.DNS).delete(zone).expect(204);
    }

    private void admitSecondary() throws Exception {
        String script = Files.readString(Options.findRoot().resolve("deploy/powerdns/secondary.sql"))
                .replaceAll("(?m)^--.*$", "")
                .replace(":'key'", "'" + key + "'")
                .replace(":'secret'", "'" + SECRET + "'");
        try (Connection sql = stack.postgres().connect(Service.DNS.database());
                PreparedStatement statement = sql.prepareStatement(script)) {
            statement.execute();
        }
    }

    private void configure(Map<String, String> settings) {
        stack.stopNameServer();
        stack.nameServer().configure(settings);
        stack.startNameServer();
    }

    /** From an address that no setting lets in. */
    private ZoneTransferIn transfer(@Nullable TSIG tsig) throws Exception {
        ZoneTransferIn transfer = ZoneTransferIn.newAXFR(
                Questions.name(domain),
                new InetSocketAddress("127.0.0.1", stack.nameServer().port()),
                tsig);
        transfer.setLocalAddress(new InetSocketAddress("127.0.0.2", 0));
        transfer.run();
        return transfer;
    }

    private long serialAt(int port) {
        return ((SOARecord) new Questions(port)
                        .ask(domain, Type.SOA)
                        .records(domain, Type.SOA)
                        .getFirst())
                .getSerial();
    }

    private void untilInSync(Answer change) {
        await().pollInterval(Duration.ofMillis(50)).atMost(SOON).untilAsserted(() -> assertThat(status(change))
                .isEqualTo("insync"));
    }

    private String status(Answer change) {
        return shop.at(Service.DNS)
                .get("/v1/changes/" + change.change().orElseThrow())
                .expect(200)
                .json()
                .path("status")
                .asText();
    }

    private Knot knot() {
        if (knot == null) {
            throw new IllegalStateException("not prepared");
        }
        return knot;
    }
}
