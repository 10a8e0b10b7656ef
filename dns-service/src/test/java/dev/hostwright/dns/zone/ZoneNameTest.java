package dev.hostwright.dns.zone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.hostwright.dns.problem.FaultException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ZoneNameTest {

    private static final List<String> RESERVED = List.of("internal", "local", "localhost", "invalid", "onion", "test");

    private static ZoneName name(String text) {
        return ZoneName.of(text, RESERVED);
    }

    @ParameterizedTest
    @CsvSource({
        "example.net, example.net, example.net",
        "EXAMPLE.net, example.net, example.net",
        "example.net., example.net, example.net",
        "a.b.example.co.uk, a.b.example.co.uk, example.co.uk",
        "münchen.de, xn--mnchen-3ya.de, xn--mnchen-3ya.de",
        "MÜNCHEN.de, xn--mnchen-3ya.de, xn--mnchen-3ya.de",
        "faß.de, xn--fa-hia.de, xn--fa-hia.de",
        "xn--fa-hia.de, xn--fa-hia.de, xn--fa-hia.de",
        "a.公司.cn, a.xn--55qx5d.cn, a.xn--55qx5d.cn",
        "b.a.公司.cn, b.a.xn--55qx5d.cn, a.xn--55qx5d.cn",
        "shop.foo.github.io, shop.foo.github.io, foo.github.io",
        "x.unlisted, x.unlisted, x.unlisted",
        "_tcp.example.net, _tcp.example.net, example.net",
        "foo_bar.net, foo_bar.net, foo_bar.net",
        "-foo.net, -foo.net, -foo.net",
        "autodiscover.example.net, autodiscover.example.net, example.net",
    })
    void isFoldedAndHasARegistrableDomain(String text, String domain, String registrable) {
        assertThat(name(text).domain().value()).isEqualTo(domain);
        assertThat(name(text).registrable().value()).isEqualTo(registrable);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                " \n",
                "localhost",
                "com",
                "co.uk",
                "公司.cn",
                "xn--a.net",
                "xn--.net",
                "☃.net",
                "ＥＸＡＭＰＬＥ.net",
                "foo。bar",
                "*.example.net",
                "example..net",
                ".example.net",
                "example.net..",
                "example.net/../x",
                "_foo.net",
                "_acme-challenge.co.uk",
                "autodiscover.com",
                "autoconfig.co.uk",
                "test.internal",
                "a.test",
                "with space.dedyn.io",
                "percentage%sign.com",
                "@atsign.com",
                "slash/desec.io",
                "192.0.2.1",
                "1.2.3.4.",
                "example.123",
                "exa\u200bmple.net",
                "exa\u00admple.net",
                "ex\u200dample.com",
                "a\u0000.net",
                "a.b\n.net",
                "\u0430\u200c.net",
                "in-addr.arpa",
                "ip6.arpa",
                "256.in-addr.arpa",
                "01.in-addr.arpa",
                "g.ip6.arpa",
                "10.ip6.arpa",
                "a.2.0.192.in-addr.arpa",
                "0/25.0.192.in-addr.arpa"
            })
    void isRefusedWhenNobodyCanHaveIt(String text) {
        assertThatExceptionOfType(FaultException.class).isThrownBy(() -> name(text));
    }

    @Test
    void leavesRoomForTheRecordsBelowIt() {
        String label = "a".repeat(60) + ".";
        assertThat(name("a".repeat(63) + ".net").domain().value()).hasSize(67);
        assertThatExceptionOfType(FaultException.class).isThrownBy(() -> name("a".repeat(64) + ".net"));
        assertThat(name(label.repeat(4) + "net").domain().value()).hasSize(247);
        assertThatExceptionOfType(FaultException.class).isThrownBy(() -> name(label.repeat(4) + "nett"));
    }

    @ParameterizedTest
    @CsvSource({
        "1.168.192.in-addr.arpa, true",
        "5.1.168.192.in-addr.arpa, true",
        "0/25.2.0.192.in-addr.arpa, true",
        "168.192.in-addr.arpa, false",
        "192.in-addr.arpa, false",
        "8.b.d.0.1.0.0.2.ip6.arpa, true",
        "1.8.b.d.0.1.0.0.2.ip6.arpa, true",
        "b.d.0.1.0.0.2.ip6.arpa, false",
        "2.ip6.arpa, false",
        "example.net, true",
    })
    void aTenantHasSmallNetworksOnly(String text, boolean may) {
        assertThatCode(() -> name(text).checkTenantMayHave())
                .satisfies(refusal -> assertThat(refusal == null).isEqualTo(may));
    }

    @Test
    void isRefusedUnreadWhenItIsFarTooLong() {
        assertThatExceptionOfType(FaultException.class).isThrownBy(() -> name("a".repeat(500_000)));
        assertThatExceptionOfType(FaultException.class).isThrownBy(() -> name("a.".repeat(500_000) + "net"));
    }

    @ParameterizedTest
    @CsvSource({
        "1.168.192.in-addr.arpa, 192.168.1.0/24",
        "10.in-addr.arpa, 10.0.0.0/8",
        "5.1.168.192.in-addr.arpa, 192.168.1.0/24",
        "0/25.2.0.192.in-addr.arpa, 192.0.2.0/24",
        "8.b.d.0.1.0.0.2.ip6.arpa, 2001:0db8:0000:0000:0000:0000:0000:0000/32",
    })
    void ofAddressesIsANetwork(String text, String network) {
        assertThat(name(text).network()).contains(network);
        assertThat(name(text).registrable()).isEqualTo(name(text).domain());
    }
}
