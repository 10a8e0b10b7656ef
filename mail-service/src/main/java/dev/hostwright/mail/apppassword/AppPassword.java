package dev.hostwright.mail.apppassword;

import dev.hostwright.mail.mailbox.Password;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A password of a mailbox for one program, as it is shown.
 *
 * @param protocols what it opens
 * @param password in the answer that made it, and never again
 * @param expiresAt from then on it opens nothing; absent when it does not end by itself
 */
@Schema(requiredProperties = {"id", "mailboxId", "name", "protocols", "createdAt"})
public record AppPassword(
        UUID id,
        UUID mailboxId,
        Name name,
        List<Protocol> protocols,
        Optional<Password> password,
        Optional<Instant> expiresAt,
        Instant createdAt) {

    public AppPassword {
        protocols = List.copyOf(protocols);
    }

    static AppPassword from(Row row) {
        return new AppPassword(
                row.getUUID("id"),
                row.getUUID("mailbox_id"),
                new Name(row.getString("name")),
                Stream.of(row.getArrayOfStrings("protocols")).map(Protocol::of).toList(),
                Optional.empty(),
                Optional.ofNullable(row.getOffsetDateTime("expires_at")).map(OffsetDateTime::toInstant),
                row.getOffsetDateTime("created_at").toInstant());
    }

    AppPassword with(Password made) {
        return new AppPassword(id, mailboxId, name, protocols, Optional.of(made), expiresAt, createdAt);
    }

    /** Whether it is what is asked for. */
    boolean is(UUID mailbox, NewAppPassword asked) {
        return mailboxId.equals(mailbox)
                && name.equals(asked.name())
                && protocols.equals(asked.askedProtocols())
                && expiresAt.equals(
                        asked.expiresAt().map(expiry -> expiry.time().toInstant()));
    }

    /** With what only the service sees. */
    record Stored(AppPassword appPassword, long tenant, long fence) {}

    /** All of a mailbox. */
    @Schema(name = "AppPasswords", requiredProperties = "items")
    public record All(List<AppPassword> items) {}
}
