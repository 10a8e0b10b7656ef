package dev.hostwright.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/** What the name server answers for a signed zone is proven by its signatures, whether it is there or not. */
@ExtendWith(SharedStack.class)
class DnssecIT {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int RANDOM_ZONES = 12;
    private static final int RANDOM_RECORDS = 30;

    private final LocalStack stack;
    private final Shop shop;
    private final String domain;
    private String zone = "";

    DnssecIT(LocalStack stack) {
        this.stack = stack;
        this.shop = new Shop(stack);
        this.domain = shop.domain;
    }

    @BeforeEach
    void makeZone() {
        assumeTrue(stack.hasNameServer(), "there is no PowerDNS on this machine");
        Delv.assume();
        zone = zone(domain, "");
    }

    @Test
    void whatIsThereIsProven() {
        assertThat(delv().ask(domain, "SOA")).contains(Delv.POSITIVE);
        assertThat(delv().ask(domain, "MX")).contains(Delv.POSITIVE);
        assertThat(delv().ask("www." + domain, "A"))
                .contains(Delv.POSITIVE)
                .anyMatch(line -> line.startsWith("www." + domain + ".") && line.contains("CNAME"))
                .anyMatch(line -> line.startsWith(domain + ".") && line.endsWith("127.0.0.1"));
    }

    @Test
    void whatIsNotThereIsProven() {
        assertThat(delv().ask("nothing." + domain, "A")).contains(Delv.NEGATIVE).anyMatch(DnssecIT::deniesTheName);
        assertThat(delv().ask("deep.er." + domain, "A")).contains(Delv.NEGATIVE).anyMatch(DnssecIT::deniesTheName);
        assertThat(delv().ask("mail." + domain, "TXT")).contains(Delv.NEGATIVE).noneMatch(DnssecIT::deniesTheName);
        assertThat(delv().ask(domain, "AAAA")).contains(Delv.NEGATIVE).noneMatch(DnssecIT::deniesTheName);
    }

    @Test
    void aNameAboveAnotherIsProvenToHaveNoData() {
        Answer change = add("a.b.c", "A", "192.0.2.1");
        untilInSync(change);

        assertThat(delv().ask("b.c." + domain, "A")).contains(Delv.NEGATIVE).noneMatch(DnssecIT::deniesTheName);
        assertThat(delv().ask("c." + domain, "A")).contains(Delv.NEGATIVE).noneMatch(DnssecIT::deniesTheName);
        assertThat(delv().ask("x.b.c." + domain, "A")).contains(Delv.NEGATIVE).anyMatch(DnssecIT::deniesTheName);
        assertThat(delv().ask("a.b.c." + domain, "A")).contains(Delv.POSITIVE);

        untilInSync(dns().delete(zone + "/rrsets/a.b.c/A").expect(204));

        assertThat(delv().ask("b.c." + domain, "A")).contains(Delv.NEGATIVE).anyMatch(DnssecIT::deniesTheName);
        assertThat(delv().ask("c." + domain, "A")).contains(Delv.NEGATIVE).anyMatch(DnssecIT::deniesTheName);
    }

    @Test
    void whatAWildcardAnswersIsProven() {
        add("*.any", "A", "192.0.2.7");
        untilInSync(add("there.any", "TXT", "x"));

        assertThat(delv().ask("thing.any." + domain, "A"))
                .contains(Delv.POSITIVE)
                .anyMatch(line -> line.endsWith("192.0.2.7"));
        assertThat(delv().ask("some.thing.any." + domain, "A")).contains(Delv.POSITIVE);
        assertThat(delv().ask("thing.any." + domain, "TXT"))
                .contains(Delv.NEGATIVE)
                .noneMatch(DnssecIT::deniesTheName);
        assertThat(delv().ask("there.any." + domain, "A"))
                .contains(Delv.NEGATIVE)
                .noneMatch(DnssecIT::deniesTheName);
        assertThat(delv().ask("any." + domain, "A")).contains(Delv.NEGATIVE).noneMatch(DnssecIT::deniesTheName);
    }

