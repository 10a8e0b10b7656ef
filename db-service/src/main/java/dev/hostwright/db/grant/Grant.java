package dev.hostwright.db.grant;

import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What a login may do in a database, as it is answered. */
@Schema(requiredProperties = {"databaseId", "roleId", "username", "privilege", "createdAt", "updatedAt"})
public record Grant(
        UUID databaseId, UUID roleId, String username, Privilege privilege, Instant createdAt, Instant updatedAt) {

    static Grant from(Row row) {
        return new Grant(
                row.getUUID("database_id"),
                row.getUUID("role_id"),
                row.getString("username"),
                Privilege.valueOf(row.getString("privilege")),
                row.getOffsetDateTime("created_at").toInstant(),
                row.getOffsetDateTime("updated_at").toInstant());
    }
}
