package dev.hostwright.db.role;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostwright.db.name.Identifier;
import dev.hostwright.db.problem.Fault;
import dev.hostwright.db.problem.FaultException;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "p@ss:w/rd?#%[]",
                "it's \"q\" \\ back",
                "            x",
                "пароль-пароль",
                "🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑"
            })
    void whateverCanBeTypedIsAPassword(String plain) {
        assertThat(new Password(plain).plain()).isEqualTo(plain);
    }

    @Test
    void twelveAndAHundredAndTwentyEightCodePointsAreTheLimits() {
        assertThat(new Password("x".repeat(12)).plain()).hasSize(12);
        assertThat(new Password("🔑".repeat(128)).plain()).hasSize(256);
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of("", "password_too_short"),
                Arguments.of("short", "password_too_short"),
                Arguments.of("x".repeat(11), "password_too_short"),
                Arguments.of("🔑".repeat(6), "password_too_short"),
                Arguments.of("x".repeat(129), "password_too_long"),
                Arguments.of("x".repeat(1000), "password_too_long"),
                Arguments.of("passwordpassword\0", "control_character"),
                Arguments.of("password\npassword", "control_character"),
                Arguments.of("password\tpassword", "control_character"),
                Arguments.of("password\u007fpassword", "control_character"),
                Arguments.of("password\u0085password", "control_character"),
                Arguments.of("password\ud800password", "unpaired_surrogate"),
                Arguments.of("password\udc00password", "unpaired_surrogate"),
                Arguments.of("\u00ad".repeat(12), "nothing_to_type"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void anyOtherIsRefusedWithTheRuleItBreaks(String plain, String code) {
        assertThatThrownBy(() -> new Password(plain))
                .isInstanceOfSatisfying(FaultException.class, e -> assertThat(e.fault())
                        .isInstanceOfSatisfying(Fault.Malformed.class, fault -> assertThat(fault.code())
                                .isEqualTo(code)));
    }

    @Test
    void aNameIsNoPassword() {
        assertThatThrownBy(() -> new Password("acme_shop_database").mustNotBe(new Identifier("acme_shop_database")))
                .isInstanceOf(FaultException.class);
    }

    @Test
    void noneIsEverPrinted() {
        assertThat(new Password("correct horse battery").toString()).isEqualTo("***");
        assertThat(new RoleRequest(
                                new Identifier("printed"),
                                java.util.Optional.of(new Password("correct horse battery")),
                                java.util.Optional.empty(),
                                java.util.Optional.empty(),
                                java.util.Optional.empty())
                        .toString())
                .doesNotContain("horse");
        assertThatThrownBy(() -> new Password("horse\n"))
                .isInstanceOf(FaultException.class)
                .hasMessageNotContaining("horse");
    }

    @Test
    void generatedOnesHave32LettersAndDigitsAndDiffer() {
        Set<String> made = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            String password = Password.generate().plain();
            assertThat(password).matches("[A-Za-z0-9]{32}");
            made.add(password);
        }

        assertThat(made).hasSize(1000);
    }
}
