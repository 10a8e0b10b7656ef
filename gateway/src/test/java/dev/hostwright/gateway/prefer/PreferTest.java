package dev.hostwright.gateway.prefer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreferTest {

    private static Prefer from(String... lines) {
        return Prefer.from(List.of(lines));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "wait=10 | 10",
                "respond-async, wait=10 | 10",
                "wait=10, respond-async | 10",
                "WAIT = \"7\" | 7",
                "wait=\"\\7\" | 7",
                "wait=5; note=\"a, b\" | 5",
                "note=\"a, wait=9\", wait=5 | 5",
                "note=\"\\\", wait=9\", wait=5 | 5",
                "wait=5, wait=9 | 5",
                "wait=31 | 30",
                "wait=999999 | 30",
                "wait=99999999999999999999 | 30"
            })
    void aTimeToWaitIsReadAndLimited(String header, int seconds) {
        assertThat(from(header).time()).isEqualTo(Duration.ofSeconds(seconds));
        assertThat(from(header).waits()).isTrue();
        assertThat(from(header).waitApplied()).contains("wait=" + seconds);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "wait",
                "wait=",
                "wait=x",
                "wait=-1",
                "wait=1.5",
                "wait=٣",
                "wait=\"7",
                "wait=x, wait=5",
                "await=9",
                "handling=lenient; wait=5",
                "note=\"wait=5\"",
                "note=\"x, wait=5",
                "nonsense",
                "=,;\\"
            })
    void withoutATimeNothingIsWaitedForOrSaidToBeApplied(String header) {
        assertThat(from(header).waits()).isFalse();
        assertThat(from(header).time()).isEqualTo(Duration.ZERO);
        assertThat(from(header).waitApplied()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"respond-async", "Respond-Async", "wait=0", "wait=x, respond-async", "respond-async; a=b"})
    void whoWantsNoWaitingIsToldSo(String header) {
        assertThat(from(header).waits()).isFalse();
        assertThat(from(header).waitApplied()).contains("respond-async");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "handling=lenient",
                "Handling = lenient",
                "handling=\"lenient\"",
                "respond-async, wait=10, handling=lenient",
                "handling=lenient; note=\"x\"",
                "handling=lenient, handling=strict",
                "return=minimal; foo=\"some parameter\", handling=lenient",
                "foo=\"a, handling=strict\", handling=lenient",
                ", ,handling=lenient"
            })
    void lenientIsAskedFor(String header) {
        assertThat(from(header).lenient()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "handling",
                "handling=strict",
                "handling=strict, handling=lenient",
                "handling=LENIENT",
                "handling=\"lenient",
                "xhandling=lenient",
                "foo; handling=lenient",
                "foo=\"handling=lenient\"",
                "foo=\"a, handling=lenient\"",
                "=,;"
            })
    void lenientIsNotAskedFor(String header) {
        assertThat(from(header).lenient()).isFalse();
    }

    @Test
    void severalHeadersAreOneList() {
        assertThat(from("wait=5", "handling=lenient")).isEqualTo(from("wait=5, handling=lenient"));
        assertThat(from("wait=5", "wait=6").seconds()).contains(5);
        assertThat(from("note=\"x", "wait=5").seconds()).contains(5);
        assertThat(from()).isEqualTo(Prefer.NOTHING);
    }

    @Test
    void aHeaderThatIsMadeToBeSlowIsReadAtOnce() {
        for (String header : List.of(
                " ".repeat(100_000),
                "a=" + "\"".repeat(100_000),
                "a=\"" + "\\".repeat(100_000),
                ", ".repeat(50_000),
                ";=".repeat(50_000))) {
            assertThat(assertTimeout(Duration.ofSeconds(2), () -> from(header, "handling=lenient")
                            .lenient()))
                    .isTrue();
        }
    }
}
