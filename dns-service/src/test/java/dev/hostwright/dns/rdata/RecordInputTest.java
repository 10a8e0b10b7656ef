package dev.hostwright.dns.rdata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.hostwright.dns.DnsName;
import dev.hostwright.dns.problem.Fault;
import dev.hostwright.dns.problem.FaultException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordInputTest {

    private static final DnsName ZONE = new DnsName("example.org");

    private static RecordDraft read(String owner, RRType type, String content, Optional<Long> prio) {
        return new RecordInput(owner, type, content, Optional.empty(), prio).read(ZONE, "");
    }

    private static String stored(RRType type, String content) {
        return stored(read("t", type, content, Optional.empty()).data());
    }

    private static String stored(Rdata data) {
        return data.prio().map(prio -> prio + " ").orElse("") + data.content();
    }

    private static Fault refusal(RRType type, String content, Optional<Long> prio) {
        try {
            read("t", type, content, prio);
        } catch (FaultException e) {
            return e.fault();
        }
        throw new AssertionError("taken: " + content);
    }

    @ParameterizedTest
    @CsvFileSource(
            resources = "/content.tsv",
            delimiter = '\t',
            quoteCharacter = '\u0001',
            ignoreLeadingAndTrailingWhitespace = false,
            emptyValue = "")
    void isStoredInOneFormOrRefused(RRType type, String owner, String content, String stored) {
        String given = content == null ? "" : content;
        if (stored.equals("-")) {
            assertThatExceptionOfType(FaultException.class)
                    .isThrownBy(() -> read(owner + ".", type, given, Optional.empty()));
        } else {
            Rdata data = read(owner + ".", type, given, Optional.empty()).data();

            assertThat(stored(data)).isEqualTo(stored);
            assertThat(read(owner + ".", type, stored(data), Optional.empty()).data())
                    .as("the stored form is its own stored form")
                    .isEqualTo(data);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"foo\nbar\"", "foo\nbar", "\"a\u0000b\"", "\"\ud83d\"", " \t "})
    void aTextWithAControlCharacterOrHalfACharacterIsRefused(String content) {
        assertThat(refusal(RRType.TXT, content, Optional.empty())).isInstanceOf(Fault.Malformed.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1\n", "192.0.2.1\u0000", "\u00a0192.0.2.1"})
    void anAddressWithAnotherKindOfBlankIsRefused(String content) {
        assertThat(refusal(RRType.A, content, Optional.empty())).isInstanceOf(Fault.Malformed.class);
    }

    @Test
    void anAddressOfManyGroupsIsRefusedAndOverflowsNoStack() {
        for (String content : List.of(":1".repeat(5_000), "1:".repeat(5_000), ":".repeat(500_000))) {
            assertThat(refusal(RRType.AAAA, content, Optional.empty()))
                    .isEqualTo(new Fault.Malformed("/content", "address", "This is no IPv6 address."));
        }
        assertThat(stored(RRType.AAAA, "2001:0db8:0000:0000:0000:ffff:192.0.2.255"))
                .isEqualTo("2001:db8::ffff:c000:2ff");
    }

    @Test
    void aTabIsABlankOutsideOfQuotesAndAnOctetWithin() {
        assertThat(stored(RRType.A, "\t192.0.2.9 ")).isEqualTo("192.0.2.9");
        assertThat(stored(RRType.TXT, "\"a\tb\"")).isEqualTo("\"a\\009b\"");
    }

    @Test
    void aTextIsCutIntoStringsOf255Octets() {
        assertThat(stored(RRType.TXT, "a".repeat(255))).isEqualTo("\"" + "a".repeat(255) + "\"");
        assertThat(stored(RRType.TXT, "\"" + "a".repeat(256) + "\"")).isEqualTo("\"" + "a".repeat(255) + "\" \"a\"");
        assertThat(stored(RRType.TXT, "a".repeat(4096)).split(" ")).hasSize(17);
        assertThat(stored(RRType.TXT, "é".repeat(128)).split(" ")).hasSize(2);
    }

    @Test
    void aTextOfMoreThan64000OctetsIsRefused() {
        assertThat(stored(RRType.TXT, "a".repeat(63_000))).isNotEmpty();
        assertThat(refusal(RRType.TXT, "a".repeat(64_000), Optional.empty())).isInstanceOf(Fault.Malformed.class);
    }

    @Test
    void thePrioIsAFieldOrTheFirstWord() {
        Rdata asField =
                read("@", RRType.MX, "mail.example.com.", Optional.of(10L)).data();
        Rdata asWord =
                read("@", RRType.MX, "10 mail.example.com.", Optional.empty()).data();
        Rdata asBoth =
                read("@", RRType.MX, "10 mail.example.com.", Optional.of(10L)).data();

        assertThat(asField).isEqualTo(asWord).isEqualTo(asBoth);
        assertThat(asField.prio()).contains(10);
        assertThat(asField.content()).isEqualTo("mail.example.com.");
        assertThat(read("_sip._tcp", RRType.SRV, "5 5060 sip.example.com.", Optional.of(1L))
                        .data())
                .isEqualTo(read("_sip._tcp", RRType.SRV, "1 5 5060 sip.example.com.", Optional.empty())
                        .data());
    }

    @Test
    void aPrioThatContradictsTheContentIsRefused() {
        assertThat(refusal(RRType.MX, "10 mail.example.com.", Optional.of(20L))).isInstanceOf(Fault.Invalid.class);
        assertThat(refusal(RRType.A, "192.0.2.1", Optional.of(20L))).isInstanceOf(Fault.Invalid.class);
        assertThat(refusal(RRType.MX, "mail.example.com.", Optional.of(65_536L)))
                .isEqualTo(new Fault.Malformed("/prio", "number", "The number is from 0 to 65535."));
    }

    @Test
    void aTtlHas31Bits() {
        assertThat(RecordInput.seconds(Optional.of(0L), "")).contains(0);
        assertThat(RecordInput.seconds(Optional.of(2_147_483_647L), "")).contains(2_147_483_647);
        for (long ttl : new long[] {-1, 2_147_483_648L, 4_294_967_295L, 4_294_967_296L}) {
            assertThatExceptionOfType(FaultException.class).isThrownBy(() -> RecordInput.seconds(Optional.of(ttl), ""));
        }
    }

    @Test
    void aFaultPointsAtItsValue() {
        Fault fault = null;
        try {
            new RecordInput("a b", RRType.A, "192.0.2.1", Optional.empty(), Optional.empty()).read(ZONE, "/records/3");
        } catch (FaultException e) {
            fault = e.fault();
        }
        assertThat(fault).isInstanceOfSatisfying(Fault.Malformed.class, refused -> assertThat(refused.pointer())
                .isEqualTo("/records/3/name"));
    }
}
