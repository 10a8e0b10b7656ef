package dev.hostwright.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Store;
import jakarta.mail.internet.MimeMessage;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** A mailbox that is made through mail-service is one that Postfix takes mail for, and nobody else is. */
class MailServersIT extends HostedMail {

    MailServersIT(LocalStack stack) {
        super(stack);
    }

    @Test
    void aMessageArrivesAndIsRead() throws MessagingException {
        client().deliver(STRANGER, info, "first");
        // as people write it, and with a detail
        client().deliver(STRANGER, "Info+Detail@" + domain, "second");

        awaitInbox(info, "first", "second");
    }

    @Test
    void aForwarderPassesMailOnToSeveralAndElsewhere() throws MessagingException {
        mailbox("office");
        forwarder("sales", "\"%s\", \"office@%s\", \"Some.One+x@elsewhere.example\"".formatted(info, domain), "");

        client().deliver(STRANGER, "sales@" + domain, "an order for " + domain);

        awaitInbox(info, "an order for " + domain);
        awaitInbox("office@" + domain, "an order for " + domain);
        await().atMost(SOON).untilAsserted(() -> assertThat(sent("an order for " + domain))
                .hasSize(1)
                .first()
                .asString()
                .contains("X-Rcpt-Args: <Some.One+x@elsewhere.example>"));
    }

    @Test
    void aForwarderOnAMailboxKeepsACopyOrDoesNot() throws MessagingException {
        mailbox("keeps");
        mailbox("leaves");
        forwarder("keeps", "\"" + info + "\"", ", \"keepCopy\": true");
        forwarder("leaves", "\"" + info + "\"", ", \"keepCopy\": false");

        client().deliver(STRANGER, "keeps@" + domain, "kept");
        client().deliver(STRANGER, "leaves@" + domain, "gone on");

        awaitInbox(info, "kept", "gone on");
        awaitInbox("keeps@" + domain, "kept");
        assertThat(client().inbox("leaves@" + domain, shop.password())).isEmpty();
    }

    @Test
    void aMailboxThatIsOffIsNotThere() throws MessagingException {
        String box = mailbox("box");
        forwarder("only", "\"box@" + domain + "\"", "");
        mail().patch("/v1/mailboxes/" + box, "{\"enabled\": false}").expect(200);

        assertRefusedAtRcpt("box@" + domain, "550");
        // it would be bounced afterwards
        assertRefusedAtRcpt("only@" + domain, "550");
        assertThatThrownBy(() -> client().logIn("box@" + domain, shop.password()))
                .isInstanceOf(AuthenticationFailedException.class);

        mail().patch("/v1/mailboxes/" + box, "{\"enabled\": true}").expect(200);

        client().deliver(STRANGER, "only@" + domain, "on again");
        awaitInbox("box@" + domain, "on again");
    }

    @Test
    void aDomainThatIsOffOrSuspendedIsNotThere() throws MessagingException {
        mail().patch("/v1/mail-domains/" + domainId, "{\"enabled\": false}").expect(200);

        assertRefusedAtRcpt(info, "550");
        assertThatThrownBy(() -> client().logIn(info, shop.password()))
                .isInstanceOf(AuthenticationFailedException.class);

        mail().patch("/v1/mail-domains/" + domainId, "{\"enabled\": true}").expect(200);
        mail().put("/v1/mail-domains/" + domainId + "/suspension", "").expect(204);

        assertRefusedAtRcpt(info, "550");
        assertThatThrownBy(() -> client().logIn(info, shop.password()))
                .isInstanceOf(AuthenticationFailedException.class);

        mail().delete("/v1/mail-domains/" + domainId + "/suspension").expect(204);

        client().deliver(STRANGER, info, "back again");
        awaitInbox(info, "back again");
    }

    @Test
    void anUnknownAddressIsRefusedAndSoIsADomainThatIsNotOurs() {
        assertRefusedAtRcpt("nobody@" + domain, "550");
        assertRefusedAtRcpt("nobody@not-ours.example", "554");
        assertRefusedAtRcpt("x'or'1'='1@" + domain, "550");
    }

