package dev.hostwright.local.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Times that were measured, from many threads, in nanoseconds. */
final class Latencies {

    private final List<Long> nanos = Collections.synchronizedList(new ArrayList<>());

    void add(long elapsed) {
        nanos.add(elapsed);
    }

    int count() {
        return nanos.size();
    }

    /** The time that this share of all stays below, in milliseconds (nearest rank). */
    double millis(double share) {
        List<Long> sorted = new ArrayList<>(nanos);
        Collections.sort(sorted);
        if (sorted.isEmpty()) {
            return Double.NaN;
        }
        int rank = (int) Math.ceil(share * sorted.size());
        return sorted.get(Math.clamp(rank - 1, 0, sorted.size() - 1)) / 1e6;
    }

    double median() {
        return millis(0.5);
    }

    /** All that is known of them, for a column of such lines. */
    String line(String what) {
        return String.format(
                Locale.ROOT,
                "  %-16s p50 %7.1f ms   p99 %7.1f ms   max %7.1f ms   n %d",
                what,
                median(),
                millis(0.99),
                millis(1),
                count());
    }
}
