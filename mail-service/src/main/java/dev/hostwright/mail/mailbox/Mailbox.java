package dev.hostwright.mail.mailbox;

import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A mailbox as it is shown; its hash never is.
 *
 * @param username the local part, also the name of the folder
 * @param mailboxPath where the mail server keeps the mail; another for each mailbox that has had the address
 * @param overQuota true in the answer to a quota below what is there; nothing is taken in until there is room
 * @param password in the answer that made it, if it was made here, and never again
 */
@Schema(
        requiredProperties = {
            "id",
            "tenantId",
            "email",
            "domain",
            "username",
            "quotaMb",
            "enabled",
            "mailboxPath",
            "status",
            "createdAt",
            "updatedAt"
        })
public record Mailbox(
        UUID id,
        long tenantId,
        String email,
        String domain,
        String username,
        int quotaMb,
        boolean enabled,
        String mailboxPath,
        @Schema(enumeration = "active") String status,
        Optional<Boolean> overQuota,
        Optional<Password> password,
        Instant createdAt,
        Instant updatedAt) {

    static Mailbox from(Row row, String root) {
        return new Mailbox(
                row.getUUID("id"),
                row.getLong("tenant_id"),
                row.getString("email"),
                row.getString("domain"),
                row.getString("username"),
                row.getInteger("quota_mb"),
                row.getBoolean("enabled"),
                root + "/" + row.getString("folder"),
                "active",
                Optional.empty(),
                Optional.empty(),
                row.getOffsetDateTime("created_at").toInstant(),
                row.getOffsetDateTime("updated_at").toInstant());
    }

    Mailbox withPassword(Optional<Password> made) {
        return with(overQuota, made);
    }

    Mailbox withTooMuch() {
        return with(Optional.of(true), password);
    }

    private Mailbox with(Optional<Boolean> over, Optional<Password> made) {
        return new Mailbox(
                id,
                tenantId,
                email,
                domain,
                username,
                quotaMb,
                enabled,
                mailboxPath,
                status,
                over,
                made,
                createdAt,
                updatedAt);
    }

    /** A mailbox with what only the service sees. */
    public record Stored(Mailbox mailbox, PasswordHash hash, long fence) {}

    /**
     * A mailbox that is allowed and may be made.
     *
     * @param made the password was made here, and is shown once
     */
    public record Plan(UUID id, MailboxAddress email, Password password, boolean made, Quota quota, boolean enabled) {}

    /** A plan with the hash of its password. */
    public record Hashed(Plan plan, PasswordHash hash) {}
}
