package dev.hostwright.gateway.passthrough;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostwright.gateway.problem.Fault;
import dev.hostwright.gateway.problem.FaultException;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LenientNameTest {

    @ParameterizedTest
    @CsvSource({
        "customer_db, customer_db",
        "Customer-DB!, customerdb",
        "'a; DROP DATABASE x--', adropdatabasex",
        "'\"quoted\"', quoted",
        "Müller, mller",
        "_1, _1",
        "TEST@#$%DB, testdb"
    })
    void lettersDigitsAndUnderscoresAreLeft(String asked, String left) {
        assertThat(LenientName.of(asked, "/name")).isEqualTo(left);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-", "äöü", "\u0000", "１"})
    void aNameOfWhichNothingIsLeftIsRefused(String asked) {
        assertThatThrownBy(() -> LenientName.of(asked, "/databaseName"))
                .isInstanceOfSatisfying(FaultException.class, e -> assertThat(e.fault())
                        .isInstanceOfSatisfying(Fault.Malformed.class, fault -> assertThat(fault.pointer())
                                .isEqualTo("/databaseName")));
    }

    @Test
    void aTurkishServerFoldsCaseLikeAnyOther() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("tr"));
            assertThat(LenientName.of("INFO", "/name")).isEqualTo("info");
        } finally {
            Locale.setDefault(before);
        }
    }
}