    @Test
    void aDelegationIsProvenToBeUnsigned() throws Exception {
        add("sub", "NS", "ns.sub." + domain + ".");
        add("ns.sub", "A", "192.0.2.8");
        untilInSync(add("a.x", "NS", "ns.sub." + domain + "."));

        assertThat(delv().ask("sub." + domain, "DS")).contains(Delv.NEGATIVE).noneMatch(DnssecIT::deniesTheName);
        assertThat(delv().ask("a.x." + domain, "DS")).contains(Delv.NEGATIVE).noneMatch(DnssecIT::deniesTheName);
        assertThat(delv().ask("x." + domain, "A")).contains(Delv.NEGATIVE).noneMatch(DnssecIT::deniesTheName);
        Message referral = ask("www.sub." + domain, Type.A);
        assertThat(referral.getSection(Section.AUTHORITY))
                .extracting(Record::getType)
                .containsExactlyInAnyOrder(Type.NS, Type.NSEC, Type.RRSIG);
    }

    @Test
    void theSerialAnsweredIsTheOneStored() throws Exception {
        untilInSync(add("a", "A", "192.0.2.1"));

        assertThat(ask(domain, Type.SOA).getSection(Section.ANSWER))
                .filteredOn(SOARecord.class::isInstance)
                .extracting(each -> ((SOARecord) each).getSerial())
                .containsExactly(dns().get(zone).json().path("serial").asLong());
    }

    /** The name server has seen the zone before, and keeps what keys it has. */
    @Test
    void aZoneThatIsSignedLaterIsProvenOnceThatIsInSync() throws Exception {
        Shop other = new Shop(stack);
        String later = zone(other, other.domain, ", \"dnssec\": false");
        assertThat(ask(other.domain, Type.DNSKEY).getSection(Section.ANSWER)).isEmpty();
        assertThat(ask(other.domain, Type.A).getSection(Section.ANSWER))
                .extracting(Record::getType)
                .containsExactly(Type.A);

        Answer signed = other.at(Service.DNS).put(later + "/dnssec", "").expect(204);
        untilInSync(other, signed);

        Delv delv = Delv.trusting(stack, other.domain, ds(other, later));
        assertThat(delv.ask(other.domain, "A")).contains(Delv.POSITIVE);
        assertThat(delv.ask("no." + other.domain, "A")).contains(Delv.NEGATIVE);
        assertThat(other.at(Service.DNS).get(later + "/file").expect(200).text())
                .doesNotContain("RRSIG")
                .doesNotContain("DNSKEY")
                .doesNotContain("NSEC");

        Answer unsigned = other.at(Service.DNS).delete(later + "/dnssec").expect(204);
        untilInSync(other, unsigned);

        assertThat(ask(other.domain, Type.A).getSection(Section.ANSWER))
                .extracting(Record::getType)
                .containsExactly(Type.A);
    }

    @Test
    void theGatewayTellsWhatTheParentNeeds() {
        assertThat(shop.gateway().get(zone + "/ds").expect(200).json()).isEqualTo(ds(shop, zone));
    }

