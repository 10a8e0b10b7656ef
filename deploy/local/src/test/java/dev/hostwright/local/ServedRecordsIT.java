package dev.hostwright.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hostwright.local.Questions.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;
import org.xbill.DNS.ZoneTransferIn;

/** What is stored is what is served: octet by octet, whatever was sent. */
@ExtendWith(SharedStack.class)
class ServedRecordsIT {

    /** Longer than a name server keeps what it was asked, on a busy machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final int RIGHT = 2_400;
    private static final int MISTYPED = 1_200;

    private final LocalStack stack;
    private final Shop shop;
    private final Questions questions;

    ServedRecordsIT(LocalStack stack) {
        this.stack = stack;
        this.shop = new Shop(stack);
        this.questions =
                new Questions(stack.hasNameServer() ? stack.nameServer().port() : 0);
    }

    @BeforeEach
    void needNameServer() {
        assumeTrue(stack.hasNameServer(), "there is no PowerDNS on this machine");
    }

    /**
     * A thousand mistyped ones are among them: those that are taken are served as they are stored, and no record,
     * whatever it is, keeps the zone from being transferred. Another seed is set with {@code -Dseed=}.
     */
    @Test
    void everyRecordThatIsTakenIsAnsweredWithTheSameData() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.printf("random records of seed %d%n", seed);
        RandomRecords records = new RandomRecords(new Random(seed));
        String zone = zone(shop.domain);
        Map<String, Integer> served = new HashMap<>();

        for (int i = 0; i < RIGHT; i++) {
            RandomRecords.Given given = records.next();
            String owner = owner(i);
            Answer answer = send(zone, owner, given.type(), given.content(), given.prio());
            assertThat(answer.status()).as("%s: %s", given, answer.text()).isEqualTo(201);
            assertServed(owner + "." + shop.domain, given.type(), given.wire(), given.toString());
            served.merge(given.type(), 1, Integer::sum);
        }
        int taken = 0;
        for (int i = 0; i < MISTYPED; i++) {
            RandomRecords.Given given = records.mistyped();
            String owner = owner(RIGHT + i);
            Answer answer = send(zone, owner, given.type(), given.content(), given.prio());
            if (answer.status() == 201) {
                assertServed(owner + "." + shop.domain, given.type(), wire(answer.json()), given.toString());
                taken++;
            } else {
                assertRefusedWithAReason(answer);
            }
        }

        System.out.printf("served %s, and %d of %d mistyped%n", served, taken, MISTYPED);
        assertThat(served.keySet()).containsExactlyInAnyOrderElementsOf(RandomRecords.TYPES);
        ZoneTransferIn transfer = ZoneTransferIn.newAXFR(
                Questions.name(shop.domain),
                new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), stack.nameServer().port()),
                null);
        transfer.run();
        assertThat(transfer.getAXFR()).hasSizeGreaterThan(RIGHT + taken);
    }

    /** The cases of dns-service's own table: what it stores is answered, what it refuses is refused with a reason. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void whatTheTableSaysIsSoInTheAnswer(String line) throws IOException {
        Shop other = new Shop(stack);
        String[] cells = line.replace("example.org", other.domain).split("\t", -1);
        String owner = cells[1];
        String zone = zone(other.domain, other);

        Answer answer = cells[0].equals("SOA") && owner.equals(other.domain)
                ? putSoa(other, zone, cells[2])
                : send(other, zone, owner + ".", cells[0], cells[2], Optional.empty());

        if (cells[3].equals("-")) {
            assertRefusedWithAReason(answer);
            assertThat(questions.ask(other.domain, Type.A).rcode()).isEqualTo("NOERROR");
        } else if (cells[0].equals("SOA")) {
            answer.expect(200, 201);
            byte[] stored = wire(answer.json().path("records").get(0), "SOA");
            // the service itself has asked for the one before, which is kept until the name server is told
            await().atMost(PATIENCE).untilAsserted(() -> assertServed(owner, "SOA", stored, line));
        } else {
            answer.expect(201);
            assertServed(owner, cells[0], wire(cells[0], cells[3]), line);
        }
    }

    static List<String> cases() throws IOException {
        Path table = Options.findRoot().resolve("dns-service/src/test/resources/content.tsv");
        try (Stream<String> lines = Files.lines(table)) {
            return lines.filter(line -> !line.startsWith("#")).toList();
        }
    }

    private static String owner(int i) {
        return switch (i % 3) {
            case 0 -> "g" + i;
            case 1 -> "_g" + i + "._tcp";
            default -> "g" + i + ".deep.er";
        };
    }

    private String zone(String domain) {
        return zone(domain, shop);
    }

    private static String zone(String domain, Shop owner) {
        return "/v1/zones/"
                + owner.at(Service.DNS)
                        .post("/v1/zones", "{\"domain\": \"%s\"}".formatted(domain))
                        .expect(201)
                        .json()
                        .path("id")
                        .asText();
    }

    private Answer send(String zone, String owner, String type, String content, Optional<Integer> prio) {
        return send(shop, zone, owner, type, content, prio);
    }

    private static Answer send(
            Shop shop, String zone, String owner, String type, String content, Optional<Integer> prio) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("name", owner).put("type", type).put("content", content);
        prio.ifPresent(number -> body.put("prio", number));
        return shop.at(Service.DNS).post(zone + "/records", body.toString());
    }

    private static Answer putSoa(Shop shop, String zone, String content) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.putArray("records").addObject().put("content", content);
        return shop.at(Service.DNS).put(zone + "/rrsets/@/SOA", body.toString());
    }

    private static void assertRefusedWithAReason(Answer answer) {
        assertThat(answer.status()).as(answer.text()).isIn(400, 409, 422);
        assertThat(answer.json()
                        .path("errors")
                        .path(0)
                        .path("code")
                        .asText(answer.json().path("type").asText()))
                .as(answer.text())
                .isNotEmpty();
    }

    private void assertServed(String name, String type, byte[] wire, String what) {
        Reply reply = questions.ask(name, Type.value(type));

        assertThat(reply.rcode()).as(what).isEqualTo("NOERROR");
        assertThat(reply.records(name, Type.value(type))).as(what).hasSize(1).allSatisfy(record -> assertThat(
                        HexFormat.of().formatHex(record.rdataToWireCanonical()))
                .isEqualTo(HexFormat.of().formatHex(wire)));
    }

    /** The data that a stored record is, as another reader reads it. */
    private static byte[] wire(JsonNode stored) throws IOException {
        return wire(stored, stored.path("type").asText());
    }

    private static byte[] wire(JsonNode stored, String type) throws IOException {
        String prio = stored.path("prio").asText("");
        return wire(
                type,
                (prio.isEmpty() ? "" : prio + " ") + stored.path("content").asText());
    }

    private static byte[] wire(String type, String content) throws IOException {
        return Record.fromString(Name.root, Type.value(type), DClass.IN, 0, content, Name.root)
                .rdataToWireCanonical();
    }
}
