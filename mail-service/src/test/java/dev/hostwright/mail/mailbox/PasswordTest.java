package dev.hostwright.mail.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostwright.mail.Address;
import dev.hostwright.mail.problem.Fault;
import dev.hostwright.mail.problem.FaultException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordTest {

    private static final Address INFO = Address.parse("info@example-shop.com", Address.Grammar.MAILBOX);

    static List<Arguments> refused() {
        return List.of(
                Arguments.of("", "too_short"),
                Arguments.of("seven77", "too_short"),
                Arguments.of("a".repeat(73), "too_long"),
                Arguments.of("é".repeat(37), "too_long"),
                Arguments.of("a".repeat(100_000), "too_long"),
                Arguments.of("passwor！ord12", "not_nfkc"),
                Arguments.of("ﬁshmarket12", "not_nfkc"),
                Arguments.of("x²y and more", "not_nfkc"),
                Arguments.of("non\u00a0breaking blank", "not_nfkc"),
                Arguments.of("half a pair \ud83d here", "bad_unicode"),
                Arguments.of("\udd11 the other half", "bad_unicode"),
                Arguments.of("abc\0defghijkl", "control_char"),
                Arguments.of("with a tab\tinside", "control_char"),
                Arguments.of(" leading blank", "edge_blank"),
                Arguments.of("trailing blank ", "edge_blank"),
                Arguments.of("Password1234", "too_common"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void aPasswordOnWhichProgramsWouldNotAgreeIsRefused(String text, String code) {
        assertThatThrownBy(() -> Password.parse(text))
                .satisfies(e -> assertThat(code(e)).isEqualTo(code));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "EmailPass123!",
                "{PLAIN}hunter2hunter2",
                "\"quote\\slash'; DROP TABLE x; --",
                "pässwörd mit Umlaut",
                "日本語のパスワード",
                "🔑key🔑key",
                "words with blanks inside"
            })
    void aPasswordIsTakenAsItIs(String text) {
        assertThat(Password.parse(text).reveal()).isEqualTo(text);
    }

    @Test
    void seventyTwoBytesAreTheMost() {
        assertThat(Password.parse("a".repeat(72)).reveal()).hasSize(72);
        assertThat(Password.parse("é".repeat(36)).reveal()).hasSize(36);
    }

    @Test
    void whatIsTypedInPartsIsStoredAsOneCharacter() {
        assertThat(Password.parse("pa\u0308sswo\u0308rd lang").reveal()).isEqualTo("pässwörd lang");
    }

    @ParameterizedTest
    @ValueSource(strings = {"info@example-shop.com", "INFO@example-shop.com", "example-shop.com"})
    void theAddressIsNoPassword(String text) {
        Password password = Password.parse(text);

        assertThatThrownBy(() -> password.suiting(INFO, 12))
                .satisfies(e -> assertThat(code(e)).isEqualTo("too_common"));
    }

    @Test
    void theOperatorMayAskForMoreBytes() {
        Password eleven = Password.parse("elevenbytes");

        assertThatThrownBy(() -> eleven.suiting(INFO, 12))
                .satisfies(e -> assertThat(code(e)).isEqualTo("too_short"));
        assertThat(eleven.suiting(INFO, 11)).isEqualTo(eleven);
    }

    @Test
    void noPasswordAndNoHashIsSeenInALog() {
        Password password = Password.parse("EmailPass123!");

        assertThat(password).hasToString("***");
        assertThat(PasswordHash.of(password)).hasToString("***");
    }

    private static String code(Throwable e) {
        return ((Fault.Malformed) ((FaultException) e).fault()).code();
    }
}
