package dev.hostwright.db.role;

import io.vertx.mutiny.sqlclient.Row;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;

/** A row of {@code rotations}, with what its login is called on the server. */
record StoredRotation(
        UUID id,
        UUID roleId,
        String username,
        Optional<String> physical,
        ScramVerifier verifier,
        boolean overlap,
        Optional<UUID> successorId,
        Optional<OffsetDateTime> retireAt,
        boolean endSessions,
        boolean ending,
        OffsetDateTime createdAt) {

    static StoredRotation from(Row row) {
        return new StoredRotation(
                row.getUUID("id"),
                row.getUUID("role_id"),
                row.getString("username"),
                Optional.ofNullable(row.getString("physical")),
                new ScramVerifier(row.getString("verifier")),
                row.getBoolean("overlap"),
                Optional.ofNullable(row.getUUID("successor_id")),
                Optional.ofNullable(row.getOffsetDateTime("retire_at")),
                row.getBoolean("end_sessions"),
                row.getBoolean("ending"),
                row.getOffsetDateTime("created_at"));
    }

    /** Whether the request asks for this; its password is looked at elsewhere, because that takes time. */
    boolean isWhat(RotationRequest request) {
        return overlap == request.overlaps()
                && endSessions == request.endsSessions()
                && request.username().map(name -> name.value().equals(username)).orElse(true)
                && request.retireAfter().map(this::retiresAfter).orElse(true);
    }

    private boolean retiresAfter(RetireAfter asked) {
        return retireAt.map(end -> Duration.between(createdAt, end).equals(asked.time()))
                .orElse(false);
    }

    Rotation shown(Optional<Password> generated) {
        return new Rotation(
                id,
                roleId,
                username,
                physical.filter(given -> !given.equals(username)),
                generated.map(Password::plain),
                overlap,
                successorId,
                retireAt.map(OffsetDateTime::toInstant),
                endSessions,
                createdAt.toInstant());
    }
}
