package dev.hostwright.db.role;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PasswordUtil;

class ScramVerifierTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "correct horse battery",
                "p@ss:w/rd?#%[]",
                "пароль-пароль",
                "ﬁﬁﬁﬁﬁﬁﬁﬁﬁﬁﬁﬁ",
                "🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑"
            })
    void itIsWhatTheDriverOfPostgresComputes(String plain) {
        byte[] salt = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
        ScramVerifier theirs = new ScramVerifier(PasswordUtil.encodeScramSha256(plain.toCharArray(), 4096, salt));

        assertThat(theirs.matches(new Password(plain))).isTrue();
        assertThat(theirs.matches(new Password(plain + "x"))).isFalse();
    }

    @Test
    void eachHasItsOwnSalt() {
        Password password = new Password("correct horse battery");

        ScramVerifier one = ScramVerifier.of(password);
        ScramVerifier other = ScramVerifier.of(password);

        assertThat(one.value()).isNotEqualTo(other.value()).startsWith("SCRAM-SHA-256$4096:");
        assertThat(Base64.getDecoder()
                        .decode(one.value().substring(19, one.value().indexOf('$', 19))))
                .hasSize(16);
        assertThat(one.matches(password)).isTrue();
        assertThat(other.matches(password)).isTrue();
        assertThat(one.toString()).isEqualTo("***");
    }
}
