package dev.hostwright.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One of the packaged services, or another server, as a child process, its output in a log file. */
public final class ServiceProcess {

    private static final List<String> JVM = List.of(
            "-Xmx128m",
            "-Xms32m",
            "-Xmn16m",
            "-Xss512k",
            "-XX:+UseSerialGC",
            "-XX:ReservedCodeCacheSize=64m",
            "-XX:+IgnoreUnrecognizedVMOptions",
            "-XX:TrimNativeHeapInterval=5000",
            "-XX:+UseCompactObjectHeaders");

    /** It computes little, so the first compiler is enough; the second would hold more than it saves. */
    private static final List<String> JVM_OF_GATEWAY = List.of("-XX:TieredStopAtLevel=1");

    /** Without it, glibc keeps an arena of freed memory for each thread. */
    static final String ARENAS = "1";

    private static final Duration START_PATIENCE = Duration.ofSeconds(180);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(15);
    private static final long POLL_MILLIS = 100;

    private final String name;
    private final Process process;
    private final Question question;
    private final Path log;

    /** What is asked to learn whether it is ready. */
    interface Question {
        /** Whether it says so; a failure to connect means that it does not. */
        boolean ask(HttpClient http) throws IOException, InterruptedException;
    }

    private ServiceProcess(String name, Process process, Question question, Path log) {
        this.name = name;
        this.process = process;
        this.question = question;
        this.log = log;
    }

    /** What keeps a service under 200 MB, the same as in the units; the why of each is in deploy/README.md. */
    public static List<String> jvm(Service service) {
        return Stream.concat(JVM.stream(), service == Service.GATEWAY ? JVM_OF_GATEWAY.stream() : Stream.empty())
                .toList();
    }

    /** {@code java -jar …/quarkus-run.jar}. */
    static ServiceProcess start(Service service, Options options, URI management, Map<String, String> settings) {
        Path jar = service.jar(options.root());
        if (!Files.exists(jar)) {
            throw new StackException("%s is not built: mvn -DskipTests package".formatted(service.module()));
        }
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        // Quarkus looks for .env and config/ where it is started, so that is a folder of our own
        List<String> command = new ArrayList<>(List.of(java));
        command.addAll(jvm(service));
        command.addAll(List.of("-jar", jar.toString()));
        Map<String, String> environment = new HashMap<>(settings);
        if (System.getenv("MALLOC_ARENA_MAX") == null) {
            environment.putIfAbsent("MALLOC_ARENA_MAX", ARENAS);
        }
        HttpRequest.Builder question = HttpRequest.newBuilder(management.resolve("/q/health/ready"));
        return start(service.module(), options, command, environment, question);
    }

    /**
     * Starts a server.
     *
     * @param name of its log
     * @param question that it answers with 200 once it is ready
     */
    static ServiceProcess start(
            String name,
            Options options,
            List<String> command,
            Map<String, String> environment,
            HttpRequest.Builder question) {
        HttpRequest asked = question.timeout(Duration.ofSeconds(5)).build();
        return start(
                name,
                options,
                command,
                environment,
                http -> http.send(asked, BodyHandlers.discarding()).statusCode() == 200);
    }

    static ServiceProcess start(
            String name, Options options, List<String> command, Map<String, String> environment, Question question) {
        Path log = options.state().resolve("logs").resolve(name + ".log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(options.state().toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        try {
            return new ServiceProcess(name, builder.start(), question, log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until the service says that it is ready, or throws with the end of its log when it does not. */
    void awaitReady(HttpClient http) {
        Instant deadline = Instant.now().plus(START_PATIENCE);
        try {
            while (!ready(http)) {
                if (process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                    throw failed("ended with status " + process.exitValue());
                }
                if (Instant.now().isAfter(deadline)) {
                    throw failed("was not ready after %d s".formatted(START_PATIENCE.toSeconds()));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted", e);
        }
    }

    private boolean ready(HttpClient http) throws InterruptedException {
        try {
            return question.ask(http);
        } catch (IOException e) {
            return false;
        }
    }

    private StackException failed(String what) {
        String end;
        try {
            List<String> lines = Files.readAllLines(log);
            end = String.join("\n", lines.subList(Math.max(0, lines.size() - 25), lines.size()));
        } catch (IOException e) {
            end = "(the log cannot be read: " + e.getMessage() + ")";
        }
        return new StackException("%s %s. The end of %s:%n%s".formatted(name, what, log, end));
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** SIGTERM. */
    void askToStop() {
        process.destroy();
    }

    void awaitStop() {
        try {
            if (!process.waitFor(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                kill();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** SIGKILL, and waits until it is gone. */
    void kill() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until the service has ended by itself. */
    boolean awaitExit(Duration patience) {
        try {
            return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Resident memory, where /proc tells. */
    OptionalLong residentBytes() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc", String.valueOf(process.pid()), "status"))) {
                if (line.startsWith("VmRSS:")) {
                    return OptionalLong.of(Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024);
                }
            }
        } catch (IOException e) {
            return OptionalLong.empty();
        }
        return OptionalLong.empty();
    }
}
