package dev.hostwright.gateway.customer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.hostwright.gateway.problem.FaultException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DomainTest {

    @ParameterizedTest
    @CsvSource({
        "ACME.Example., acme.example",
        "b\u00fccher.example, xn--bcher-kva.example",
        "B\u00dcCHER.example, xn--bcher-kva.example",
        "bu\u0308cher.example, xn--bcher-kva.example",
        "stra\u00dfe.example, xn--strae-oqa.example",
        "xn--bcher-kva.example, xn--bcher-kva.example",
    })
    void aDomainIsKeptInLowerCaseAndAscii(String given, String kept) {
        assertThat(new Domain(given).name()).isEqualTo(kept);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\uff41cme.example",
                "a\u200bcme.example",
                "acme\u3002example",
                "\u0301a.example",
                "-\u00fc.example"
            })
    void aNameThatWouldBecomeAnotherOneIsRefused(String given) {
        assertThatExceptionOfType(FaultException.class).isThrownBy(() -> new Domain(given));
    }

    @ParameterizedTest
    @CsvSource({
        "info@b\u00fccher.example, info@xn--bcher-kva.example",
        "info@acme.example, info@acme.example",
        "\u00fc@acme.example, \u00fc@acme.example",
    })
    void theDomainOfAnAddressIsKeptInAscii(String given, String kept) {
        assertThat(Domain.inAscii(given)).isEqualTo(kept);
    }
}
