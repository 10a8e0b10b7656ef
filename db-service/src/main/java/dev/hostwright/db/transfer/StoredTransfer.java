package dev.hostwright.db.transfer;

import dev.hostwright.db.name.PhysicalName;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;

/** A row of {@code transfers}. */
record StoredTransfer(
        TransferKey key,
        long tenantId,
        TransferKind kind,
        Optional<TransferKey> source,
        String status,
        Optional<PhysicalName> login,
        long bytes,
        Optional<Long> sourceBytes,
        Optional<TransferError> error,
        OffsetDateTime createdAt,
        Optional<OffsetDateTime> startedAt,
        Optional<OffsetDateTime> endedAt) {

    static StoredTransfer from(Row row) {
        return new StoredTransfer(
                new TransferKey(row.getUUID("database_id"), row.getUUID("id")),
                row.getLong("tenant_id"),
                TransferKind.of(row.getString("kind")),
                Optional.ofNullable(row.getUUID("source_id"))
                        .map(id -> new TransferKey(row.getUUID("source_database_id"), id)),
                row.getString("status"),
                Optional.ofNullable(row.getString("login")).map(PhysicalName::new),
                row.getLong("bytes"),
                Optional.ofNullable(row.getLong("source_bytes")),
                Optional.ofNullable(row.getString("code"))
                        .map(code -> new TransferError(code, String.valueOf(row.getString("reason")))),
                row.getOffsetDateTime("created_at"),
                Optional.ofNullable(row.getOffsetDateTime("started_at")),
                Optional.ofNullable(row.getOffsetDateTime("ended_at")));
    }

    /** On its way out: for those who ask, it is not there. */
    boolean isLeaving() {
        return status.equals("deleting");
    }

    boolean is(TransferStatus asked) {
        return status.equals(asked.word());
    }

    Transfer shown(Duration life) {
        Optional<Instant> ended = endedAt.map(OffsetDateTime::toInstant);
        return new Transfer(
                key.id(),
                key.database(),
                kind,
                TransferStatus.of(status),
                bytes,
                sourceBytes,
                source.map(TransferKey::database),
                source.map(TransferKey::id),
                error,
                createdAt.toInstant(),
                startedAt.map(OffsetDateTime::toInstant),
                ended,
                ended.filter(at -> kind == TransferKind.EXPORT && is(TransferStatus.DONE))
                        .map(at -> at.plus(life)));
    }
}