    @Test
    void postmasterAndAbuseOfEveryDomainReachSomebody() throws MessagingException {
        client().deliver(STRANGER, "postmaster@" + domain, "to the postmaster");
        client().deliver(STRANGER, "Abuse@" + domain, "about abuse");

        awaitInbox(info, "to the postmaster", "about abuse");
    }

    @Test
    void nobodySendsAsSomebodyElse() throws MessagingException {
        mailbox("office");
        forwarder("sales", "\"" + info + "\"", "");

        client().submit(info, shop.password(), "sales@" + domain, info, "as the forwarder");
        awaitInbox(info, "as the forwarder");

        for (String other : List.of("office@" + domain, "someone@elsewhere.example")) {
            assertThatThrownBy(() -> client().submit(info, shop.password(), other, info, "no"))
                    .hasStackTraceContaining("553");
        }
        // a port for logins takes nothing without one
        assertThatThrownBy(() -> client().deliverWithoutLogin(STRANGER, info)).hasStackTraceContaining("554");
    }

    @Test
    void aFullMailboxTakesNothingMore() throws Exception {
        mail().post(
                        "/v1/mailboxes",
                        "{\"email\": \"small@%s\", \"password\": \"%s\", \"quotaMb\": 1}"
                                .formatted(domain, shop.password()))
                .expect(201);
        String small = "small@" + domain;
        String half = "0123456789abcdef\r\n".repeat(40_000);

        client().deliver(STRANGER, small, "half", half);
        awaitInbox(small, "half");
        assertThat(client().storage(small, shop.password()).limit).isEqualTo(1024);

        // a sender says beforehand how much it is (RFC 1870)
        assertThat(Dialogue.smtp(stack.mailServers().smtpPort()).deliver(STRANGER, small, half, true))
                .startsWith("552")
                .contains("RCPT");
        assertThat(Dialogue.lmtp(stack.mailServers().lmtpPort()).deliver(STRANGER, small, half, false))
                .startsWith("552");
        try (Store store = client().logIn(small, shop.password())) {
            Folder inbox = store.getFolder("INBOX");
            MimeMessage message = new MimeMessage(Session.getInstance(new Properties()));
            message.setText(half);
            assertThatThrownBy(() -> inbox.appendMessages(new Message[] {message}))
                    .hasMessageContaining("OVERQUOTA");
        }
        assertThat(client().inbox(small, shop.password())).containsExactly("half");
    }

    @Test
    void whatIsInAMailboxIsCountedByDovecot() throws Exception {
        String box = mailbox("box");
        String usage = "/v1/mailboxes/" + box + "/usage";
        assertThat(mail().get(usage).expect(200).json().path("messages").asInt())
                .isZero();
        String text = "0123456789abcdef\r\n".repeat(100_000);

        client().deliver(STRANGER, "box@" + domain, "much", text);
        awaitInbox("box@" + domain, "much");

        JsonNode counted = mail().get(usage).expect(200).json();
        assertThat(counted.path("messages").asInt()).isEqualTo(1);
        assertThat(Math.ceilDiv(counted.path("bytes").asLong(), 1024))
                .isEqualTo(client().storage("box@" + domain, shop.password()).usage);
        assertThat(counted.path("overQuota").asBoolean()).isFalse();

        JsonNode lowered = mail().patch("/v1/mailboxes/" + box, "{\"quotaMb\": 1}")
                .expect(200)
                .json();
        assertThat(lowered.path("overQuota").asBoolean()).isTrue();
        assertThat(mail().get(usage).expect(200).json().path("overQuota").asBoolean())
                .isTrue();
        assertThat(Dialogue.smtp(stack.mailServers().smtpPort()).deliver(STRANGER, "box@" + domain, "one more", true))
                .startsWith("552");
    }

