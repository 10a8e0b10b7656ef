package dev.hostwright.db;

import dev.hostwright.contract.PostgresResource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One more server, called {@code second}, beside the one of {@link DbPostgres}, set up as an operator would. Its
 * arguments are settings of it, those that begin with {@code db.} are settings of the service; with {@code later} it is
 * not started before a test does so. A field {@code Map<String, Runnable>} of a test gets what can be done to it:
 * {@code start}, {@code stop}.
 */
public class AnotherPostgres extends PostgresResource {

    private static final Path PORT = Path.of("target", "test-keys", "second.port");
    private static final String SUPERUSER_PASSWORD = "superuser";

    private final Map<String, String> arguments = new HashMap<>();
    private Path data = Path.of("");
    private int port;
    private @Nullable EmbeddedPostgres running;

    @Override
    public void init(Map<String, String> given) {
        arguments.putAll(given);
    }

    @Override
    public Map<String, String> start() {
        boolean later = arguments.remove("later") != null;
        try {
            data = Files.createTempDirectory("hostwright-pg-second");
            port = freePort();
            Files.createDirectories(PORT.getParent());
            Files.writeString(PORT, String.valueOf(port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!later) {
            run();
        }
        Map<String, String> settings = new HashMap<>(Map.of(
                "db.look-every", "1s",
                "db.servers.second.host", "127.0.0.1",
                "db.servers.second.port", String.valueOf(port),
                "db.servers.second.password", "db",
                "db.servers.second.migration-password", "db_owner"));
        arguments.forEach(
                (name, value) -> settings.put(name.startsWith("db.") ? name : "db.servers.second." + name, value));
        return settings;
    }

    private static int freePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0)) {
            return any.getLocalPort();
        }
    }

    /** Starts it, for the first time or again. */
    private void run() {
        boolean isNew = !Files.exists(data.resolve("PG_VERSION"));
        try {
            EmbeddedPostgres server = EmbeddedPostgres.builder()
                    .setDataDirectory(data)
                    .setCleanDataDirectory(false)
                    .setPort(port)
                    .setServerConfig("fsync", "off")
                    .setServerConfig("max_connections", "120")
                    .setConnectConfig("password", SUPERUSER_PASSWORD)
                    .start();
            running = server;
            if (isNew) {
                setUp(server);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void setUp(EmbeddedPostgres server) throws IOException, SQLException {
        try (Connection admin = server.getPostgresDatabase(Map.of("password", SUPERUSER_PASSWORD))
                .getConnection()) {
            Customers.run(
                    admin, statements(Files.readString(script("roles.sql"))).toArray(String[]::new));
            Customers.run(admin, "ALTER ROLE postgres PASSWORD '" + SUPERUSER_PASSWORD + "'");
            Files.writeString(data.resolve("pg_hba.conf"), "host all all 127.0.0.1/32 scram-sha-256\n");
            Customers.run(admin, "SELECT pg_reload_conf()");
        }
    }

    @Override
    public void stop() {
        try {
            EmbeddedPostgres server = running;
            running = null;
            if (server != null) {
                server.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void inject(TestInjector injector) {
        Map<String, Runnable> doings = Map.of("start", this::run, "stop", this::stop);
        injector.injectIntoFields(doings, new TestInjector.MatchesType(Map.class));
    }

    /** The port of it on 127.0.0.1. */
    public static int port() {
        try {
            return Integer.parseInt(Files.readString(PORT));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A connection of the superuser to one of its databases. */
    public static Connection connect(String database) throws SQLException {
        return Customers.connect(port(), database, "postgres", SUPERUSER_PASSWORD);
    }
}
