package dev.hostwright.local.bench;

import dev.hostwright.local.LocalStack;
import dev.hostwright.local.Service;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Waiting until what was before is over. */
final class Quiet {

    private Quiet() {}

    /** What is waited for. */
    interface Condition {
        boolean holds() throws SQLException;
    }

    /** What the load before left to do for PostgreSQL is done, so that what comes next does not pay for it. */
    static void settle(LocalStack stack) throws SQLException {
        try (Connection sql = stack.postgres().connect("postgres");
                Statement statement = sql.createStatement()) {
            statement.execute("CHECKPOINT");
            until(
                    Duration.ofMinutes(2),
                    Duration.ofMillis(200),
                    () -> number(statement, "SELECT count(*) FROM pg_stat_progress_vacuum") == 0);
        }
    }

    /**
     * The databases that are made ahead of need are there again, so that nothing pays for what came before; they are
     * not made at once when there are others.
     */
    static void untilStocked(LocalStack stack) throws SQLException {
        try (Connection sql = stack.postgres().connect(Service.DB.database());
                Statement statement = sql.createStatement()) {
            AtomicLong before = new AtomicLong(-1);
            until(Duration.ofSeconds(60), Duration.ofMillis(1500), () -> {
                long ready = number(statement, "SELECT count(*) FROM pool WHERE state = 'ready'");
                return ready == before.getAndSet(ready) && ready > 0;
            });
        }
    }

    /** Asks again and again until it is so; throws when it is not within that time. */
    static void until(Duration bound, Duration every, Condition condition) throws SQLException {
        long deadline = System.nanoTime() + bound.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("waited in vain for %d s".formatted(bound.toSeconds()));
            }
            LockSupport.parkNanos(every.toNanos());
        }
    }

    /** Returns when the clock of {@link System#nanoTime} is there. */
    static void untilTime(long due) {
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    static long number(Statement statement, String query) throws SQLException {
        try (ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }
}
