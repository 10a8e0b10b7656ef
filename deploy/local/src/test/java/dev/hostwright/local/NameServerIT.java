package dev.hostwright.local;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hostwright.local.Questions.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;
import org.xbill.DNS.ZoneTransferException;
import org.xbill.DNS.ZoneTransferIn;

/** A zone that is made through dns-service is one that the name server answers for. */
@ExtendWith(SharedStack.class)
class NameServerIT {

    /** Twice what the name server keeps an answer for, and what a busy machine takes. */
    private static final Duration SOON = Duration.ofSeconds(8);

    private final LocalStack stack;
    private final Shop shop;
    private final String domain;
    private String zone = "";

    NameServerIT(LocalStack stack) {
        this.stack = stack;
        this.shop = new Shop(stack);
        this.domain = shop.domain;
    }

    @BeforeEach
    void makeZone() {
        assumeTrue(stack.hasNameServer(), "there is no PowerDNS on this machine");
        zone = "/v1/zones/"
                + dns().post("/v1/zones", "{\"domain\": \"%s\"}".formatted(domain))
                        .expect(201)
                        .json()
                        .path("id")
                        .asText();
    }

    @Test
    void aNewZoneAnswersWithTheRecordsThatItWasMadeWith() {
        Reply soa = ask("@", Type.SOA);

        assertThat(soa.message().getHeader().getFlag(Flags.AA)).isTrue();
        assertThat(soa.rcode()).isEqualTo("NOERROR");
        assertThat(((SOARecord) soa.records(domain, Type.SOA).getFirst()).getSerial())
                .isEqualTo(serial());
        assertThat(ask("@", Type.NS).lines())
                .containsExactlyInAnyOrder(
                        "NOERROR", domain + ". NS ns1." + domain + ".", domain + ". NS ns2." + domain + ".");
        assertThat(ask("@", Type.A).lines()).containsExactly("NOERROR", domain + ". A 127.0.0.1");
        assertThat(ask("@", Type.MX).lines()).containsExactly("NOERROR", domain + ". MX 10 mail." + domain + ".");
        assertThat(ask("www", Type.A).lines())
                .containsExactly("NOERROR", "www." + domain + ". CNAME " + domain + ".", domain + ". A 127.0.0.1");
        assertThat(ask("ns1", Type.A).lines()).containsExactly("NOERROR", "ns1." + domain + ". A 127.0.0.1");
    }

    @Test
    void whatIsNotThereIsDeniedWithTheSoa() {
        Reply noName = ask("nothing", Type.A);
        Reply noData = ask("@", Type.AAAA);

        assertThat(noName.rcode()).isEqualTo("NXDOMAIN");
        assertThat(noData.lines()).containsExactly("NOERROR");
        assertThat(noName.message().getSection(Section.AUTHORITY))
                .isEqualTo(noData.message().getSection(Section.AUTHORITY))
                .hasSize(1)
                .first()
                .isInstanceOf(SOARecord.class);
    }

    @Test
    void aNameAboveAnotherExistsThoughItHasNoData() {
        add("k1._domainkey", "TXT", "v=DKIM1; p=abc");

        assertThat(ask("_domainkey", Type.TXT).lines()).containsExactly("NOERROR");
        assertThat(ask("k1._domainkey", Type.TXT).lines())
                .containsExactly("NOERROR", "k1._domainkey." + domain + ". TXT \"v=DKIM1; p=abc\"");
        assertThat(ask("k2._domainkey", Type.TXT).rcode()).isEqualTo("NXDOMAIN");
    }

    @Test
    void aWildcardAnswersForNamesThatAreNotThere() {
        add("*", "A", "192.0.2.7");
        add("there", "TXT", "x");

        assertThat(ask("any.thing", Type.A).lines())
                .containsExactly("NOERROR", "any.thing." + domain + ". A 192.0.2.7");
        assertThat(ask("there", Type.A).lines()).containsExactly("NOERROR");
    }

    @Test
    void aTextOfAnyLengthArrivesWhole() {
        String text = "k".repeat(300) + "=".repeat(300);

        add("long", "TXT", text);

        assertThat(ask("long", Type.TXT).records("long." + domain, Type.TXT))
                .singleElement()
                .isInstanceOfSatisfying(TXTRecord.class, served -> assertThat(served.getStrings())
                        .containsExactly(text.substring(0, 255), text.substring(255, 510), text.substring(510)));
    }

