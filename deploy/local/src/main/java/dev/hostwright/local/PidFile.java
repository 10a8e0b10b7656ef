package dev.hostwright.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The processes of a stack, so that the next run ends what an earlier one left when it was killed. The first line is
 * the stack's own process. A process id alone is not enough, since ids are used again: the time of its start must fit.
 */
final class PidFile {

    private static final Duration CLOCK_ERROR = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Path file;

    PidFile(Path file) {
        this.file = file;
    }

    /** Ends what an earlier stack left, and begins a new file; refuses when the earlier one is alive. */
    void begin(Console console) {
        List<String> lines = read();
        if (!lines.isEmpty()) {
            Optional<ProcessHandle> owner = alive(lines.get(0));
            if (owner.isPresent()) {
                throw new StackException(
                        "A stack of this folder runs already, as process %d. Stop it first (Ctrl-C, or kill %d)."
                                .formatted(owner.get().pid(), owner.get().pid()));
            }
            for (String line : lines.subList(1, lines.size())) {
                alive(line).ifPresent(process -> {
                    console.progress(
                            "ending process %d, which an earlier run left (%s)", process.pid(), line.split(" ", 3)[2]);
                    end(process);
                });
            }
        }
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, line(ProcessHandle.current(), "stack"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void add(ProcessHandle process, String name) {
        try {
            Files.writeString(file, line(process, name), StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void delete() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> read() {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : new ArrayList<>();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String line(ProcessHandle process, String name) {
        Instant start = process.info().startInstant().orElse(Instant.EPOCH);
        return "%d %d %s%n".formatted(process.pid(), start.toEpochMilli(), name);
    }

    private static Optional<ProcessHandle> alive(String line) {
        String[] words = line.split(" ", 3);
        return alive(Long.parseLong(words[0]), Instant.ofEpochMilli(Long.parseLong(words[1])));
    }

    /** The process with that id, if it is the one that started then. */
    static Optional<ProcessHandle> alive(long pid, Instant start) {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).filter(process -> process.info()
                .startInstant()
                .map(now -> Duration.between(start, now).abs().compareTo(CLOCK_ERROR) < 0)
                .orElse(false));
    }

    /** Asks a process to end, and makes it after ten seconds. */
    static void end(ProcessHandle process) {
        process.destroy();
        awaitEnd(process);
    }

    /** Waits until a process that was asked to has ended, ten seconds at most, and then ends it. */
    static void awaitEnd(ProcessHandle process) {
        try {
            process.onExit().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
