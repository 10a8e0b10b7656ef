package dev.hostwright.db.database;

import dev.hostwright.db.name.ConnectionLimit;
import dev.hostwright.db.problem.Fault;
import java.util.Optional;

/**
 * What a database may have, all of it said anew. What is absent is as the settings say, or, of connections, as it was;
 * 0 is no limit.
 *
 * @param sizeLimitMb what it may hold, in millions of bytes, with PostgreSQL's own 7.5
 * @param statementTimeoutSeconds how long a statement may run; a session cannot change this
 * @param tempFileLimitMb what a session may spill to disk
 * @param connectionLimit sessions at once
 */
public record LimitsRequest(
        Optional<Integer> sizeLimitMb,
        Optional<Integer> statementTimeoutSeconds,
        Optional<Integer> tempFileLimitMb,
        Optional<ConnectionLimit> connectionLimit) {

    private static final int MAX = 2_000_000;

    public LimitsRequest {
        check("/sizeLimitMb", sizeLimitMb);
        check("/statementTimeoutSeconds", statementTimeoutSeconds);
        check("/tempFileLimitMb", tempFileLimitMb);
    }

    private static void check(String pointer, Optional<Integer> limit) {
        if (limit.filter(number -> number < 0 || number > MAX).isPresent()) {
            throw new Fault.Malformed(pointer, "limit", "A limit is a number from 0 to 2000000.").toException();
        }
    }
}
