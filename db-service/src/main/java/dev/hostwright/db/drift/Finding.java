package dev.hostwright.db.drift;

import io.vertx.mutiny.sqlclient.Row;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * One thing on a server that is not as our books say.
 *
 * @param server which one, as in {@code GET /v1/servers}
 * @param code a word for machines that never changes
 * @param object what it is called on the server
 * @param remedy what a superuser runs, or an operator does, when it was not meant
 * @param tenantId whose it is, when it is a tenant's
 * @param id the database or the login in our books, when it is in them
 */
@Schema(requiredProperties = {"server", "code", "object", "remedy"})
public record Finding(
        String server, String code, String object, String remedy, Optional<Long> tenantId, Optional<UUID> id) {

    static Finding from(Row row, String server) {
        return new Finding(
                server,
                row.getString("code"),
                row.getString("object"),
                row.getString("remedy"),
                Optional.ofNullable(row.getLong("tenant_id")),
                Optional.ofNullable(row.getUUID("id")));
    }
}