    /**
     * Zones of any shape, changed at random: each name that the zone has authority for, and no other, is in the chain
     * of NSEC, in canonical order, with its types; each RRset there has a signature that is right, and nothing else has
     * one. Another seed is set with {@code -Dseed=}.
     */
    @Test
    void theChainOfAnyZoneIsWhole() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.printf("random zones of seed %d%n", seed);
        Random random = new Random(seed);
        for (int i = 0; i < RANDOM_ZONES; i++) {
            Shop other = new Shop(stack);
            String path = zone(other, other.domain, "");
            Answer last = changeAtRandom(other, path, random);
            untilInSync(other, last);
            SignedZone signed = SignedZone.transferred(stack.nameServer().port(), other.domain);
            signed.assertChainIsWhole();
            signed.assertChainTellsTheTypes();
            signed.assertSignaturesAreRight();
            assertThat(Delv.run("pdnsutil", "--config-dir=" + stack.nameServer().folder(), "check-zone", other.domain))
                    .as("seed %d", seed)
                    .anyMatch(line -> line.matches("Checked \\d+ records of '.*', 0 errors, \\d+ warnings\\."));
        }
    }

    private Answer changeAtRandom(Shop other, String path, Random random) {
        List<String> labels = List.of("a", "b", "c", "-x", "_t", "*", "z9", "sub");
        Answer last = other.at(Service.DNS)
                .post(path + "/records", "{\"name\": \"first\", \"type\": \"A\", \"content\": \"192.0.2.1\"}")
                .expect(201);
        List<String> records = new ArrayList<>();
        while (records.size() < RANDOM_RECORDS) {
            StringBuilder name = new StringBuilder();
            for (int depth = random.nextInt(4); depth >= 0; depth--) {
                String label = labels.get(random.nextInt(labels.size()));
                name.append(label.equals("*") && !name.isEmpty() ? "w" : label).append(depth == 0 ? "" : ".");
            }
            String record =
                    switch (random.nextInt(5)) {
                        case 0 -> "\"type\": \"TXT\", \"content\": \"t\"";
                        case 1 -> "\"type\": \"CNAME\", \"content\": \"%s.\"".formatted(other.domain);
                        case 2 ->
                            name.charAt(0) == '*'
                                    ? "\"type\": \"TXT\", \"content\": \"w\""
                                    : "\"type\": \"NS\", \"content\": \"ns.elsewhere.example.\"";
                        default -> "\"type\": \"A\", \"content\": \"192.0.2.%d\"".formatted(random.nextInt(256));
                    };
            Answer answer = other.at(Service.DNS)
                    .post(path + "/records", "{\"name\": \"%s\", %s, \"ttl\": 300}".formatted(name, record));
            if (answer.status() == 201) {
                records.add(path + "/records/" + answer.json().path("id").asText());
                last = answer;
            } else {
                answer.expect(400, 409, 422);
                records.add("");
            }
        }
        for (String record : records) {
            if (!record.isEmpty() && random.nextInt(3) == 0) {
                last = other.at(Service.DNS).delete(record).expect(204);
            }
        }
        return last;
    }

    private static boolean deniesTheName(String line) {
        return line.contains("NXDOMAIN");
    }

    private Delv delv() {
        return Delv.trusting(stack, domain, ds(shop, zone));
    }

    private static JsonNode ds(Shop owner, String path) {
        return owner.at(Service.DNS).get(path + "/ds").expect(200).json();
    }

    private String zone(String name, String more) {
        return zone(shop, name, more);
    }

    private static String zone(Shop owner, String name, String more) {
        return "/v1/zones/"
                + owner.at(Service.DNS)
                        .post("/v1/zones", "{\"domain\": \"%s\"%s}".formatted(name, more))
                        .expect(201)
                        .json()
                        .path("id")
                        .asText();
    }

    private Answer add(String name, String type, String content) {
        return dns().post(
                        zone + "/records",
                        "{\"name\": \"%s\", \"type\": \"%s\", \"content\": \"%s\"}".formatted(name, type, content))
                .expect(201);
    }

    private void untilInSync(Answer change) {
        untilInSync(shop, change);
    }

    private static void untilInSync(Shop owner, Answer change) {
        String path = "/v1/changes/" + change.change().orElseThrow();
        await().pollInterval(Duration.ofMillis(20)).atMost(SOON).until(() -> owner.at(Service.DNS)
                .get(path)
                .expect(200)
                .json()
                .path("status")
                .asText()
                .equals("insync"));
    }

    /** As a resolver that validates asks. */
    private Message ask(String name, int type) throws Exception {
        SimpleResolver resolver = new SimpleResolver(new InetSocketAddress(
                InetAddress.getLoopbackAddress(), stack.nameServer().port()));
        resolver.setEDNS(0, 1232, ExtendedFlags.DO, List.of());
        return resolver.send(Message.newQuery(Record.newRecord(Questions.name(name), type, DClass.IN)));
    }

    private ApiClient dns() {
        return shop.at(Service.DNS);
    }
}
