package dev.hostwright.gateway.customer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreferTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "wait=10 | 10",
                "respond-async, wait=10 | 10",
                "handling=lenient; wait=5 | 5",
                "WAIT = \"7\" | 7",
                "wait=31 | 30",
                "wait=999999 | 30",
                "respond-async | 0",
                "wait=x | 0",
                "await=9 | 0",
                "nonsense | 0"
            })
    void aTimeToWaitIsReadAndLimited(String header, int seconds) {
        assertThat(Prefer.from(Optional.of(header)).time()).isEqualTo(Duration.ofSeconds(seconds));
    }
}
