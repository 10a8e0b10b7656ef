package dev.hostwright.db.database;

import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * How much of the server a database takes, as the server itself keeps book; nobody enters the database to find out.
 *
 * @param bytes on disk, with indexes and what was deleted and not yet given back; without temporary files
 * @param connections sessions of clients that are in it now
 * @param connectionLimit how many there may be at once
 * @param commits transactions that were committed, since {@code countedSince}; a second late at times
 * @param rollbacks transactions that were not, since then too
 * @param countedSince when the server last began to count anew; absent when it never did
 * @param tempFileLimit what one session of its owner's login may spill to disk, as PostgreSQL writes a size; absent
 *     when that login is gone
 */
@Schema(
        name = "DatabaseUsage",
        requiredProperties = {"bytes", "connections", "connectionLimit", "commits", "rollbacks"})
public record Usage(
        long bytes,
        int connections,
        int connectionLimit,
        long commits,
        long rollbacks,
        Optional<Instant> countedSince,
        Optional<String> tempFileLimit) {

    /** Empty for a database that is in our books and not on the server. */
    static Optional<Usage> from(Row row) {
        return Optional.ofNullable(row.getLong("bytes"))
                .map(bytes -> new Usage(
                        bytes,
                        row.getInteger("connections"),
                        row.getInteger("connection_limit"),
                        row.getLong("commits"),
                        row.getLong("rollbacks"),
                        Optional.ofNullable(row.getOffsetDateTime("counted_since"))
                                .map(OffsetDateTime::toInstant),
                        Optional.ofNullable(row.getString("temp_file_limit"))));
    }
}
