package dev.hostwright.mail.domain;

import dev.hostwright.mail.forwarder.Forwarder;
import dev.hostwright.mail.limit.Limits;
import dev.hostwright.mail.mailbox.Mailbox;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A mail domain as it is shown.
 *
 * @param enabled false: no delivery and no login, by the tenant's own wish
 * @param suspended no delivery and no login, whatever {@code enabled} says; everything stays
 * @param aliasOf the domain that it stands for
 * @param mailboxes those that were asked for together with the domain, in the answer to that only
 * @param forwarders the same
 * @param mailboxCount how many there are now, when one domain is read
 * @param forwarderCount the same
 * @param maxMailboxes how many it may have, by an operator's word; absent when there is no limit
 * @param maxForwarders the same
 * @param maxQuotaMb how much its mailboxes may hold together, in MiB; the same
 */
@Schema(
        name = "MailDomain",
        requiredProperties = {"id", "tenantId", "domain", "status", "enabled", "suspended", "createdAt", "updatedAt"})
public record HostedDomain(
        UUID id,
        long tenantId,
        String domain,
        @Schema(enumeration = "active") String status,
        boolean enabled,
        boolean suspended,

        @Schema(description = "The domain that it stands for; absent when it stands for itself")
        Optional<String> aliasOf,

        @Schema(description = "Those asked for together with the domain, in the answer to POST and PUT")
        Optional<List<Mailbox>> mailboxes,

        @Schema(description = "Those asked for together with the domain, in the answer to POST and PUT")
        Optional<List<Forwarder>> forwarders,

        @Schema(description = "How many there are, when one domain is read")
        Optional<Long> mailboxCount,

        @Schema(description = "How many there are, when one domain is read")
        Optional<Long> forwarderCount,

        @Schema(description = "How many it may have; absent when there is no limit")
        Optional<Integer> maxMailboxes,

        @Schema(description = "How many it may have; absent when there is no limit")
        Optional<Integer> maxForwarders,

        @Schema(description = "MiB that its mailboxes may hold together; absent when there is no limit")
        Optional<Integer> maxQuotaMb,

        Instant createdAt,
        Instant updatedAt) {

    static HostedDomain from(Row row) {
        Limits limits = Limits.from(row);
        return new HostedDomain(
                row.getUUID("id"),
                row.getLong("tenant_id"),
                row.getString("domain"),
                "active",
                row.getBoolean("enabled"),
                row.getBoolean("suspended"),
                Optional.ofNullable(row.getString("alias_of")),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                limits.mailboxes(),
                limits.forwarders(),
                limits.quotaMb(),
                row.getOffsetDateTime("created_at").toInstant(),
                row.getOffsetDateTime("updated_at").toInstant());
    }

    HostedDomain with(List<Mailbox> itsMailboxes, List<Forwarder> itsForwarders) {
        return with(Optional.of(itsMailboxes), Optional.of(itsForwarders), mailboxCount, forwarderCount);
    }

    HostedDomain with(long mailboxesThere, long forwardersThere) {
        return with(mailboxes, forwarders, Optional.of(mailboxesThere), Optional.of(forwardersThere));
    }

    private HostedDomain with(
            Optional<List<Mailbox>> itsMailboxes,
            Optional<List<Forwarder>> itsForwarders,
            Optional<Long> mailboxesThere,
            Optional<Long> forwardersThere) {
        return new HostedDomain(
                id,
                tenantId,
                domain,
                status,
                enabled,
                suspended,
                aliasOf,
                itsMailboxes,
                itsForwarders,
                mailboxesThere,
                forwardersThere,
                maxMailboxes,
                maxForwarders,
                maxQuotaMb,
                createdAt,
                updatedAt);
    }

    /** A domain with what was asked for in it, and what only the service sees. */
    record Stored(HostedDomain domain, List<Mailbox.Stored> mailboxes, List<Forwarder.Stored> forwarders, long fence) {

        HostedDomain shown() {
            return domain.with(
                    mailboxes.stream().map(Mailbox.Stored::mailbox).toList(),
                    forwarders.stream().map(Forwarder.Stored::forwarder).toList());
        }
    }
}
