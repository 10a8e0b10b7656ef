package dev.hostwright.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import jakarta.mail.MessagingException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.xbill.DNS.Type;

/** One customer to see the system with: a database, two mailboxes, a forwarder and a zone. */
final class SampleCustomer {

    private static final long TENANT = 7;
    private static final String DATABASE = "acme_shop";
    private static final String LOGIN = "acme_app";
    private static final String BODY = """
            {"domain": "acme.test",
             "database": {"name": "acme_shop", "username": "acme_app"},
             "mail": {"mailboxes": [{"email": "info@acme.test"}, {"email": "office@acme.test", "quotaMb": 2000}],
                      "forwarders": [{"source": "sales@acme.test", "destinations": ["info@acme.test", "office@acme.test"]}]},
             "dns": {"records": [{"name": "shop", "type": "A", "content": "192.0.2.10"}]}}
            """;

    private static final Duration MAIL_PATIENCE = Duration.ofSeconds(30);

    private final LocalStack stack;
    private final Console console;
    private final String token;
    private final ApiClient gateway;
    private final Customers customers;
    private String customerId = "";
    private JsonNode secrets = MissingNode.getInstance();

    SampleCustomer(LocalStack stack, Console console) {
        this.stack = stack;
        this.console = console;
        this.token = stack.key().tenantToken(TENANT, Duration.ofHours(12));
        this.gateway = new ApiClient(stack.http(), stack.url(Service.GATEWAY), token);
        this.customers = new Customers(gateway);
    }

    /** Makes the customer and shows how it goes. */
    void provision() {
        console.progress("POST /v1/customers: acme.test, for tenant %d", TENANT);
        Answer accepted = customers.create(BODY);
        customerId = accepted.json().path("customerId").asText();
        secrets = accepted.json().path("secrets");
        follow(accepted, "active");
    }

    /** Takes the customer away again and shows how it goes; its database is not kept either. */
    void delete() {
        console.progress("DELETE /v1/customers/%s", customerId);
        follow(customers.delete(customerId), "deleted");
        JsonNode kept = gateway.get("/v1/databases?status=deleted").expect(200).json();
        for (JsonNode database : kept.path("items")) {
            String path =
                    "/v1/databases/%s?purge=true".formatted(database.path("id").asText());
            console.progress("DELETE %s", path);
            gateway.delete(path).expect(204);
        }
    }

    /** Shows what exists, as the services say it. */
    void show() {
        JsonNode customer = customers.get(customerId);
        JsonNode database = customer.path("database");
        JsonNode mail = customer.path("mail");
        // the mail records were put into the zone after it was made, so its serial is asked for anew
        String zonePath = "/v1/zones/" + customer.path("dns").path("id").asText();
        JsonNode zone = gateway.get(zonePath).expect(200).json();
        console.say("");
        console.say("Database   %s", database.path("connectionString").asText());
        console.say("           password %s", databasePassword());
        for (JsonNode mailbox : mail.path("mailboxes")) {
            String email = mailbox.path("email").asText();
            console.say(
                    "Mailbox    %s, password %s, %d MB in %s",
                    email,
                    mailboxPassword(email),
                    mailbox.path("quotaMb").asInt(),
                    mailbox.path("mailboxPath").asText());
        }
        for (JsonNode forwarder : mail.path("forwarders")) {
            console.say(
                    "Forwarder  %s to %s",
                    forwarder.path("source").asText(), String.join(", ", texts(forwarder.path("destinations"))));
        }
        console.say(
                "Zone       %s, serial %d",
                zone.path("domain").asText(), zone.path("serial").asLong());
        console.say("");
        String file = gateway.get(zonePath + "/file").expect(200).text();
        file.lines().forEach(line -> console.say("    %s", line));
        console.say("");
        if (stack.hasNameServer()) {
            showAnswers();
        }
        if (stack.hasMailServers()) {
            showMail();
        }
    }

