package dev.hostwright.gateway.customer;

import dev.hostwright.gateway.operation.Part;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What a customer is to have. A part that is absent is not made. No password is in here, so it can be kept. */
@RegisterForReflection
public record Desired(Domain domain, Optional<Database> database, Optional<Mail> mail, Optional<Dns> dns) {

    /** One database, and the login that owns it. */
    @RegisterForReflection
    public record Database(String name, String username) {}

    /** The mail domain, which is the customer's domain, with what is in it. */
    @RegisterForReflection
    public record Mail(List<Mailbox> mailboxes, List<Forwarder> forwarders) {
        public Mail {
            mailboxes = List.copyOf(mailboxes);
            forwarders = List.copyOf(forwarders);
        }
    }

    /** An address with a mailbox of its own; without a quota it is the mail-service's default. */
    @RegisterForReflection
    public record Mailbox(String email, Optional<Integer> quotaMb) {}

    /** An address whose mail goes elsewhere. */
    @RegisterForReflection
    @Schema(
            name = "CustomerForwarder",
            requiredProperties = {"source", "destinations"})
    public record Forwarder(
            @Schema(maxLength = 254, examples = "sales@acme.example")
            String source,

            List<String> destinations) {
        public Forwarder {
            destinations = List.copyOf(destinations);
        }
    }

    /** The zone, which is the customer's domain, with records beside the default ones. */
    @RegisterForReflection
    public record Dns(Optional<ZoneType> type, List<Record> records) {
        public Dns {
            records = List.copyOf(records);
        }
    }

    /** How the zone's name servers learn of changes; a copy from elsewhere is not provisioned with a customer. */
    @RegisterForReflection
    public enum ZoneType {
        MASTER,
        NATIVE
    }

    /** A record of the zone; its name is "@", relative or absolute. */
    @RegisterForReflection
    @Schema(
            name = "CustomerRecord",
            requiredProperties = {"name", "type", "content"})
    public record Record(
            @Schema(maxLength = 254, examples = "shop") String name,
            @Schema(maxLength = 10, examples = "A") String type,

            @Schema(maxLength = 65535, examples = "192.0.2.10")
            String content,

            Optional<Long> ttl,
            Optional<Integer> prio) {}

    /** The parts that are asked for, in the order that they are shown in. */
    public List<Part> parts() {
        List<Part> parts = new ArrayList<>();
        database.ifPresent(any -> parts.add(Part.DATABASE));
        mail.ifPresent(any -> parts.add(Part.MAIL));
        dns.ifPresent(any -> parts.add(Part.DNS));
        if (mail.isPresent() && dns.isPresent()) {
            parts.add(Part.MAIL_RECORDS);
        }
        return parts;
    }

    /** Everything in the older one is in this one as it was; there may be more. */
    boolean extend(Desired older) {
        return domain.equals(older.domain)
                && (older.database.isEmpty() || older.database.equals(database))
                && (older.mail.isEmpty() || older.mail.equals(mail))
                && (older.dns.isEmpty() || older.dns.equals(dns));
    }
}
