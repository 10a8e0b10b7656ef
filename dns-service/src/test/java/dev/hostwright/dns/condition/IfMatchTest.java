package dev.hostwright.dns.condition;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.hostwright.dns.problem.FaultException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IfMatchTest {

    private static final Optional<EntityTag> A = Optional.of(new EntityTag("a"));

    @ParameterizedTest
    @ValueSource(strings = {"*", "\"a\"", "\"b\", \"a\"", "\"b\",\"a\",", "W/\"a\", \"a\""})
    void aThingThatIsWhatTheHeaderSaysIsTaken(String header) {
        assertThatCode(() -> IfMatch.of(header).check(A)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"b\"", "W/\"a\"", "\"A\"", "\"\""})
    void aThingThatIsAnotherIsStale(String header) {
        assertThatExceptionOfType(FaultException.class)
                .isThrownBy(() -> IfMatch.of(header).check(A))
                .withMessageContaining("Stale");
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "\"a\""})
    void aThingThatIsNotThereIsStale(String header) {
        assertThatExceptionOfType(FaultException.class)
                .isThrownBy(() -> IfMatch.of(header).check(Optional.empty()))
                .withMessageContaining("Stale");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "\"a", "*, \"a\"", "\"a\" \"b\"", ",", "w/\"a\""})
    void whatIsNoListOfTagsIsRefused(String header) {
        assertThatExceptionOfType(FaultException.class)
                .isThrownBy(() -> IfMatch.of(header))
                .withMessageContaining("if_match");
    }

    @Test
    void withoutTheHeaderAnythingIsTaken() {
        assertThatCode(() -> {
                    IfMatch.NONE.check(A);
                    IfMatch.NONE.check(Optional.empty());
                })
                .doesNotThrowAnyException();
    }
}