    /** Sends to a mailbox and to the forwarder, and shows what arrives; fails when it does not. */
    private void showMail() {
        MailServers servers = stack.mailServers();
        console.say("Mail is taken in on %s and read by IMAP on %s:", servers.smtpAddress(), servers.imapAddress());
        console.say("");
        MailClient client = new MailClient(servers);
        try {
            client.deliver("newcomer@elsewhere.example", "info@acme.test", "Hello to info");
            client.deliver("newcomer@elsewhere.example", "sales@acme.test", "Hello to sales");
            showInbox(client, "info@acme.test", List.of("Hello to info", "Hello to sales"));
            showInbox(client, "office@acme.test", List.of("Hello to sales"));
        } catch (MessagingException e) {
            throw new StackException("A mail server refuses: " + e.getMessage(), e);
        }
        console.say("");
    }

    private void showInbox(MailClient client, String email, List<String> wanted) throws MessagingException {
        Instant deadline = Instant.now().plus(MAIL_PATIENCE);
        List<String> subjects = client.inbox(email, mailboxPassword(email));
        while (!Set.copyOf(subjects).equals(Set.copyOf(wanted))) {
            if (Instant.now().isAfter(deadline)) {
                throw new StackException("In the inbox of %s is %s, and not %s".formatted(email, subjects, wanted));
            }
            untilTheNextLook();
            subjects = client.inbox(email, mailboxPassword(email));
        }
        console.say("    %-18s %s", email, String.join(", ", subjects));
    }

    private static void untilTheNextLook() {
        LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
    }

    /** Shows that the zone is served, by questions to the name server; fails when it is not. */
    private void showAnswers() {
        NameServer server = stack.nameServer();
        console.say("The name server answers on %s:", server.address());
        console.say("");
        Questions questions = new Questions(server.port());
        for (String question : List.of("acme.test SOA", "acme.test MX", "shop.acme.test A")) {
            String[] words = question.split(" ");
            List<String> answer = questions.ask(words[0], Type.value(words[1])).lines();
            if (answer.size() < 2) {
                throw new StackException("The name server answers %s to %s".formatted(answer, question));
            }
            console.say("    dig @127.0.0.1 -p %d %s", server.port(), question);
            answer.forEach(line -> console.say("        %s", line));
        }
        console.say("");
    }

    /** Shows the lines to copy. */
    void showWhatToTry() {
        JsonNode database = customers.get(customerId).path("database");
        console.say("To try it:");
        console.say("");
        console.say(
                "    PGPASSWORD=%s psql %s",
                StackEnv.quoted(databasePassword()),
                StackEnv.quoted(database.path("connectionString").asText()));
        console.say(
                "    curl -H 'Authorization: Bearer %s' %s/v1/customers/%s",
                token, stack.url(Service.GATEWAY), customerId);
        if (stack.hasNameServer()) {
            console.say(
                    "    dig @127.0.0.1 -p %d acme.test ANY +tcp",
                    stack.nameServer().port());
        }
        if (stack.hasMailServers()) {
            console.say(
                    "    curl -u %s imap://%s/INBOX",
                    StackEnv.quoted("info@acme.test:" + mailboxPassword("info@acme.test")),
                    stack.mailServers().imapAddress());
        }
        console.say("");
        console.say(
                "Another token: deploy/token --tenant 7.  Where everything is: . %s",
                StackEnv.quoted(stack.stackEnv().toString()));
    }

    /** Looks for remains, in the services' tables and on the PostgreSQL server. */
    void checkThatNothingIsLeft() {
        List<String> left = new Leftovers(stack.postgres()).of(TENANT, DATABASE, LOGIN);
        if (!left.isEmpty()) {
            throw new StackException("This is left of the customer: " + String.join("; ", left));
        }
    }

    private String databasePassword() {
        return secrets.path("database").path("password").asText();
    }

    private String mailboxPassword(String email) {
        for (JsonNode mailbox : secrets.path("mailboxes")) {
            if (mailbox.path("email").asText().equals(email)) {
                return mailbox.path("password").asText();
            }
        }
        throw new StackException("No password was told for " + email);
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private void follow(Answer accepted, String wanted) {
        JsonNode end = customers.follow(accepted.json().path("id").asText(), this::showLine);
        String status = end.path("status").asText();
        if (!status.equals(wanted)) {
            throw new StackException("The customer is %s, not %s: %s".formatted(status, wanted, end));
        }
    }

    private void showLine(JsonNode event) {
        console.progress(
                "  %-12s %s",
                event.path("step").asText(""), event.path("message").asText(event.toString()));
    }
}
