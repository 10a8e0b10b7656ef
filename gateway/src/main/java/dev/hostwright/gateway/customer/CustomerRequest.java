package dev.hostwright.gateway.customer;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.hostwright.gateway.operation.CustomerId;
import dev.hostwright.gateway.operation.Secrets;
import dev.hostwright.gateway.problem.Fault;
import dev.hostwright.gateway.problem.FaultException;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What a client asks for. Only what shows without asking a service is checked here; each service says what a good name,
 * password or record is.
 *
 * @param id chosen here when absent
 * @param tenantId whose customer it is; operators say it
 */
@Schema(name = "CustomerRequest", requiredProperties = "domain")
@RegisterForReflection
record CustomerRequest(
        Optional<CustomerId> id,
        Optional<Long> tenantId,
        Domain domain,
        Optional<DatabaseRequest> database,
        Optional<MailRequest> mail,
        Optional<DnsRequest> dns) {

    static final int MOST_MAILBOXES = 50;
    static final int MOST_FORWARDERS = 200;
    static final int MOST_DESTINATIONS = 20;
    static final int MOST_RECORDS = 1000;
    private static final int LONGEST_PASSWORD = 1024;
    private static final int LONGEST_ADDRESS = 254;
    private static final String ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
    private static final int MADE_LENGTH = 24;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** The database, and the login that owns it. */
    @Schema(
            name = "CustomerDatabase",
            requiredProperties = {"name", "username"})
    @RegisterForReflection
    record DatabaseRequest(
            @Schema(maxLength = 48, examples = "acme_shop") String name,
            @Schema(maxLength = 48, examples = "acme_app") String username,

            @Schema(description = "made, and shown once, when absent")
            Optional<String> password) {
        @Override
        public String toString() {
            return name;
        }
    }

    @Schema(name = "CustomerMail")
    @RegisterForReflection
    record MailRequest(
            @Schema(maxItems = MOST_MAILBOXES) Optional<List<MailboxRequest>> mailboxes,
            @Schema(maxItems = MOST_FORWARDERS) Optional<List<Desired.Forwarder>> forwarders) {
        MailRequest {
            mailboxes = mailboxes.map(List::copyOf);
            forwarders = forwarders.map(List::copyOf);
        }
    }

    @Schema(name = "CustomerMailbox", requiredProperties = "email")
    @RegisterForReflection
    record MailboxRequest(
            @Schema(maxLength = LONGEST_ADDRESS, examples = "info@acme.example")
            String email,

            @Schema(description = "made, and shown once, when absent")
            Optional<String> password,

            @Schema(description = "the mail-service's default when absent", examples = "1000")
            Optional<Integer> quotaMb) {
        @Override
        public String toString() {
            return email;
        }
    }

    @Schema(name = "CustomerDns")
    @RegisterForReflection
    record DnsRequest(
            @Schema(defaultValue = "MASTER") Optional<Desired.ZoneType> type,
            @Schema(maxItems = MOST_RECORDS) Optional<List<Desired.Record>> records) {
        DnsRequest {
            records = records.map(List::copyOf);
        }
    }

    @JsonCreator
    CustomerRequest(
            @JsonProperty("id") Optional<CustomerId> id,
            @JsonProperty("tenantId") Optional<Long> tenantId,
            @JsonProperty("domain") Domain domain,
            @JsonProperty("database") Optional<DatabaseRequest> database,
            @JsonProperty("mail") Optional<MailRequest> mail,
            @JsonProperty("dns") Optional<DnsRequest> dns) {
        this.id = id;
        this.tenantId = tenantId;
        this.domain = domain;
        this.database = database;
        this.mail = mail;
        this.dns = dns;
        database.ifPresent(CustomerRequest::check);
        mail.ifPresent(all -> check(domain, all));
        dns.flatMap(DnsRequest::records).ifPresent(CustomerRequest::check);
    }

    private static void check(DatabaseRequest database) {
        text("/database/name", database.name, 63);
        text("/database/username", database.username, 63);
        database.password.ifPresent(password -> password("/database/password", password));
    }

    private static void check(Domain domain, MailRequest mail) {
        List<MailboxRequest> mailboxes = mail.mailboxes.orElse(List.of());
        List<Desired.Forwarder> forwarders = mail.forwarders.orElse(List.of());
        count("/mail/mailboxes", mailboxes, MOST_MAILBOXES);
        count("/mail/forwarders", forwarders, MOST_FORWARDERS);
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < mailboxes.size(); i++) {
            String at = "/mail/mailboxes/" + i;
            MailboxRequest mailbox = mailboxes.get(i);
            own(domain, seen, at + "/email", mailbox.email);
            mailbox.password.ifPresent(password -> password(at + "/password", password));
            if (mailbox.quotaMb.filter(quota -> quota < 0).isPresent()) {
                throw malformed(at + "/quotaMb", "out_of_range", "A quota is 0 or more megabytes.");
            }
        }
        seen.clear();
        for (int i = 0; i < forwarders.size(); i++) {
            String at = "/mail/forwarders/" + i;
            own(domain, seen, at + "/source", forwarders.get(i).source());
            List<String> destinations = forwarders.get(i).destinations();
            if (destinations.isEmpty()) {
                throw malformed(at + "/destinations", "required", "A forwarder has a destination.");
            }
            count(at + "/destinations", destinations, MOST_DESTINATIONS);
            for (int j = 0; j < destinations.size(); j++) {
                address(at + "/destinations/" + j, destinations.get(j));
            }
        }
    }

    private static void check(List<Desired.Record> records) {
        count("/dns/records", records, MOST_RECORDS);
        for (int i = 0; i < records.size(); i++) {
            String at = "/dns/records/" + i;
            text(at + "/name", records.get(i).name(), 254);
            text(at + "/type", records.get(i).type(), 10);
            text(at + "/content", records.get(i).content(), 65_535);
        }
    }

    private static void own(Domain domain, Set<String> seen, String pointer, String email) {
        String address = address(pointer, email);
        if (!domain.has(address)) {
            throw new Fault.Invalid(pointer, "other_domain", "The address is not in the domain " + domain + ".")
                    .toException();
        }
        if (!seen.add(address)) {
            throw new Fault.Invalid(pointer, "duplicate", "The address is there twice.").toException();
        }
    }

    private static String address(String pointer, String address) {
        text(pointer, address, LONGEST_ADDRESS);
        int at = address.lastIndexOf('@');
        if (at < 1 || at == address.length() - 1) {
            throw malformed(pointer, "address", "An e-mail address has a local part, an @ and a domain.");
        }
        return folded(pointer, address);
    }

    /** As it is known by: in lower case, the domain in ASCII. */
    private static String folded(String pointer, String address) {
        try {
            return Domain.inAscii(address.toLowerCase(Locale.ROOT));
        } catch (FaultException e) {
            throw e.fault() instanceof Fault.Malformed(var none, var code, var message)
                    ? malformed(pointer, code, message)
                    : e;
        }
    }

    private static void password(String pointer, String password) {
        if (password.isEmpty() || password.length() > LONGEST_PASSWORD) {
            throw malformed(pointer, "password", "A password is 1 to %d characters.".formatted(LONGEST_PASSWORD));
        }
    }

    private static void text(String pointer, String value, int longest) {
        if (value.isEmpty() || value.length() > longest || value.codePoints().anyMatch(CustomerRequest::isNoText)) {
            throw malformed(pointer, "text", "The value is 1 to %d characters, none a control.".formatted(longest));
        }
    }

    /** A control, or half of a surrogate pair, which no UTF-8 says. */
    private static boolean isNoText(int codePoint) {
        return codePoint < ' ' || codePoint == 0x7f || codePoint >= 0xd800 && codePoint <= 0xdfff;
    }

    private static void count(String pointer, List<?> items, int most) {
        if (items.size() > most) {
            throw malformed(pointer, "too_many", "There are %d at most.".formatted(most));
        }
    }

    private static RuntimeException malformed(String pointer, String code, String message) {
        return new Fault.Malformed(pointer, code, message).toException();
    }

    /** The same without the passwords, and with nothing left open. */
    Desired desired() {
        return new Desired(
                domain,
                database.map(wanted -> new Desired.Database(wanted.name, wanted.username)),
                mail.map(CustomerRequest::desired),
                dns.map(wanted -> new Desired.Dns(
                        Optional.of(wanted.type.orElse(Desired.ZoneType.MASTER)), wanted.records.orElse(List.of()))));
    }

    private static Desired.Mail desired(MailRequest mail) {
        return new Desired.Mail(
                mail.mailboxes.orElse(List.of()).stream()
                        .map(mailbox -> new Desired.Mailbox(folded("", mailbox.email), mailbox.quotaMb))
                        .toList(),
                mail.forwarders.orElse(List.of()).stream()
                        .map(forwarder ->
                                new Desired.Forwarder(folded("", forwarder.source()), forwarder.destinations()))
                        .toList());
    }

    /** The passwords that were given; those that are missing are made, for the parts that do not exist yet. */
    Secrets secrets(Optional<Desired> existing) {
        Map<String, String> given = new HashMap<>();
        if (existing.flatMap(Desired::database).isEmpty()) {
            database.flatMap(DatabaseRequest::password)
                    .ifPresent(password -> given.put("/database/password", password));
        }
        if (existing.flatMap(Desired::mail).isEmpty()) {
            List<MailboxRequest> mailboxes =
                    mail.flatMap(MailRequest::mailboxes).orElse(List.of());
            for (int i = 0; i < mailboxes.size(); i++) {
                String pointer = "/mail/mailboxes/" + i + "/password";
                mailboxes.get(i).password.ifPresent(password -> given.put(pointer, password));
            }
        }
        return secrets(desired(), existing, given);
    }

    /** Passwords for everything that is to be made; those that are not given are made. */
    static Secrets secrets(Desired desired, Optional<Desired> existing, Map<String, String> given) {
        List<String> needed = new ArrayList<>();
        if (desired.database().isPresent()
                && existing.flatMap(Desired::database).isEmpty()) {
            needed.add("/database/password");
        }
        if (existing.flatMap(Desired::mail).isEmpty()) {
            int mailboxes = desired.mail().map(mail -> mail.mailboxes().size()).orElse(0);
            for (int i = 0; i < mailboxes; i++) {
                needed.add("/mail/mailboxes/" + i + "/password");
            }
        }
        Map<String, String> made = new HashMap<>();
        for (String pointer : needed) {
            if (!given.containsKey(pointer)) {
                made.put(pointer, make());
            }
        }
        return new Secrets(given, made);
    }

    private static String make() {
        StringBuilder password = new StringBuilder(MADE_LENGTH);
        for (int i = 0; i < MADE_LENGTH; i++) {
            password.append(ALPHABET.charAt(RANDOM.nextInt(ALPHABET.length())));
        }
        return password.toString();
    }
}
