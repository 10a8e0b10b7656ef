package dev.hostwright.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Store;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A mailbox that is made through mail-service is one that receives by Postfix and opens by Dovecot. */
@ExtendWith(SharedStack.class)
class MailServersIT {

    private static final String STRANGER = "stranger@elsewhere.example";
    private static final Duration SOON = Duration.ofSeconds(20);

    private final LocalStack stack;
    private final Shop shop;
    private final String domain;
    private final String info;
    private String domainId = "";

    MailServersIT(LocalStack stack) {
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

    @Test
    void aMailboxThatIsMadeAgainHasNothingOfTheOneBefore() throws Exception {
        String first = mailbox("box");
        client().deliver(STRANGER, "box@" + domain, "of the first");
        awaitInbox("box@" + domain, "of the first");
        mail().delete("/v1/mailboxes/" + first).expect(204);
        String second = mailbox("box");

        // before anything was moved
        assertThat(client().inbox("box@" + domain, shop.password())).isEmpty();
        client().deliver(STRANGER, "box@" + domain, "of the second");
        awaitInbox("box@" + domain, "of the second");
        assertThat(folders(domain)).contains("box", "box+2");
        assertThat(mail().get("/v1/mailboxes/" + second)
                        .expect(200)
                        .json()
                        .path("mailboxPath")
                        .asText())
                .endsWith("/" + domain + "/box+2");

        move();

        assertThat(folders(domain)).contains("box+2").doesNotContain("box");
        assertThat(folders(".deleted/" + domain)).singleElement().asString().startsWith("box-");
        awaitInbox("box@" + domain, "of the second");
        mail().delete("/v1/mailboxes/" + second).expect(204);
        mailbox("box");
        move();
        assertThat(client().inbox("box@" + domain, shop.password())).isEmpty();
        assertThat(folders(domain)).contains("box+3").doesNotContain("box", "box+2");
        assertThat(folders(".deleted/" + domain)).hasSize(2);
    }

    @Test
    void theMailOfADeletedDomainIsRemovedWhenItsTimeIsOver() throws Exception {
        mailbox("never-used");
        client().deliver(STRANGER, info, "a secret");
        awaitInbox(info, "a secret");
        mail().delete("/v1/mail-domains/" + domainId).expect(204);

        // two at once, of which one may find that the other is at it; and again
        Process one = stack.mailServers().startMover(stack.postgres());
        move();
        assertThat(one.waitFor()).isZero();
        move();
        assertThat(folders(domain)).isEmpty();
        assertThat(folders(".deleted/" + domain)).singleElement().asString().startsWith("info-");
        assertThat(undone()).isEmpty();

        // one that was on its way when the folder was moved, and a run that was killed before it could say so
        Path late = stack.mailServers().mailFolder().resolve(domain).resolve("info");
        SystemProgram.run(
                "runuser",
                "-u",
                "vmail",
                "--",
                "mkdir",
                "-p",
                late.resolve("Maildir").toString());
        change("UPDATE deleted_addresses SET moved = false WHERE tenant_id = ?");
        move();
        assertThat(folders(".deleted/" + domain)).singleElement().asString().startsWith("info-");
        assertThat(undone()).isEmpty();

        change("UPDATE deleted_addresses SET over = true WHERE tenant_id = ?");
        move();
        move();
        assertThat(folders(domain)).isEmpty();
        assertThat(folders(".deleted")).doesNotContain(domain);
        assertThat(shop.look(Service.MAIL, "SELECT address FROM deleted_addresses WHERE tenant_id = ?", shop.tenant))
                .isEmpty();
    }

    private void move() throws Exception {
        Process mover = stack.mailServers().startMover(stack.postgres());
        String said = new String(mover.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(mover.waitFor()).as(said).isZero();
        assertThat(said).isEmpty();
    }

    /** What is in a folder below that of all mail. */
    private List<String> folders(String name) throws IOException {
        Path folder = stack.mailServers().mailFolder().resolve(name);
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private List<String> undone() {
        return shop.look(
                Service.MAIL, "SELECT address FROM deleted_addresses WHERE NOT moved AND tenant_id = ?", shop.tenant);
    }

    private void change(String statement) throws SQLException {
        try (Connection sql = stack.postgres().connect(Service.MAIL.database());
                PreparedStatement change = sql.prepareStatement(statement)) {
            change.setLong(1, shop.tenant);
            change.executeUpdate();
        }
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
    void aDovecotThatIsDownIsToldWhenItIsBack() throws MessagingException {
        String box = mailbox("box");
        stack.stopMailServer(MailServers.DOVECOT);
        try {
            mail().put("/v1/mailboxes/" + box + "/password", "{\"password\": \"Another-word-43\"}")
                    .expect(200);
            assertThat(waiting()).containsExactly("box@" + domain);
        } finally {
            stack.startMailServer(MailServers.DOVECOT);
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

    private void assertRefusedAtRcpt(String address, String status) {
        assertThatThrownBy(() -> client().deliver(STRANGER, address, "no " + UUID.randomUUID()))
                .isInstanceOf(SendFailedException.class)
                .hasStackTraceContaining(status);
    }

    private void awaitInbox(String address, String... subjects) {
        await().atMost(SOON).untilAsserted(() -> assertThat(client().inbox(address, shop.password()))
                .containsExactlyInAnyOrder(subjects));
    }

    private List<String> sent(String subject) {
        return stack.mailServers().sentElsewhere().stream()
                .filter(message -> message.contains("Subject: " + subject))
                .toList();
    }

    private String mailbox(String name) {
        return mail().post(
                        "/v1/mailboxes",
                        "{\"email\": \"%s@%s\", \"password\": \"%s\"}".formatted(name, domain, shop.password()))
                .expect(201)
                .json()
                .path("id")
                .asText();
    }

    private void forwarder(String name, String destinations, String more) {
        mail().post(
                        "/v1/forwarders",
                        "{\"source\": \"%s@%s\", \"destinations\": [%s]%s}".formatted(name, domain, destinations, more))
                .expect(201);
    }

    private MailClient client() {
        return new MailClient(stack.mailServers());
    }

    private ApiClient mail() {
        return shop.at(Service.MAIL);
    }
}
