package dev.hostwright.db.database;

import dev.hostwright.db.quota.QuotaStep;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A customer's database, as it is answered.
 *
 * @param username the login that owns what is in it; absent when it was made without, or that login is gone
 * @param connectionString for libpq and all that read its URIs; with the password in the answer that made it only
 * @param connectionStrings the same and more, for other clients, with the password in that answer too
 * @param password if it was made here, and in the answer that made it only
 * @param physicalName what it is called on the server, when that is not {@code name}
 * @param physicalUsername what the login is called on the server, when that is not {@code username}
 * @param encoding of its text, as PostgreSQL names it
 * @param locale when one was asked for; else it is the template's
 * @param template when one was asked for
 * @param suspended nobody may connect; the data stays
 * @param quotaStep how far it has come with what it may hold
 * @param deletedAt when it was deleted; only then is it not there, and what connects to it is what will after a restore
 * @param restorableUntil until when a deleted one can be restored
 */
@Schema(
        requiredProperties = {
            "id",
            "tenantId",
            "name",
            "host",
            "port",
            "connectionString",
            "connectionStrings",
            "encoding",
            "connectionLimit",
            "status",
            "suspended",
            "quotaStep",
            "createdAt",
            "updatedAt"
        })
public record Database(
        UUID id,
        long tenantId,
        String name,
        Optional<String> username,
        String host,
        int port,
        String connectionString,
        ConnectionStrings connectionStrings,
        Optional<String> password,
        Optional<String> physicalName,
        Optional<String> physicalUsername,
        String encoding,
        Optional<String> locale,
        Optional<String> template,
        int connectionLimit,
        DatabaseStatus status,
        boolean suspended,
        QuotaStep quotaStep,
        Instant createdAt,
        Instant updatedAt,
        Optional<Instant> deletedAt,
        Optional<Instant> restorableUntil) {

    /** Not for a log: the connection string may hold a password. */
    @Override
    public String toString() {
        return "Database[" + id + "]";
    }
}
