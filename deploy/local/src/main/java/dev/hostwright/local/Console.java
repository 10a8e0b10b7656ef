package dev.hostwright.local;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** What is said while it happens, each line with the seconds since the start. */
public final class Console {

    private final PrintStream out;
    private final Instant start = Instant.now();

    public Console(PrintStream out) {
        this.out = out;
    }

    /** A line of progress. */
    public synchronized void progress(String format, Object... arguments) {
        double seconds = Duration.between(start, Instant.now()).toMillis() / 1000.0;
        out.printf(Locale.ROOT, "%6.1f s  %s%n", seconds, format.formatted(arguments));
        out.flush();
    }

    /** A line of the result. */
    public synchronized void say(String format, Object... arguments) {
        out.println(arguments.length == 0 ? format : format.formatted(arguments));
        out.flush();
    }
}
