package dev.hostwright.db.transfer;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * An export or import of a database, as it is answered.
 *
 * @param bytes of the file, written or read so far
 * @param totalBytes of the file that is imported; absent for an export, which nobody knows the size of beforehand
 * @param sourceDatabaseId whose export is imported
 * @param exportId the export that is imported
 * @param error why it failed
 * @param expiresAt when an export's file goes
 */
@Schema(requiredProperties = {"id", "databaseId", "kind", "status", "bytes", "createdAt"})
public record Transfer(
        UUID id,
        UUID databaseId,
        TransferKind kind,
        TransferStatus status,
        long bytes,
        Optional<Long> totalBytes,
        Optional<UUID> sourceDatabaseId,
        Optional<UUID> exportId,
        Optional<TransferError> error,
        Instant createdAt,
        Optional<Instant> startedAt,
        Optional<Instant> endedAt,
        Optional<Instant> expiresAt) {}
