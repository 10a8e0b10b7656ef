package dev.hostwright.gateway.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostwright.gateway.problem.FaultException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdempotencyKeyTest {

    @Test
    void bareAndInQuotesAreTheSame() {
        assertThat(IdempotencyKey.from(Optional.of("8e03-a")))
                .isEqualTo(IdempotencyKey.from(Optional.of("\"8e03-a\"")));
        assertThat(IdempotencyKey.from(Optional.of("\"a\\\"b\\\\c\"")).value()).isEqualTo("a\"b\\c");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\"", "\"a", "a b", "\"\"", "ä"})
    void whatIsNoKeyIsRefused(String header) {
        assertThatThrownBy(() -> IdempotencyKey.from(Optional.of(header))).isInstanceOf(FaultException.class);
    }

    @Test
    void oneHundredAndTwentyEightCharactersAreTheMost() {
        assertThat(IdempotencyKey.from(Optional.of("x".repeat(128))).value()).hasSize(128);
        assertThatThrownBy(() -> IdempotencyKey.from(Optional.of("x".repeat(129))))
                .isInstanceOf(FaultException.class);
        assertThatThrownBy(() -> IdempotencyKey.from(Optional.empty())).isInstanceOf(FaultException.class);
    }
}
