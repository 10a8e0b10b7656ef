package dev.hostwright.db.role;

import dev.hostwright.db.name.PhysicalName;
import dev.hostwright.db.server.Server;
import io.vertx.mutiny.sqlclient.Row;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;

/** A row of {@code roles}. */
record StoredRole(
        UUID id,
        long tenantId,
        String username,
        PhysicalName physical,
        ScramVerifier verifier,
        int connectionLimit,
        Optional<OffsetDateTime> validUntil,
        Optional<UUID> databaseId,
        RoleStatus status,
        boolean suspended,
        Optional<UUID> madeBy,
        long fence,
        OffsetDateTime createdAt,
        OffsetDateTime updatedAt) {

    static StoredRole from(Row row) {
        return new StoredRole(
                row.getUUID("id"),
                row.getLong("tenant_id"),
                row.getString("username"),
                new PhysicalName(row.getString("physical")),
                new ScramVerifier(row.getString("verifier")),
                row.getInteger("connection_limit"),
                Optional.ofNullable(row.getOffsetDateTime("valid_until")),
                Optional.ofNullable(row.getUUID("database_id")),
                RoleStatus.of(row.getString("status")),
                row.getBoolean("suspended"),
                Optional.ofNullable(row.getUUID("made_by")),
                row.getLong("fence"),
                row.getOffsetDateTime("created_at"),
                row.getOffsetDateTime("updated_at"));
    }

    /** Whether the request asks for this; its password is looked at elsewhere, because that takes time. */
    boolean isWhat(RoleRequest request) {
        return username.equals(request.username().value())
                && databaseId.isEmpty()
                && request.connectionLimit()
                        .map(limit -> limit.value() == connectionLimit)
                        .orElse(true)
                && validUntil
                        .map(OffsetDateTime::toInstant)
                        .equals(request.validUntil().map(until -> until.time().toInstant()));
    }

    Role shown(Server server, Optional<Password> generated) {
        return new Role(
                id,
                tenantId,
                username,
                server.publicHost(),
                server.publicPort(),
                generated.map(Password::plain),
                Optional.of(physical.value()).filter(given -> !given.equals(username)),
                connectionLimit,
                validUntil.map(OffsetDateTime::toInstant),
                databaseId,
                status,
                suspended,
                createdAt.toInstant(),
                updatedAt.toInstant());
    }
}
