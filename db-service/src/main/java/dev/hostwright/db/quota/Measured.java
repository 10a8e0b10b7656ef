package dev.hostwright.db.quota;

import dev.hostwright.db.name.PhysicalName;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import java.util.UUID;

/**
 * A database whose size is known.
 *
 * @param size in bytes
 * @param applied that what follows from its step is done within it
 */
record Measured(
        UUID id, long tenant, String name, PhysicalName physical, long size, Quota quota, boolean applied, Instant at) {

    static Measured from(Row row) {
        return new Measured(
                row.getUUID("id"),
                row.getLong("tenant_id"),
                row.getString("name"),
                new PhysicalName(row.getString("physical")),
                row.getLong("size"),
                new Quota(
                        row.getLong("size_limit"),
                        QuotaStep.of(row.getString("quota_step")),
                        row.getOffsetDateTime("quota_since").toInstant(),
                        row.getLong("quota_from")),
                row.getBoolean("quota_applied"),
                row.getOffsetDateTime("measured_at").toInstant());
    }
}
