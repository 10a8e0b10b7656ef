package dev.hostwright.gateway.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hostwright.gateway.customer.Desired;
import dev.hostwright.gateway.customer.Domain;
import dev.hostwright.gateway.operation.Part;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ServiceCallsTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(12);

    private static Desired with(int mailboxes) {
        return new Desired(
                new Domain("a.example"),
                Optional.empty(),
                Optional.of(new Desired.Mail(
                        Collections.nCopies(mailboxes, new Desired.Mailbox("info@a.example", Optional.empty())),
                        List.of())),
                Optional.empty());
    }

    @Test
    void manyMailboxesAreWaitedForLonger() {
        assertThat(ServiceCalls.timeout(TIMEOUT, Part.MAIL, with(100), false)).isEqualTo(Duration.ofSeconds(37));
        assertThat(ServiceCalls.timeout(TIMEOUT, Part.MAIL, with(0), false)).isEqualTo(TIMEOUT);
    }

    @Test
    void whatHashesNothingIsNot() {
        assertThat(ServiceCalls.timeout(TIMEOUT, Part.MAIL, with(100), true)).isEqualTo(TIMEOUT);
        assertThat(ServiceCalls.timeout(TIMEOUT, Part.DNS, with(100), false)).isEqualTo(TIMEOUT);
    }
}
