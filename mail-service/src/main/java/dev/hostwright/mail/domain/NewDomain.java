package dev.hostwright.mail.domain;

import dev.hostwright.mail.MailDomain;
import dev.hostwright.mail.forwarder.NewForwarder;
import dev.hostwright.mail.mailbox.NewMailbox;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A mail domain as it is asked for, with what is made in it at once.
 *
 * @param tenantId whose it will be; an operator must say, a tenant need not
 */
@Schema(name = "MailDomainRequest", requiredProperties = "domain")
public record NewDomain(
        MailDomain domain,
        Optional<List<NewMailbox>> mailboxes,
        Optional<List<NewForwarder>> forwarders,
        Optional<Long> tenantId) {

    public NewDomain {
        mailboxes = mailboxes.map(List::copyOf);
        forwarders = forwarders.map(List::copyOf);
    }

    List<NewMailbox> askedMailboxes() {
        return mailboxes.orElse(List.of());
    }

    List<NewForwarder> askedForwarders() {
        return forwarders.orElse(List.of());
    }

    /** The addresses of the mailboxes. */
    List<String> addresses() {
        return askedMailboxes().stream()
                .map(mailbox -> mailbox.email().toString())
                .toList();
    }

    /** The sources of the forwarders. */
    List<String> sources() {
        return askedForwarders().stream()
                .map(forwarder -> forwarder.source().toString())
                .toList();
    }

    /** The domains of destinations that would be stored in another case if they were the tenant's own. */
    Set<String> unfoldedDomains() {
        return askedForwarders().stream()
                .flatMap(forwarder -> forwarder.unfoldedDomains().stream())
                .collect(Collectors.toSet());
    }
}
