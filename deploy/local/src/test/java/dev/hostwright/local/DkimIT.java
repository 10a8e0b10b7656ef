package dev.hostwright.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;

/** What a customer sends is signed by Debian's OpenDKIM, and is believed by whoever asks the zone for the key. */
@ExtendWith(SharedStack.class)
class DkimIT {

    private static final Duration SOON = Duration.ofSeconds(8);
    private static final String PROGRAM = "opendkim";
    private static final String ROLE = "hostwright_opendkim";

    /** What {@code opendkim -t} would put into the message. */
    private static final Pattern INSERTED = Pattern.compile("hname='DKIM-Signature' hvalue='([^']*)'", Pattern.DOTALL);

    private final LocalStack stack;
    private final Shop shop;
    private final String message;

    @TempDir
    Path folder;

    DkimIT(LocalStack stack) {
        this.stack = stack;
        this.shop = new Shop(stack);
        this.message = """
                From: Info <info@%s>
                To: someone@elsewhere.example
                Subject: An offer,  folded
                 over two lines
                Date: Thu, 26 Nov 2026 20:00:00 +0000
                Message-ID: <1@%s>

                Dear  customer,\t
                here it is.\s

                """.formatted(shop.domain, shop.domain).replace("\n", "\r\n");
    }

    @BeforeEach
    void thereAreServers() {
        boolean there = SystemProgram.find(PROGRAM).isPresent() && stack.hasNameServer();
        assumeTrue(there || SharedStack.isCi(), "there is no OpenDKIM, or no PowerDNS, on this machine");
    }

    @Test
    void whatOpenDkimSignsTheZonesKeyVerifies() throws Exception {
        shop.provision();

        DkimSignature signature = sign();

        assertThat(signature.tag("d")).isEqualTo(shop.domain);
        assertThat(signature.isOf(message, text(signature.name()))).isTrue();
        assertThat(signature.isOf(message.replace("here it is", "here is another"), text(signature.name())))
                .isFalse();
        assertThat(signature.isOf(message.replace("Info <", "Boss <"), text(signature.name())))
                .isFalse();
    }

    @Test
    void aRotationPutsBothKeysIntoTheZoneAndThenSignsWithTheNewOne() throws Exception {
        JsonNode operation = shop.provision();
        String keys = Shop.path(operation, "mail") + "/dkim-keys";
        String customer = "/v1/customers/" + operation.path("customerId").asText();
        DkimSignature before = sign();

        shop.gateway().post(keys, "").expect(201);
        shop.gateway().put(customer + "/mail-records", "").expect(204);

        List<String> names = shop.gateway()
                .get(keys)
                .expect(200)
                .json()
                .path("items")
                .valueStream()
                .map(key -> key.path("name").asText() + "." + shop.domain)
                .toList();
        assertThat(names).hasSize(4);
        await().atMost(SOON).untilAsserted(() -> assertThat(names)
                .allMatch(name -> text(name).startsWith("v=DKIM1; k=")));
        assertThat(sign().name()).isEqualTo(before.name());

        shop.gateway().put(keys + "/activation", "").expect(200);

        DkimSignature after = sign();
        assertThat(after.name()).isNotEqualTo(before.name());
        assertThat(after.isOf(message, text(after.name()))).isTrue();
        assertThat(before.isOf(message, text(before.name())))
                .as("what is under way")
                .isTrue();
    }

    @Test
    void nobodySignsForASuspendedCustomer() throws Exception {
        JsonNode operation = shop.provision();
        String customer = "/v1/customers/" + operation.path("customerId").asText();

        shop.end(shop.gateway().post(customer + "/suspend", "").expect(202));

        String said = opendkim(message);
        assertThat(said).contains("mlfi_eoh()");
        assertThat(INSERTED.matcher(said).find()).as(said).isFalse();
    }

    @Test
    void mailProgramsFindTheServersInTheZone() {
        shop.provision();

        assertThat(ask("_imaps._tcp", Type.SRV)).containsExactly("0 1 993 mail." + shop.domain + ".");
        assertThat(ask("_submissions._tcp", Type.SRV)).containsExactly("0 1 465 mail." + shop.domain + ".");
        assertThat(ask("_submission._tcp", Type.SRV)).containsExactly("0 1 587 mail." + shop.domain + ".");
        assertThat(ask("_imap._tcp", Type.SRV)).containsExactly("0 0 0 .");
        assertThat(ask("_smtp._tls", Type.TXT))
                .containsExactly("\"v=TLSRPTv1; rua=mailto:postmaster@%s\"".formatted(shop.domain));
    }

    private DkimSignature sign() throws IOException, InterruptedException {
        String said = opendkim(message);
        Matcher inserted = INSERTED.matcher(said);
        assertThat(inserted.find()).as(said).isTrue();
        return new DkimSignature(inserted.group(1));
    }

    /** What OpenDKIM says about a message, as {@code deploy/opendkim} sets it up. */
    private String opendkim(String text) throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("message"), text, StandardCharsets.US_ASCII);
        Path configuration = folder.resolve("opendkim.conf");
        SigningKey.SecretFile.write(
                configuration,
                Files.readString(Options.findRoot().resolve("deploy/opendkim/opendkim.conf"))
                        .replace(
                                ROLE + ":PASSWORD@5432+",
                                "%s:%s@%d+"
                                        .formatted(
                                                ROLE,
                                                stack.postgres().password(ROLE),
                                                stack.postgres().port()))
                        .replaceAll("(?m)^(UserID|Syslog|SyslogSuccess) .*$", ""));
        List<String> command = new ArrayList<>(List.of(
                SystemProgram.find(PROGRAM).orElseThrow().toString(),
                "-x",
                configuration.toString(),
                "-t",
                file.toString(),
                "-v",
                "-v"));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("said").toFile())
                .start();
        try {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(folder.resolve("said"));
    }

    /** The strings of a TXT, joined; empty when there is none. */
    private String text(String name) {
        return new Questions(stack.nameServer().port())
                .ask(name, Type.TXT).records(name, Type.TXT).stream()
                        .map(TXTRecord.class::cast)
                        .map(record -> String.join("", record.getStrings()))
                        .collect(Collectors.joining("\n"));
    }

    private List<String> ask(String name, int type) {
        String whole = name + "." + shop.domain;
        return new Questions(stack.nameServer().port())
                .ask(whole, type).records(whole, type).stream()
                        .map(org.xbill.DNS.Record::rdataToString)
                        .toList();
    }
}
