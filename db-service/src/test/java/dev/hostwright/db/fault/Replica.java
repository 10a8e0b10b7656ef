package dev.hostwright.db.fault;

import dev.hostwright.contract.PostgresResource.Superuser;
import dev.hostwright.contract.Tokens;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One more replica of the service, from the jar, as a process that can be killed. It reaches PostgreSQL through a relay
 * only, and leaves the background work to the other replica, so that all it says there is said for requests.
 */
final class Replica implements AutoCloseable {

    static final Path JAR = Path.of("target", "quarkus-app", "quarkus-run.jar");
    private static final Pattern LISTENING = Pattern.compile("Listening on: (http://[0-9.]+:[0-9]+)");
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Relay relay;
    private final Process process;
    private final List<String> said = new CopyOnWriteArrayList<>();
    private final CompletableFuture<URI> address = new CompletableFuture<>();

    private Replica(Relay relay, Process process) {
        this.relay = relay;
        this.process = process;
        Thread.ofPlatform().daemon().start(this::listen);
    }

    /** Begins to start one; whoever asks it something waits until it is there. */
    static Replica start() {
        Relay relay = new Relay(Superuser.port());
        ProcessBuilder java = new ProcessBuilder(new ArrayList<>(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx128m",
                        "-jar",
                        JAR.toString())))
                .redirectErrorStream(true);
        java.environment()
                .putAll(Map.ofEntries(
                        Map.entry("HTTP_PORT", "0"),
                        Map.entry("MANAGEMENT_PORT", "0"),
                        Map.entry("DATABASE_HOST", "127.0.0.1"),
                        Map.entry("DATABASE_PORT", String.valueOf(relay.port())),
                        Map.entry("DATABASE_NAME", "hostwright_db"),
                        Map.entry("DATABASE_USER", "hostwright_db"),
                        Map.entry("DATABASE_PASSWORD", "db"),
                        Map.entry("MIGRATION_USER", "hostwright_db_owner"),
                        Map.entry("MIGRATION_PASSWORD", "db_owner"),
                        Map.entry("JWT_PUBLIC_KEY", Tokens.publicKey().toString()),
                        Map.entry("DB_POOL_TARGET", "0"),
                        Map.entry("DATABASE_POOL_SIZE", "80"),
                        Map.entry("DB_POOL_MAKERS", "40"),
                        Map.entry("DB_DELETIONS", "80"),
                        Map.entry("DB_KEEP_DELETED", "0"),
                        Map.entry("QUARKUS_SCHEDULER_ENABLED", "false"),
                        Map.entry("QUARKUS_FLYWAY_MIGRATION_MIGRATE_AT_START", "false")));
        try {
            return new Replica(relay, java.start());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static boolean isPackaged() {
        return Files.exists(JAR);
    }

    private void listen() {
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                said.add(line);
                Matcher listening = LISTENING.matcher(line);
                if (listening.find()) {
                    address.complete(URI.create(listening.group(1)));
                }
            }
        } catch (IOException e) {
            said.add(e.toString());
        }
        address.completeExceptionally(new IllegalStateException("it has ended: " + said));
    }

    /** What it says from now on; what it said for its start is over. */
    Relay relay() throws Exception {
        address();
        return relay;
    }

    private URI address() throws Exception {
        return address.get(60, TimeUnit.SECONDS);
    }

    List<String> said() {
        return said;
    }

    /** Sends a request; its answer comes, or a failure when the replica is killed before. */
    CompletableFuture<HttpResponse<String>> send(Work work) throws Exception {
        return send(work.method(), work.path(), work.tenant(), work.body());
    }

    CompletableFuture<HttpResponse<String>> send(String method, String path, long tenant, String body)
            throws Exception {
        return HTTP.sendAsync(
                HttpRequest.newBuilder(address().resolve(path))
                        .header("Authorization", "Bearer " + Tokens.tenant(tenant))
                        .header("Content-Type", "application/json")
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    /** SIGKILL; what it has sent is sent, and nothing more. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
        relay.close();
    }
}
