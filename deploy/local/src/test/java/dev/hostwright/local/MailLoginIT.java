package dev.hostwright.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.Store;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets into a mailbox, with which password and for how long: Dovecot says. */
class MailLoginIT extends HostedMail {

    MailLoginIT(LocalStack stack) {
        super(stack);
    }

    /** Whether a login works is for Dovecot to say, so each of these is tried there. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Pässwörter-öffnen",
                "schlüssel🔑schlüssel",
                "パスワードは長い",
                "{PLAIN}hunter2hunter2",
                "quote\"back\\slash'12",
                "spaces in between 12",
                "$2a$10$looks.like.one",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaB"
            })
    void aPasswordOpensTheMailboxAsItWasGiven(String password) throws MessagingException {
        String body = new TextNode(password).toString();
        mail().post("/v1/mailboxes", "{\"email\": \"box@%s\", \"password\": %s}".formatted(domain, body))
                .expect(201);

        assertThat(client().inbox("box@" + domain, password)).isEmpty();
        client().submit("box@" + domain, password, "box@" + domain, info, "sent after a login");

        awaitInbox(info, "sent after a login");
        assertThatThrownBy(() -> client().logIn("box@" + domain, "x" + password))
                .isInstanceOf(AuthenticationFailedException.class);
    }

    @Test
    void aWrongPasswordIsRefusedForReadingAndForSending() {
        assertThatThrownBy(() -> client().logIn(info, "not the password"))
                .isInstanceOf(AuthenticationFailedException.class);
        assertThatThrownBy(() -> client().submit(info, "not the password", info, info, "no"))
                .isInstanceOf(AuthenticationFailedException.class)
                .hasMessageContaining("535");
    }

    @Test
    void whatIsOpenEndsWhenItIsSwitchedOffDeletedOrGetsANewPassword() throws MessagingException {
        String box = mailbox("box");

        try (Store store = client().logIn("box@" + domain, shop.password())) {
            mail().put("/v1/mailboxes/" + box + "/password", "{\"password\": \"Another-word-43\"}")
                    .expect(200);
            awaitEnd(store);
        }
        assertThatThrownBy(() -> client().logIn("box@" + domain, shop.password()))
                .isInstanceOf(AuthenticationFailedException.class);
        try (Store store = client().logIn("box@" + domain, "Another-word-43")) {
            mail().patch("/v1/mailboxes/" + box, "{\"enabled\": false}").expect(200);
            awaitEnd(store);
        }
        mail().patch("/v1/mailboxes/" + box, "{\"enabled\": true}").expect(200);
        try (Store store = client().logIn("box@" + domain, "Another-word-43")) {
            mail().put("/v1/mail-domains/" + domainId + "/suspension", "").expect(204);
            awaitEnd(store);
        }
        mail().delete("/v1/mail-domains/" + domainId + "/suspension").expect(204);
        try (Store store = client().logIn("box@" + domain, "Another-word-43")) {
            mail().delete("/v1/mailboxes/" + box).expect(204);
            awaitEnd(store);
        }
        assertRefusedAtRcpt("box@" + domain, "550");
    }

    @Test
    void aDovecotThatIsDownIsToldWhenItIsBack() throws MessagingException {
        String box = mailbox("box");
        stack.stopMailServer(MailServers.DOVECOT);
        try {
            mail().put("/v1/mailboxes/" + box + "/password", "{\"password\": \"Another-word-43\"}")
                    .expect(200);
            assertThat(waiting()).containsExactly("box@" + domain);
        } finally {
            stack.startMailServer(MailServers.DOVECOT);
            // it keeps its connections to Dovecot, and would tell who sends next, in another test, to come again
            stack.stopMailServer(MailServers.POSTFIX);
            stack.startMailServer(MailServers.POSTFIX);
        }

        await().atMost(SOON).untilAsserted(() -> assertThat(waiting()).isEmpty());
        assertThat(client().inbox("box@" + domain, "Another-word-43")).isEmpty();
    }

    private List<String> waiting() {
        return shop.look(Service.MAIL, "SELECT login FROM revocations WHERE login LIKE '%' || ?", domain);
    }

    /** Until the server has ended the session. */
    private static void awaitEnd(Store store) {
        await().atMost(SOON).until(() -> !store.isConnected());
    }

    @Test
    void anAppPasswordOpensWhatItIsForAndNothingElse() throws MessagingException {
        String box = mailbox("box");
        String login = "box@" + domain;
        mailbox("other");
        String reads =
                appPassword(box, "\"protocols\": [\"imap\"]").path("password").asText();
        String sends =
                appPassword(box, "\"protocols\": [\"smtp\"]").path("password").asText();
        String both = appPassword(box, "\"expiresAt\": \"2099-01-01T00:00:00Z\"")
                .path("password")
                .asText();

        client().submit(login, sends, login, login, "by smtp");
        client().submit(login, both, login, login, "by both");
        client().submit(login, shop.password(), login, login, "by the password itself");
        awaitInbox(login, "by smtp", "by both", "by the password itself");
        assertThat(client().inbox(login, reads)).hasSize(3);
        assertThat(client().inbox(login, both)).hasSize(3);
        // the quota is the mailbox's own, however it is opened
        assertThat(client().storage(login, reads).limit).isEqualTo(1000 * 1024);

        assertNoLogin(login, sends);
        assertNoSubmission(login, reads);
        assertNoLogin("other@" + domain, both);
        assertNoSubmission("other@" + domain, both);
        assertNoLogin(login, both.toLowerCase(Locale.ROOT));
        mail().patch("/v1/mailboxes/" + box, "{\"enabled\": false}").expect(200);
        assertNoLogin(login, both);
        assertNoSubmission(login, both);
    }

    @Test
    void anAppPasswordThatIsRevokedOrExpiresEndsWhatIsOpen() throws MessagingException {
        String box = mailbox("box");
        String login = "box@" + domain;
        JsonNode phone = appPassword(box, "\"protocols\": [\"imap\"]");
        try (Store store = client().logIn(login, phone.path("password").asText())) {
            mail().delete("/v1/mailboxes/" + box + "/app-passwords/"
                            + phone.path("id").asText())
                    .expect(204);
            awaitEnd(store);
        }
        assertNoLogin(login, phone.path("password").asText());

        Instant soon = Instant.now().plusSeconds(3);
        String brief = appPassword(box, "\"expiresAt\": \"" + soon + "\"")
                .path("password")
                .asText();
        try (Store store = client().logIn(login, brief)) {
            awaitEnd(store);
        }
        assertThat(Instant.now()).isAfter(soon);
        assertNoLogin(login, brief);
        assertNoSubmission(login, brief);
        assertThat(client().inbox(login, shop.password())).isEmpty();
    }

    private JsonNode appPassword(String box, String more) {
        return mail().post("/v1/mailboxes/" + box + "/app-passwords", "{\"name\": \"phone\", %s}".formatted(more))
                .expect(201)
                .json();
    }

    private void assertNoLogin(String login, String password) {
        assertThatThrownBy(() -> client().logIn(login, password)).isInstanceOf(AuthenticationFailedException.class);
    }

    private void assertNoSubmission(String login, String password) {
        assertThatThrownBy(() -> client().submit(login, password, login, login, "no"))
                .isInstanceOf(AuthenticationFailedException.class)
                .hasMessageContaining("535");
    }
}