    @Test
    void aCatchAllTakesWhatNobodyHasAndNothingElse() throws MessagingException {
        String office = mailbox("office");
        mail().put("/v1/mail-domains/" + domainId + "/catch-all", "{\"destinations\": [\"" + info + "\"]}")
                .expect(200);

        client().deliver(STRANGER, "whoever+detail@" + domain, "caught");
        client().deliver(STRANGER, "office@" + domain, "not caught");

        awaitInbox("office@" + domain, "not caught");
        awaitInbox(info, "caught");
        mail().patch("/v1/mailboxes/" + office, "{\"enabled\": false}").expect(200);
        assertRefusedAtRcpt("office@" + domain, "550");
        // who catches all does not send as anybody
        assertThatThrownBy(() -> client().submit(info, shop.password(), "whoever@" + domain, info, "no"))
                .hasStackTraceContaining("553");

        mail().delete("/v1/mail-domains/" + domainId + "/catch-all").expect(204);

        assertRefusedAtRcpt("somebody@" + domain, "550");
    }

    @Test
    void aDomainStandsForAnother() throws Exception {
        String other = "also-" + domain;
        String otherPath = "/v1/mail-domains/"
                + mail().post("/v1/mail-domains", "{\"domain\": \"%s\"}".formatted(other))
                        .expect(201)
                        .json()
                        .path("id")
                        .asText();
        assertRefusedAtRcpt("info@" + other, "550");
        mail().put(otherPath + "/alias", "{\"target\": \"%s\"}".formatted(domain))
                .expect(200);

        client().deliver(STRANGER, "Info+Detail@" + other, "to the other name");
        client().submit(info, shop.password(), "info@" + other, "postmaster@" + other, "from the other name");

        awaitInbox(info, "to the other name", "from the other name");
        assertRefusedAtRcpt("nobody@" + other, "550");
        assertThatThrownBy(() -> client().submit(info, shop.password(), "office@" + other, info, "no"))
                .hasStackTraceContaining("553");

        assertThatThrownBy(() -> client().logIn("info@" + other, shop.password()))
                .isInstanceOf(AuthenticationFailedException.class);
        String small = mailbox("small");
        client().deliver(STRANGER, "small@" + other, "much", "0123456789abcdef\r\n".repeat(100_000));
        awaitInbox("small@" + domain, "much");
        mail().patch("/v1/mailboxes/" + small, "{\"quotaMb\": 1}").expect(200);
        assertThat(Dialogue.smtp(stack.mailServers().smtpPort()).deliver(STRANGER, "small@" + other, "more", true))
                .startsWith("552")
                .contains("RCPT");

        mail().delete(otherPath + "/alias").expect(204);

        assertRefusedAtRcpt("info@" + other, "550");
    }

    @Test
    void aRoleOfTheMailServersSeesWhatItNeedsAndNothingElse() throws SQLException {
        try (Connection postfix = as("hostwright_postfix");
                Statement sql = postfix.createStatement()) {
            assertThat(sql.executeQuery("SELECT destination FROM mta.aliases WHERE source = '" + info + "'")
                            .next())
                    .isTrue();
            for (String secret : List.of(
                    "mta.auth", "mta.app_auth", "mta.deleted", "mta.usage", "email_accounts", "email_domains")) {
                assertThatThrownBy(() -> sql.executeQuery("SELECT * FROM " + secret))
                        .as(secret)
                        .isInstanceOfSatisfying(SQLException.class, e -> assertThat(e.getSQLState())
                                .isEqualTo("42501"));
            }
            assertThat(sql.executeQuery("SHOW statement_timeout").next()).isTrue();
        }
        try (Connection dovecot = as("hostwright_dovecot");
                Statement sql = dovecot.createStatement()) {
            assertThat(sql.executeQuery("SELECT FROM mta.auth WHERE email = '" + info + "'")
                            .next())
                    .isTrue();
            for (String other : List.of("mta.aliases", "email_accounts", "app_passwords", "deleted_addresses")) {
                assertThatThrownBy(() -> sql.executeQuery("SELECT * FROM " + other))
                        .as(other)
                        .isInstanceOfSatisfying(SQLException.class, e -> assertThat(e.getSQLState())
                                .isEqualTo("42501"));
            }
        }
    }

    private Connection as(String role) throws SQLException {
        return DriverManager.getConnection(
                stack.postgres().url(Service.MAIL.database()),
                role,
                stack.postgres().password(role));
    }

    private List<String> sent(String subject) {
        return stack.mailServers().sentElsewhere().stream()
                .filter(message -> message.contains("Subject: " + subject))
                .toList();
    }
}
