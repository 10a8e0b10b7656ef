package dev.hostwright.gateway.passthrough;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreferenceTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "handling=lenient",
                "Handling = lenient",
                "handling=\"lenient\"",
                "respond-async, wait=10, handling=lenient",
                "handling=lenient; note=\"x\"",
                "handling=lenient, handling=strict",
                "return=minimal; foo=\"some parameter\", handling=lenient"
            })
    void lenientIsAskedFor(String header) {
        assertThat(Preference.handling(List.of(header))).isEqualTo(Preference.LENIENT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "handling",
                "handling=strict",
                "handling=strict, handling=lenient",
                "handling=LENIENT",
                "xhandling=lenient",
                "foo; handling=lenient",
                "foo=\"handling=lenient\"",
                "=,;"
            })
    void lenientIsNotAskedFor(String header) {
        assertThat(Preference.handling(List.of(header))).isEqualTo(Preference.STRICT);
    }

    @Test
    void aHeaderThatIsMadeToBeSlowIsReadAtOnce() {
        for (String header :
                List.of(" ".repeat(100_000), "a=" + "\"".repeat(100_000), ", ".repeat(50_000), ";=".repeat(50_000))) {
            assertThat(assertTimeout(
                            Duration.ofSeconds(2), () -> Preference.handling(List.of(header, "handling=lenient"))))
                    .isEqualTo(Preference.LENIENT);
        }
    }

    @Test
    void severalHeadersAreOneList() {
        assertThat(Preference.handling(List.of("wait=5", "handling=lenient"))).isEqualTo(Preference.LENIENT);
        assertThat(Preference.handling(List.of())).isEqualTo(Preference.STRICT);
    }
}
