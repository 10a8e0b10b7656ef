package dev.hostwright.db.role;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The change of a login's password, as it is answered; it is not there any more when the login is not.
 *
 * @param roleId the login that was there
 * @param username to log in with from now on
 * @param physicalUsername what that is called on the server, when that is not {@code username}
 * @param password if it was made here, and in the answer that made it only
 * @param successorId the login of that name, when there are two; absent in place, or when it was deleted since, and
 *     then the first login stays
 * @param retireAt when the first login goes at the latest
 * @param endSessions the sessions that were open were ended
 */
@Schema(requiredProperties = {"id", "roleId", "username", "overlap", "endSessions", "createdAt"})
public record Rotation(
        UUID id,
        UUID roleId,
        String username,
        Optional<String> physicalUsername,
        Optional<String> password,
        boolean overlap,
        Optional<UUID> successorId,
        Optional<Instant> retireAt,
        boolean endSessions,
        Instant createdAt) {

    /** Not for a log: it may hold a password. */
    @Override
    public String toString() {
        return "Rotation[" + id + "]";
    }
}
