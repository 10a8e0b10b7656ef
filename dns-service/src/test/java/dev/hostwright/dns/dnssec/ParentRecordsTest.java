package dev.hostwright.dns.dnssec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostwright.dns.DnsName;
import java.util.Base64;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class ParentRecordsTest {

    /** The example of RFC 6605 section 6.1. */
    @Test
    void theStandardsExampleHasTheTagAndTheDigestOfTheStandard() {
        ParentRecords records = ParentRecords.of(
                new DnsName("example.net"),
                "GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==");

        assertThat(records.ds().getFirst().text())
                .isEqualTo("example.net. IN DS 55648 13 2"
                        + " B4C8C1FE2E7477127B27115656AD6256F424625BF5C1E2770CE6D6E37DF61D17");
        assertThat(records.ds().get(1).digestType()).isEqualTo(4);
        assertThat(records.ds().get(1).digest()).hasSize(96);
        assertThat(records.dnskey().text()).startsWith("example.net. IN DNSKEY 257 3 13 GojIhhXUN/u4v54Z");
    }

    @RepeatedTest(50)
    void aKeyHasTheLengthsThatTheStandardSays() {
        SigningKey key = SigningKey.generate();

        assertThat(Base64.getDecoder().decode(key.publicKey())).hasSize(64);
        assertThat(Base64.getDecoder().decode(key.privateKey())).hasSize(32);
        assertThat(key.toString()).doesNotContain(key.privateKey());
    }
}
