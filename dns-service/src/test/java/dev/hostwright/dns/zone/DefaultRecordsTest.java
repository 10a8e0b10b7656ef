package dev.hostwright.dns.zone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.hostwright.dns.DnsConfig;
import dev.hostwright.dns.problem.FaultException;
import dev.hostwright.dns.rdata.RRType;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DefaultRecordsTest {

    private record Settings(String defaultIp, Optional<List<String>> nameServers, int defaultTtl) implements DnsConfig {

        @Override
        public boolean dnssec() {
            return true;
        }

        @Override
        public int maxRequestRecords() {
            return 10;
        }

        @Override
        public int maxZoneRecords() {
            return 10;
        }

        @Override
        public Optional<List<String>> servers() {
            return Optional.empty();
        }

        @Override
        public Optional<List<URI>> serverApis() {
            return Optional.empty();
        }

        @Override
        public Optional<String> serverApiKey() {
            return Optional.empty();
        }

        @Override
        public boolean notifySecondaries() {
            return false;
        }

        @Override
        public List<String> reservedTlds() {
            return List.of();
        }

        @Override
        public Duration tombstoneLife() {
            return Duration.ofDays(30);
        }
    }

    private static List<String> records(Settings settings, String domain) {
        return new DefaultRecords(settings)
                .of(ZoneName.of(domain, List.of()), new Serial(2026112301), List.of()).stream()
                        .map(each -> each.name() + " " + each.type() + " " + each.data())
                        .toList();
    }

    @Test
    void nameServersOfTheOperatorTakeThePlaceOfTheZonesOwn() {
        List<String> records = records(
                new Settings("192.0.2.80", Optional.of(List.of("ns1.host.example", "NS2.host.example.")), 600),
                "a.example");

        assertThat(records)
                .containsExactlyInAnyOrder(
                        "a.example SOA ns1.host.example. admin.a.example. 2026112301 10800 3600 604800 3600",
                        "a.example NS ns1.host.example.",
                        "a.example NS ns2.host.example.",
                        "a.example A 192.0.2.80",
                        "www.a.example CNAME a.example.",
                        "a.example MX 10 mail.a.example.",
                        "mail.a.example A 192.0.2.80");
    }

    @Test
    void aReverseZoneOfTheOperatorsServersHasNothingElse() {
        assertThat(records(
                        new Settings("192.0.2.80", Optional.of(List.of("ns1.host.example", "ns2.host.example")), 600),
                        "1.168.192.in-addr.arpa"))
                .hasSize(3)
                .allMatch(record -> record.contains(" " + RRType.SOA + " ") || record.contains(" " + RRType.NS + " "));
    }

    @Test
    void aSettingThatCannotBeStopsTheStart() {
        for (Settings wrong : List.of(
                new Settings("host.example", Optional.empty(), 600),
                new Settings("192.0.2.1", Optional.of(List.of("192.0.2.53")), 600))) {
            assertThatExceptionOfType(FaultException.class).isThrownBy(() -> new DefaultRecords(wrong));
        }
    }
}