    @Test
    void aDelegationRefersToItsServersWithTheirAddresses() {
        add("sub", "NS", "ns.sub." + domain + ".");
        add("ns.sub", "A", "192.0.2.8");

        Reply referral = ask("www.sub", Type.A);

        assertThat(referral.lines()).containsExactly("NOERROR");
        assertThat(referral.message().getHeader().getFlag(Flags.AA)).isFalse();
        assertThat(referral.records("sub." + domain, Type.NS)).hasSize(1);
        assertThat(referral.message().getSection(Section.ADDITIONAL))
                .anyMatch(
                        each -> each.getType() == Type.A && each.rdataToString().equals("192.0.2.8"));
    }

    @Test
    void aChangeIsSeenSoonByWhoeverAskedBefore() {
        add("shop", "A", "192.0.2.1");
        assertThat(ask("shop", Type.A).lines()).containsExactly("NOERROR", "shop." + domain + ". A 192.0.2.1");
        assertThat(ask("new", Type.A).rcode()).isEqualTo("NXDOMAIN");

        dns().put(zone + "/rrsets/shop/A", "{\"ttl\": 60, \"records\": [{\"content\": \"192.0.2.2\"}]}")
                .expect(200, 201);
        add("new", "A", "192.0.2.3");

        await().atMost(SOON).untilAsserted(() -> {
            assertThat(ask("shop", Type.A).lines()).containsExactly("NOERROR", "shop." + domain + ". A 192.0.2.2");
            assertThat(ask("new", Type.A).lines()).containsExactly("NOERROR", "new." + domain + ". A 192.0.2.3");
            assertThat(((SOARecord) ask("@", Type.SOA).records(domain, Type.SOA).getFirst()).getSerial())
                    .isEqualTo(serial());
        });
    }

    @Test
    void aZoneThatWasAskedForBeforeItWasMadeAnswersSoon() {
        Shop other = new Shop(stack);
        assertThat(questions().ask(other.domain, Type.SOA).rcode()).isEqualTo("REFUSED");

        other.at(Service.DNS)
                .post("/v1/zones", "{\"domain\": \"%s\"}".formatted(other.domain))
                .expect(201);

        await().atMost(SOON).untilAsserted(() -> assertThat(
                        questions().ask(other.domain, Type.A).lines())
                .containsExactly("NOERROR", other.domain + ". A 127.0.0.1"));
    }

    @Test
    void aDeletedZoneSoonAnswersNoLonger() {
        assertThat(ask("@", Type.A).rcode()).isEqualTo("NOERROR");

        dns().delete(zone).expect(204);

        await().atMost(SOON)
                .untilAsserted(() -> assertThat(ask("@", Type.A).rcode()).isEqualTo("REFUSED"));
    }

    @Test
    void aSuspendedZoneGoesOnAnswering() {
        ApiClient operator =
                new ApiClient(stack.http(), stack.url(Service.DNS), stack.key().operatorToken(Duration.ofHours(1)));

        operator.put(zone + "/suspension", "").expect(204);

        assertThat(ask("www", Type.A).rcode()).isEqualTo("NOERROR");
    }

    @Test
    void aTransferHasEveryRecordOfTheZone() throws IOException, ZoneTransferException {
        add("a.b", "A", "192.0.2.1");
        add("_sip._tcp", "SRV", "1 2 5060 sip." + domain + ".");

        ZoneTransferIn transfer = ZoneTransferIn.newAXFR(
                Questions.name(domain),
                new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), stack.nameServer().port()),
                null);
        transfer.run();

        assertThat(transfer.getAXFR().stream().map(Record::rdataToString).collect(toSet()))
                .containsAll(contents());
    }

    @Test
    void itIsWrittenDownWhereTheNameServerIs() throws IOException {
        assertThat(Files.readString(stack.stackEnv()))
                .contains("DNS_ADDRESS='127.0.0.1:" + stack.nameServer().port() + "'");
    }

    private List<String> contents() {
        return dns().get(zone + "/records?pageSize=100")
                .expect(200)
                .json()
                .path("items")
                .valueStream()
                .map(NameServerIT::content)
                .toList();
    }

    private static String content(JsonNode record) {
        String prio = record.path("prio").asText("");
        return (prio.isEmpty() ? "" : prio + " ") + record.path("content").asText();
    }

    private void add(String name, String type, String content) {
        dns().post(
                        zone + "/records",
                        "{\"name\": \"%s\", \"type\": \"%s\", \"content\": \"%s\"}".formatted(name, type, content))
                .expect(201);
    }

    private long serial() {
        return dns().get(zone).expect(200).json().path("serial").asLong();
    }

    private Reply ask(String name, int type) {
        return questions().ask(name.equals("@") ? domain : name + "." + domain, type);
    }

    private Questions questions() {
        return new Questions(stack.nameServer().port());
    }

    private ApiClient dns() {
        return shop.at(Service.DNS);
    }
}
