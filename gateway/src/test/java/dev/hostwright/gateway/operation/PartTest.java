package dev.hostwright.gateway.operation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;

class PartTest {

    @Test
    void theIdOfAPartIsTheSameWhoeverComputesIt() {
        UUID customer = UUID.fromString("6ba7b810-9dad-11d1-80b4-00c04fd430c8");

        UUID database = Part.DATABASE.resourceId(customer);

        assertThat(database).isEqualTo(Part.DATABASE.resourceId(customer));
        assertThat(database.version()).isEqualTo(5);
        assertThat(database.variant()).isEqualTo(2);
        assertThat(database).isNotEqualTo(Part.MAIL.resourceId(customer));
        assertThat(Part.MAIL_RECORDS.resourceId(customer)).isEqualTo(Part.DNS.resourceId(customer));
    }

    @Test
    void theVersionFiveOfTheStandardIsMet() {
        // The namespace of domain names (RFC 9562 section 6.6) and the name "mail", computed by another implementation.
        UUID dns = UUID.fromString("6ba7b810-9dad-11d1-80b4-00c04fd430c8");

        assertThat(Part.MAIL.resourceId(dns)).isEqualTo(UUID.fromString("fa4e398e-3f94-51e5-b7d7-6dbad2f2dab3"));
    }
}
