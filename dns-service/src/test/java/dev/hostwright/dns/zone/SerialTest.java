package dev.hostwright.dns.zone;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SerialTest {

    @ParameterizedTest
    @CsvSource({
        "2015-01-08, 0, 2015010801",
        "2015-01-08, 123, 2015010801",
        "2015-01-08, 2015010801, 2015010802",
        "2015-01-08, 2015010898, 2015010899",
        "2015-01-08, 2015010899, 2015010900",
        "2015-01-08, 2015010950, 2015010951",
        "2015-01-09, 2015010957, 2015010958",
        "2015-01-09, 2015010857, 2015010901",
        "2015-01-08, 20150904, 2015010801",
        "2015-01-08, 2099000000, 2099000001",
        "2015-01-08, 4294967294, 4294967295",
        "2015-01-08, 4294967295, 1",
        "2015-01-08, 1, 2015010801",
        "2026-08-20, 2026082101, 2026082102",
        "2200-01-01, 5, 6",
    })
    void risesByOneOrToTheFirstOfTheDay(LocalDate today, long serial, long next) {
        assertThat(new Serial(serial).next(today)).isEqualTo(new Serial(next));
    }

    @Test
    void isDatedInUtcWhereverTheClockIs() {
        Clock kiritimati = Clock.fixed(Instant.parse("2026-11-23T23:30:00Z"), ZoneId.of("Pacific/Kiritimati"));

        assertThat(Serial.first(kiritimati)).isEqualTo(new Serial(2026112301));
        assertThat(Serial.first(kiritimati.withZone(ZoneOffset.UTC))).isEqualTo(new Serial(2026112301));
    }

    @Test
    void isTheThirdWordOfTheSoa() {
        String soa = "ns1.example.org. admin.example.org. 1 10800 3600 604800 3600";

        assertThat(new Serial(2026112301).in(soa))
                .isEqualTo("ns1.example.org. admin.example.org. 2026112301 10800 3600 604800 3600");
        assertThat(Serial.of(soa)).isEqualTo(new Serial(1));
    }
}
