package dev.hostwright.db.role;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A login, as it is answered.
 *
 * @param password if it was made here, and in the answer that made it only
 * @param physicalUsername what it is called on the server, when that is not {@code username}
 * @param databaseId the database that it was made with, and goes with
 * @param suspended its database is suspended
 */
@Schema(
        requiredProperties = {
            "id",
            "tenantId",
            "username",
            "host",
            "port",
            "connectionLimit",
            "status",
            "suspended",
            "createdAt",
            "updatedAt"
        })
public record Role(
        UUID id,
        long tenantId,
        String username,
        String host,
        int port,
        Optional<String> password,
        Optional<String> physicalUsername,
        int connectionLimit,
        Optional<Instant> validUntil,
        Optional<UUID> databaseId,
        RoleStatus status,
        boolean suspended,
        Instant createdAt,
        Instant updatedAt) {

    /** Not for a log: it may hold a password. */
    @Override
    public String toString() {
        return "Role[" + id + "]";
    }
}
