package dev.hostwright.db.tenant;

import io.vertx.mutiny.sqlclient.Row;
import java.util.UUID;

/** Something of a tenant's that there is work on in the background. */
public record Owned(UUID id, long tenant) {

    public static Owned from(Row row) {
        return new Owned(row.getUUID("id"), row.getLong("tenant_id"));
    }
}
