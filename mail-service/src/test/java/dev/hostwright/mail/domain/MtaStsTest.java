package dev.hostwright.mail.domain;

import static dev.hostwright.mail.Api.freshDomain;
import static dev.hostwright.mail.Api.hosted;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import dev.hostwright.contract.PostgresResource;
import dev.hostwright.mail.MailConfig.MtaSts.Mode;
import dev.hostwright.mail.MailDomain;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "mail"))
class MtaStsTest {

    private static final MailDomain DOMAIN = MailDomain.parse("acme.example");

    private static MailServers servers(Optional<MailDomain> host, Mode mode) {
        return new MailServers(Optional.empty(), Optional.empty(), host, mode, Optional.empty());
    }

    @Test
    void anybodyReadsThePolicyOfADomainThatIsHere() {
        String domain = hosted(7);

        given().header("Host", "MTA-STS." + domain + ":8443")
                .get("/.well-known/mta-sts.txt")
                .then()
                .statusCode(200)
                .contentType(startsWith("text/plain"))
                .body(equalTo(
                        "version: STSv1\r\nmode: testing\r\nmx: mail.%s\r\nmax_age: 604800\r\n".formatted(domain)));
    }

    @Test
    void thereIsNoPolicyOfAnyOtherName() {
        for (String host : List.of("mta-sts." + freshDomain(), hosted(7), "mta-sts.", "mta-sts.a..b", "localhost")) {
            given().header("Host", host).get("/.well-known/mta-sts.txt").then().statusCode(404);
        }
    }

    @Test
    void aPolicyIsPublishedOnlyWhereItIsServed() {
        MailDomain web = MailDomain.parse("web.provider.example");

        List<DnsRecord> without = DnsRecord.of(DOMAIN, servers(Optional.empty(), Mode.TESTING), List.of());
        List<DnsRecord> with = DnsRecord.of(DOMAIN, servers(Optional.of(web), Mode.TESTING), List.of());

        assertThat(without).extracting(DnsRecord::name).doesNotContain("_mta-sts", "mta-sts");
        assertThat(with)
                .anyMatch(record ->
                        record.name().equals("_mta-sts") && record.content().matches("\"v=STSv1; id=[0-9a-f]{20}\""))
                .anyMatch(record -> record.name().equals("mta-sts")
                        && record.type().equals("CNAME")
                        && record.content().equals("web.provider.example."));
    }

    @Test
    void anotherPolicyHasAnotherId() {
        assertThat(servers(Optional.empty(), Mode.TESTING).policy(DOMAIN).id())
                .isEqualTo(
                        servers(Optional.empty(), Mode.TESTING).policy(DOMAIN).id())
                .isNotEqualTo(
                        servers(Optional.empty(), Mode.ENFORCE).policy(DOMAIN).id());
    }
}
