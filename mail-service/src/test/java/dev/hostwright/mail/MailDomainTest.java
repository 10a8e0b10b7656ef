package dev.hostwright.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostwright.mail.problem.Fault;
import dev.hostwright.mail.problem.FaultException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MailDomainTest {

    @ParameterizedTest
    @CsvSource({
        "acme.com, acme.com",
        "mail.acme.com, acme.com",
        "shop.acme.co.uk, acme.co.uk",
        "a.b.acme.example, acme.example",
        "acme.example, acme.example",
        "x.acme.github.io, acme.github.io",
        "www.食狮.公司.cn, xn--85x722f.xn--55qx5d.cn",
        "a.b.3com, b.3com"
    })
    void theRegistrableDomainIsOneLabelMoreThanThePublicSuffix(String domain, String registrable) {
        assertThat(MailDomain.parse(domain).registrable().value()).isEqualTo(registrable);
    }

    @ParameterizedTest
    @ValueSource(strings = {"co.uk", "github.io", "公司.cn"})
    void aPublicSuffixIsNobodys(String suffix) {
        MailDomain domain = MailDomain.parse(suffix);

        assertThatThrownBy(domain::registrable)
                .isInstanceOfSatisfying(FaultException.class, e -> assertThat(((Fault.Malformed) e.fault()).code())
                        .isEqualTo("public_suffix"));
    }

    @Test
    void aNameThatIsNotParsedMustBeStoredFormAlready() {
        assertThatThrownBy(() -> new MailDomain("Example.com")).isInstanceOf(IllegalArgumentException.class);
    }
}
