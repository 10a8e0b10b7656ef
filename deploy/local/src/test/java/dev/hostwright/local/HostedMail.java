package dev.hostwright.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jakarta.mail.SendFailedException;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** A mail domain with one mailbox, and how tests of the mail servers get at both. */
@ExtendWith(SharedStack.class)
abstract class HostedMail {

    static final String STRANGER = "stranger@elsewhere.example";
    static final Duration SOON = Duration.ofSeconds(20);

    final LocalStack stack;
    final Shop shop;
    final String domain;
    final String info;
    String domainId = "";

    HostedMail(LocalStack stack) {
        this.stack = stack;
        this.shop = new Shop(stack);
        this.domain = shop.domain;
        this.info = "info@" + domain;
    }

    @BeforeEach
    void makeDomain() {
        assumeTrue(stack.hasMailServers(), "there is no Postfix and Dovecot on this machine");
        domainId = mail().post("/v1/mail-domains", """
                        {"domain": "%1$s", "mailboxes": [{"email": "info@%1$s", "password": "%2$s"}]}
                        """.formatted(domain, shop.password()))
                .expect(201)
                .json()
                .path("id")
                .asText();
    }

    void awaitInbox(String address, String... subjects) {
        await().atMost(SOON).untilAsserted(() -> assertThat(client().inbox(address, shop.password()))
                .containsExactlyInAnyOrder(subjects));
    }

    void assertRefusedAtRcpt(String address, String status) {
        assertThatThrownBy(() -> client().deliver(STRANGER, address, "no " + UUID.randomUUID()))
                .isInstanceOf(SendFailedException.class)
                .hasStackTraceContaining(status);
    }

    String mailbox(String name) {
        return mail().post(
                        "/v1/mailboxes",
                        "{\"email\": \"%s@%s\", \"password\": \"%s\"}".formatted(name, domain, shop.password()))
                .expect(201)
                .json()
                .path("id")
                .asText();
    }

    void forwarder(String name, String destinations, String more) {
        mail().post(
                        "/v1/forwarders",
                        "{\"source\": \"%s@%s\", \"destinations\": [%s]%s}".formatted(name, domain, destinations, more))
                .expect(201);
    }

    MailClient client() {
        return new MailClient(stack.mailServers());
    }

    ApiClient mail() {
        return shop.at(Service.MAIL);
    }
}
