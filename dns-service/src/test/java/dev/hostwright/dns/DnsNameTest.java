package dev.hostwright.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.hostwright.dns.problem.FaultException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DnsNameTest {

    private static final DnsName ZONE = new DnsName("example.org");

    @ParameterizedTest
    @CsvSource({
        "www, www.example.org",
        "WWW, www.example.org",
        "_dmarc, _dmarc.example.org",
        "_sip._tcp, _sip._tcp.example.org",
        "foo_bar, foo_bar.example.org",
        "1, 1.example.org",
        "xn--tda, xn--tda.example.org",
        "ü, xn--tda.example.org",
        "Ü, xn--tda.example.org",
        "*, *.example.org",
        "*.sub, *.sub.example.org",
        "@, example.org",
        "'', example.org",
        "-x, -x.example.org",
        "x-, x-.example.org",
        "example.org., example.org",
        "www.example.org., www.example.org",
        "www.example.org, www.example.org",
        "www.example.org.example.org, www.example.org.example.org",
        "evilexample.org, evilexample.org.example.org",
    })
    void anOwnerIsRelativeOrInTheZone(String text, String name) {
        assertThat(DnsName.owner(text, ZONE)).isEqualTo(new DnsName(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a..b",
                ".a",
                "a b",
                "a:b",
                "a;b",
                "a\\.b",
                "a,b",
                "a'b",
                "a\"b",
                "a(b)",
                "a$b",
                "a%b",
                "a+b",
                "a<b>",
                "a\n",
                "\n",
                "a\tb",
                "a\u0000b",
                "not-in-zone.",
                "evilexample.org.",
                "a*",
                "*a",
                "x.*",
                "**",
                ".",
                "a/b",
                "xn--a",
                "☃",
                "ａ",
                "a\u200bb",
                "a\u00adb",
                "a。b",
                "org.",
                "@.",
                "a@b"
            })
    void anOwnerThatIsNoneIsRefused(String text) {
        assertThatExceptionOfType(FaultException.class).isThrownBy(() -> DnsName.owner(text, ZONE));
    }

    @Test
    void aLabelHas63OctetsAndANameHas253() {
        assertThat(DnsName.owner("a".repeat(63), ZONE).value()).hasSize(63 + 12);
        assertThatExceptionOfType(FaultException.class).isThrownBy(() -> DnsName.owner("a".repeat(64), ZONE));
        String label = "a".repeat(59) + ".";
        assertThat(DnsName.owner(label.repeat(4) + "a", ZONE).value()).hasSize(253);
        assertThatExceptionOfType(FaultException.class).isThrownBy(() -> DnsName.owner(label.repeat(4) + "aa", ZONE));
    }

    @Test
    void aLabelOfManyCombiningMarksIsRefusedBeforeItIsNormalised() {
        String label = "a" + "\u0316\u0301".repeat(160_000);

        assertTimeoutPreemptively(Duration.ofSeconds(2), () -> {
            assertThatExceptionOfType(FaultException.class).isThrownBy(() -> DnsName.owner(label, ZONE));
            assertThatExceptionOfType(FaultException.class).isThrownBy(() -> DnsName.target(label, ZONE));
            assertThatExceptionOfType(FaultException.class).isThrownBy(() -> DnsName.fold(label));
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 253, 999, 1001, 1_000_000})
    void aLabelThatIsTooLongIsRefusedInAnyScript(int length) {
        for (String label : List.of("ü".repeat(length), "xn--" + "a".repeat(length))) {
            assertThatExceptionOfType(FaultException.class).isThrownBy(() -> DnsName.fold(label));
            assertThatExceptionOfType(FaultException.class).isThrownBy(() -> DnsName.target(label + ".", ZONE));
        }
    }

    @Test
    void theLongestNamesAreTakenInTheirLongestForms() {
        String decomposed = "u\u0308".repeat(50);
        String escaped = ("\\097".repeat(63) + ".").repeat(3) + "\\097".repeat(61) + ".";

        assertThat(DnsName.fold(decomposed)).isEqualTo(DnsName.fold("ü".repeat(50)));
        assertThat(DnsName.target(escaped, ZONE).value()).hasSize(253);
    }

    @Test
    void aSlashIsTakenInReverseZonesOnly() {
        DnsName reverse = new DnsName("2.0.192.in-addr.arpa");

        assertThat(DnsName.owner("0/25", reverse).value()).isEqualTo("0/25.2.0.192.in-addr.arpa");
    }
}
