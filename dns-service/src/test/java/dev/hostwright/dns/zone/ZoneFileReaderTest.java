package dev.hostwright.dns.zone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.hostwright.dns.DnsName;
import dev.hostwright.dns.problem.Fault;
import dev.hostwright.dns.problem.FaultException;
import dev.hostwright.dns.rdata.RRType;
import dev.hostwright.dns.rdata.RecordDraft;
import dev.hostwright.dns.rdata.RecordInput;
import dev.hostwright.dns.rdata.ResourceRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZoneFileReaderTest {

    private static final DnsName ZONE = new DnsName("example.org");

    private static List<String> read(String file) {
        return ZoneFileReader.read(file, ZONE, 3600, 1000).stream()
                .map(ZoneFileReaderTest::text)
                .toList();
    }

    private static String text(RecordDraft draft) {
        ResourceRecord record = draft.toRecord(new UUID(0, 0), 1);
        return "%s %d %s %s".formatted(record.name(), record.ttl(), record.type(), record.data());
    }

    /** Where the errors are and what they are. */
    private static List<String> errors(String file) {
        FaultException refused = catchThrowableOfType(FaultException.class, () -> read(file));
        assertThat(refused).as(file).isNotNull();
        return ((Fault.MalformedFile) refused.fault())
                .errors().stream()
                        .map(each ->
                                each.pointer().replaceAll("/line/(\\d+)/column/(\\d+)", "$1:$2") + " " + each.code())
                        .toList();
    }

    @Test
    void aFileAsPeopleWriteItIsRead() {
        String file = """
                $ORIGIN example.org.
                $TTL 1h30m ; for all that say none
                @  IN SOA ns1 admin (
                        2026010101 ; serial
                        3h 1h      ; refresh, retry
                        1w 300 )
                   NS ns1
                   IN NS ns2.example.net.
                   300 IN MX 10 mail
                   IN 300 MX 20 mail.example.net.
                www 60 A 192.0.2.1
                    60 A 192.0.2.2\t; another
                $ORIGIN sub
                a  AAAA 2001:DB8::1
                b.example.org. CNAME @
                t  TXT "one; (two)" three ( "a\\"b"
                  "\\065" )
                $TTL 5
                _sip._tcp IN SRV 0 5 5060 a
                """;

        assertThat(read(file))
                .containsExactly(
                        "example.org 5400 SOA ns1.example.org. admin.example.org. 2026010101 10800 3600 604800 300",
                        "example.org 5400 NS ns1.example.org.",
                        "example.org 5400 NS ns2.example.net.",
                        "example.org 300 MX 10 mail.example.org.",
                        "example.org 300 MX 20 mail.example.net.",
                        "www.example.org 60 A 192.0.2.1",
                        "www.example.org 60 A 192.0.2.2",
                        "a.sub.example.org 5400 AAAA 2001:db8::1",
                        "b.example.org 5400 CNAME sub.example.org.",
                        "t.sub.example.org 5400 TXT \"one; (two)\" \"three\" \"a\\\"b\" \"A\"",
                        "_sip._tcp.sub.example.org 5 SRV 0 5 5060 a.sub.example.org.");
    }

    @Test
    void lineEndsOfOtherSystemsAndALastLineWithoutOneAreRead() {
        assertThat(read("a A 192.0.2.1\r\n\r\n; no more\r\nb A 192.0.2.2")).hasSize(2);
        assertThat(read("")).isEmpty();
    }

    @Test
    void withoutATtlThatOfTheRecordBeforeCountsAndElseTheServices() {
        assertThat(read("a A 192.0.2.1\nb 60 A 192.0.2.1\nc A 192.0.2.1"))
                .containsExactly(
                        "a.example.org 3600 A 192.0.2.1",
                        "b.example.org 60 A 192.0.2.1",
                        "c.example.org 60 A 192.0.2.1");
    }

    @Test
    void allErrorsAreShownAtOnceEachInItsPlace() {
        String file = """
                a A 192.0.2.256
                b  60 CH A 192.0.2.1
                c BOGUS x
                a..b A 192.0.2.1
                   TXT skipped
                good A 192.0.2.1
                d TXT "open
                e A ( 192.0.2.1 ) )
                f A
                g
                out.example.net. A 192.0.2.1
                $INCLUDE /etc/passwd
                $OTHER x
                $TTL never
                h MX ten mail
                (
                """;

        assertThat(errors(file))
                .containsExactly(
                        "1:5 address",
                        "2:7 class",
                        "3:3 type",
                        "4:1 empty_label",
                        "7:7 zone_file_syntax",
                        "8:19 zone_file_syntax",
                        "9:3 content",
                        "10:1 required",
                        "11:1 out_of_zone",
                        "12:1 include",
                        "13:1 directive",
                        "14:6 number",
                        "15:6 number",
                        "16:1 zone_file_syntax");
    }

    @Test
    void whatCannotBeBesideEachOtherIsRefusedWhereTheSecondIs() {
        assertThat(errors("""
                        a A 192.0.2.1
                        a CNAME b
                        c CNAME b
                        c CNAME d
                        c TXT x
                        e 60 A 192.0.2.1
                        e 61 A 192.0.2.2
                        e 60 A 192.0.2.1
                        @ MX 10 c
                        @ SOA ns admin 1 2 3 4 5
                        @ SOA ns admin 2 2 3 4 5
                        x SOA ns admin 2 2 3 4 5
                        @ CNAME x
                        """))
                .containsExactly(
                        "2:3 cname_alone",
                        "4:9 duplicate",
                        "5:3 cname_alone",
                        "7:6 rrset_ttl",
                        "8:8 duplicate",
                        "11:7 duplicate",
                        "12:7 soa_not_at_apex",
                        "13:9 cname_at_apex",
                        "9:6 host_alias");
    }

    @Test
    void noMoreThanAHundredErrorsAreLookedFor() {
        assertThat(errors("a A x\n".repeat(5000))).hasSize(100);
    }

    @Test
    void namesAreGenerated() {
        assertThat(read("""
                        $GENERATE 1-3/2 h$ 60 IN A 192.0.2.$
                        $GENERATE 8-9 ${2,3,d} CNAME ${0,2,x}.y.example.
                        $GENERATE 1-1 t TXT "\\$ $$ $"
                        """))
                .containsExactly(
                        "h1.example.org 60 A 192.0.2.1",
                        "h3.example.org 60 A 192.0.2.3",
                        "010.example.org 60 CNAME 08.y.example.",
                        "011.example.org 60 CNAME 09.y.example.",
                        "t.example.org 60 TXT \"$ $ 1\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0-2147483647", "0-999999999", "1-1001", "3-1", "1-3/0", "1", "-1-3"})
    void aRangeThatNoZoneHasRoomForIsRefused(String range) {
        assertThat(errors("$GENERATE " + range + " h$ A 192.0.2.1")).containsExactly("1:11 range");
    }

    @ParameterizedTest
    @ValueSource(strings = {"${-5}", "${0,999}"})
    void aGeneratedNumberIsBounded(String owner) {
        assertThat(errors("$GENERATE 1-2 " + owner + " A 192.0.2.1")).containsExactly("1:15 range");
    }

    @Test
    void aFileOfMoreRecordsThanAZoneHasIsRefused() {
        assertThat(errors(IntStream.rangeClosed(0, 1000)
                        .mapToObj(i -> "h%d A 192.0.2.1%n".formatted(i))
                        .collect(Collectors.joining())))
                .containsExactly("1001:7 too_many");
    }

    /** Whatever a zone has, its file says, and nothing else. */
    @Test
    void everyFileThatIsWrittenIsReadAgainToTheSameRecords() {
        Random random = new Random(20_261_126);
        for (int round = 0; round < 300; round++) {
            List<ResourceRecord> records = records(random);

            String file = ZoneFile.print(ZONE, records);

            assertThat(ZoneFileReader.read(file, ZONE, 1, 1000))
                    .as(file)
                    .extracting(ZoneFileReaderTest::text)
                    .containsExactlyInAnyOrderElementsOf(records.stream()
                            .map(each -> "%s %d %s %s".formatted(each.name(), each.ttl(), each.type(), each.data()))
                            .toList());
        }
    }

    /** Random text is read, or refused with a place, and the reader comes to an end. */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void noTextIsTooStrange() {
        Random random = new Random(7);
        String alphabet = "aA@ \t\n\r\"\\();$.0159*{},INMXTSOA\u00e9\u0000";
        for (int round = 0; round < 20_000; round++) {
            String file = random.ints(random.nextInt(40), 0, alphabet.length())
                    .mapToObj(i -> alphabet.substring(i, i + 1))
                    .collect(Collectors.joining());
            try {
                ZoneFileReader.read(file, ZONE, 1, 1000);
            } catch (FaultException e) {
                assertThat(((Fault.MalformedFile) e.fault()).errors())
                        .as(file)
                        .isNotEmpty()
                        .allMatch(error -> error.pointer().matches("/line/[1-9]\\d*/column/[1-9]\\d*"));
            }
        }
    }

    private static List<ResourceRecord> records(Random random) {
        List<ResourceRecord> records = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            RRType type = RRType.values()[random.nextInt(RRType.values().length)];
            DnsName owner = type == RRType.SOA ? ZONE : DnsName.owner(owner(random, i), ZONE);
            if (type == RRType.SOA && records.stream().anyMatch(each -> each.type() == RRType.SOA)) {
                continue;
            }
            records.add(ResourceRecord.of(
                            owner,
                            random.nextInt(),
                            RecordInput.data(ZONE, owner, type, content(random, type), Optional.empty(), ""))
                    .withTtl(random.nextInt(Integer.MAX_VALUE)));
        }
        return records;
    }

    private static String owner(Random random, int i) {
        return switch (random.nextInt(5)) {
            case 0 -> "*.w" + i;
            case 1 -> "_dmarc.x" + i;
            case 2 -> i + ".5";
            case 3 -> "b\u00fccher" + i;
            default -> "a-" + i + ".b.c";
        };
    }

    private static String content(Random random, RRType type) {
        String host = random.nextBoolean()
                ? "t" + random.nextInt(9) + ".example.net."
                : "z" + random.nextInt(9) + ".example.org.";
        return switch (type) {
            case A -> "192.0.2." + random.nextInt(256);
            case AAAA -> "2001:db8::" + Integer.toHexString(random.nextInt(0xffff));
            case CAA -> random.nextInt(256) + " issue " + string(random);
            case CNAME, NS, PTR -> host;
            case MX -> random.nextBoolean() ? "0 ." : random.nextInt(65_536) + " " + host;
            case SRV -> "%d %d %d %s".formatted(random.nextInt(65_536), random.nextInt(9), random.nextInt(9), host);
            case SOA -> host + " a\\.b.example.org. 1 2 3 4 " + random.nextInt(Integer.MAX_VALUE);
            case TXT -> string(random) + " " + string(random);
        };
    }

    /** Quoted, of any octets. */
    private static String string(Random random) {
        return random.ints(random.nextInt(60), 0, 256)
                .mapToObj(octet -> "\\%03d".formatted(octet))
                .collect(Collectors.joining("", "\"", "\""));
    }
}
