package dev.hostwright.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostwright.mail.problem.Fault;
import dev.hostwright.mail.problem.FaultException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AddressTest {

    private static final String LONG_LABEL = "a".repeat(63);
    private static final String LONG_DOMAIN = String.join(".", LONG_LABEL, LONG_LABEL, LONG_LABEL);

    @ParameterizedTest(name = "{0} {1} is {2}: {3}")
    @MethodSource("vectors")
    void anAddressIsTakenOrRefusedByRule(Address.Grammar grammar, String text, String verdict, String expected) {
        if (verdict.equals("ok")) {
            assertThat(Address.parse(text, grammar).text()).isEqualTo(expected);
        } else {
            assertThatThrownBy(() -> Address.parse(text, grammar)).isInstanceOfSatisfying(FaultException.class, e -> {
                Fault.Malformed fault = (Fault.Malformed) e.fault();
                assertThat(fault.code()).isEqualTo(expected);
            });
        }
    }

    @Test
    void aDetailAndUpperCaseDoNotChangeWhoReceives() {
        Address address = Address.parse("Info+Shop@Example.com", Address.Grammar.DESTINATION);

        assertThat(address.delivered()).isEqualTo("info@example.com");
    }

    static List<Arguments> vectors() throws IOException {
        try (InputStream file =
                Objects.requireNonNull(AddressTest.class.getResourceAsStream("/addresses.tsv"), "addresses.tsv")) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\t", -1))
                    .map(AddressTest::vector)
                    .toList();
        }
    }

    private static Arguments vector(String[] columns) {
        List<String> texts =
                Stream.of(columns[1], columns[3]).map(AddressTest::unescape).toList();
        return Arguments.of(Address.Grammar.valueOf(columns[0]), texts.get(0), columns[2], texts.get(1));
    }

    private static String unescape(String text) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\') {
                plain.append(c);
                continue;
            }
            switch (text.charAt(++i)) {
                case 'u' -> {
                    plain.append((char) Integer.parseInt(text.substring(i + 1, i + 5), 16));
                    i += 4;
                }
                case 'r' -> plain.append('\r');
                case 'n' -> plain.append('\n');
                default -> plain.append('\\');
            }
        }
        return plain.toString()
                .replace("l64@", "l".repeat(64) + "@")
                .replace("l65@", "l".repeat(65) + "@")
                .replace("@d253", "@" + LONG_DOMAIN + "." + "a".repeat(61))
                .replace("@d254", "@" + LONG_DOMAIN + "." + "a".repeat(62))
                .replace("@d63", "@" + LONG_LABEL + ".com")
                .replace("@d64", "@" + LONG_LABEL + "a.com");
    }
}
