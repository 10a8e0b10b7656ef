package dev.hostwright.db.quota;

import java.time.Duration;
import java.time.Instant;

/**
 * What a database may hold, and on which step it is since when.
 *
 * @param limit in bytes; 0 is none
 * @param from what it held when it was restricted; 0 before that
 */
record Quota(long limit, QuotaStep step, Instant since, long from) {

    private static final double WARNED = 0.8;

    /** Full is left below this only, so that a few rows do not send it to and fro. */
    private static final double LEFT = 0.9;

    /** Whoever grows by so much although he may not write has found a way to. */
    private static final double GROWN = 1.2;

    /**
     * The step that a size leads to. Nobody is shut out who was not restricted first.
     *
     * @param grace how long it may be full before nobody gets in
     */
    QuotaStep next(long size, Duration grace, Instant now) {
        if (limit == 0 || size < WARNED * limit) {
            return QuotaStep.WITHIN;
        }
        if (size < (step.isOver() ? LEFT : 1) * limit) {
            return QuotaStep.WARNED;
        }
        boolean tooLong = size >= limit && !now.isBefore(since.plus(grace));
        boolean grown = size >= GROWN * Math.max(limit, from);
        return step == QuotaStep.SUSPENDED || step == QuotaStep.RESTRICTED && (tooLong || grown)
                ? QuotaStep.SUSPENDED
                : QuotaStep.RESTRICTED;
    }
}
