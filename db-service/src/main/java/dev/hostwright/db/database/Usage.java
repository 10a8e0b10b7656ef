package dev.hostwright.db.database;

import dev.hostwright.db.quota.QuotaStep;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * How much of the server a database takes, as the server itself keeps book; nobody enters the database to find out.
 *
 * @param bytes on disk, with indexes and what was deleted and not yet given back; without temporary files
 * @param sizeLimit how many bytes there may be; absent when there is no limit
 * @param quotaStep how far it has come with that, as it was last measured
 * @param quotaSince since when
 * @param statementTimeoutSeconds how long a statement may run, whatever its session sets; absent when there is no limit
 * @param connections sessions of clients that are in it now
 * @param connectionLimit how many there may be at once
 * @param commits transactions that were committed, since {@code countedSince}; a second late at times
 * @param rollbacks transactions that were not, since then too
 * @param countedSince when the server last began to count anew; absent when it never did
 * @param tempFileLimit what one session of its owner's login may spill to disk, as PostgreSQL writes a size; absent
 *     when there is no limit, or that login is gone
 */
@Schema(
        name = "DatabaseUsage",
        requiredProperties = {
            "bytes",
            "quotaStep",
            "quotaSince",
            "connections",
            "connectionLimit",
            "commits",
            "rollbacks"
        })
public record Usage(
        long bytes,
        Optional<Long> sizeLimit,
        QuotaStep quotaStep,
        Instant quotaSince,
        Optional<Long> statementTimeoutSeconds,
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
                        Optional.of(row.getLong("size_limit")).filter(limit -> limit > 0),
                        QuotaStep.of(row.getString("quota_step")),
                        row.getOffsetDateTime("quota_since").toInstant(),
                        Optional.of(row.getLong("statement_limit"))
                                .filter(limit -> limit > 0)
                                .map(limit -> limit / 1000),
                        row.getInteger("connections"),
                        row.getInteger("connection_limit"),
                        row.getLong("commits"),
                        row.getLong("rollbacks"),
                        Optional.ofNullable(row.getOffsetDateTime("counted_since"))
                                .map(OffsetDateTime::toInstant),
                        Optional.ofNullable(row.getString("temp_file_limit")).filter(limit -> !limit.equals("-1"))));
    }
}
