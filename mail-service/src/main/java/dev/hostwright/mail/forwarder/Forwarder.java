package dev.hostwright.mail.forwarder;

import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A forwarder as it is shown.
 *
 * @param destination the destinations as the mail server reads them, with a comma between
 * @param destinations where mail goes, the source itself among them when a copy is kept
 * @param keepCopy mail also stays in the mailbox of that address
 */
@Schema(
        requiredProperties = {
            "id",
            "tenantId",
            "source",
            "domain",
            "destination",
            "destinations",
            "keepCopy",
            "enabled",
            "status",
            "createdAt",
            "updatedAt"
        })
public record Forwarder(
        UUID id,
        long tenantId,
        String source,
        String domain,
        String destination,
        List<String> destinations,
        boolean keepCopy,
        boolean enabled,
        @Schema(enumeration = "active") String status,
        Instant createdAt,
        Instant updatedAt) {

    static Forwarder from(Row row) {
        String destination = row.getString("destination");
        return new Forwarder(
                row.getUUID("id"),
                row.getLong("tenant_id"),
                row.getString("source"),
                row.getString("domain"),
                destination,
                List.of(destination.split(",", -1)),
                row.getBoolean("keep_copy"),
                row.getBoolean("enabled"),
                "active",
                row.getOffsetDateTime("created_at").toInstant(),
                row.getOffsetDateTime("updated_at").toInstant());
    }

    /** A forwarder with what only the service sees. */
    public record Stored(Forwarder forwarder, boolean onMailbox, long fence) {}
}
