package dev.hostwright.contract;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * A real PostgreSQL from a Maven artifact, set up by {@code deploy/postgres/roles.sql} as an operator would, with
 * passwords asked for; and the key that tokens are checked with. The argument {@code service} is gateway, db, mail or
 * dns.
 */
public class PostgresResource implements QuarkusTestResourceLifecycleManager {

    private static final Pattern PASSWORD = Pattern.compile(":'(\\w+)_password'");
    private static final String SUPERUSER_PASSWORD = "superuser";

    private String service = "";
    private EmbeddedPostgres postgres;

    @Override
    public void init(Map<String, String> arguments) {
        service = arguments.get("service");
    }

    /** Settings of the server for a service whose tests need more than the usual ones. */
    protected Map<String, String> serverSettings() {
        return Map.of();
    }

    /** Another server than the usual one, for a service whose tests need that. */
    protected void configure(EmbeddedPostgres.Builder server) throws IOException {}

    @Override
    public Map<String, String> start() {
        try {
            Path data = Files.createTempDirectory("hostwright-pg");
            EmbeddedPostgres.Builder server = EmbeddedPostgres.builder()
                    .setDataDirectory(data)
                    .setCleanDataDirectory(true)
                    .setServerConfig("fsync", "off")
                    .setServerConfig("max_connections", "120");
            serverSettings().forEach(server::setServerConfig);
            configure(server);
            postgres = server.start();
            try (Connection admin = postgres.getPostgresDatabase().getConnection();
                    Statement sql = admin.createStatement()) {
                for (String statement : statements(Files.readString(script("roles.sql")))) {
                    sql.execute(statement);
                }
                sql.execute("ALTER ROLE postgres PASSWORD '" + SUPERUSER_PASSWORD + "'");
                Files.writeString(data.resolve("pg_hba.conf"), "host all all 127.0.0.1/32 scram-sha-256\n");
                sql.execute("SELECT pg_reload_conf()");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        String role = "hostwright_" + service;
        Map<String, String> settings = new HashMap<>();
        settings.put("DATABASE_HOST", "127.0.0.1");
        settings.put("DATABASE_PORT", String.valueOf(postgres.getPort()));
        settings.put("DATABASE_NAME", role);
        settings.put("DATABASE_USER", role);
        settings.put("DATABASE_PASSWORD", service);
        settings.put("MIGRATION_USER", role + "_owner");
        settings.put("MIGRATION_PASSWORD", service + "_owner");
        settings.put("JWT_PUBLIC_KEY", Tokens.publicKey().toString());
        settings.put("JWT_PRIVATE_KEY", Tokens.privateKey().toString());
        settings.put("MANAGEMENT_PORT", managementPort());
        Superuser.remember(postgres.getPort());
        return settings;
    }

    /**
     * The packaged service listens on any port, and so must its management; one that is started after another listens
     * where that one did, and so its management needs a number too: metrics refuse a mixture of the two.
     */
    private static String managementPort() {
        int port = ConfigProvider.getConfig()
                .getOptionalValue("quarkus.http.test-port", Integer.class)
                .orElse(0);
        if (port == 0) {
            return "0";
        }
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return String.valueOf(free.getLocalPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {
        try {
            if (postgres != null) {
                postgres.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The server as its superuser sees it, for a test that looks behind the service's back. */
    public static final class Superuser {

        private static final Path PORT = Path.of("target", "test-keys", "postgres.port");

        private Superuser() {}

        static void remember(int port) {
            try {
                Files.createDirectories(PORT.getParent());
                Files.writeString(PORT, String.valueOf(port));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** The port of the server on 127.0.0.1. */
        public static int port() {
            try {
                return Integer.parseInt(Files.readString(PORT));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** A connection of the superuser to one of the databases. */
        public static Connection connect(String database) throws SQLException {
            return DriverManager.getConnection(
                    "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port(), database), "postgres", SUPERUSER_PASSWORD);
        }
    }

    /** The statements of a psql script without meta-commands; {@code :'dns_password'} becomes {@code 'dns'}. */
    protected static List<String> statements(String script) {
        String plain = PASSWORD.matcher(script.replaceAll("(?m)^--.*$", "")).replaceAll(PostgresResource::password);
        List<String> statements = new ArrayList<>();
        for (String statement : plain.split(";")) {
            if (!statement.isBlank()) {
                statements.add(statement);
            }
        }
        return statements;
    }

    private static String password(java.util.regex.MatchResult variable) {
        return Matcher.quoteReplacement("'" + variable.group(1) + "'");
    }

    /** A script of {@code deploy/postgres}. */
    protected static Path script(String name) {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path script = folder.resolve("deploy/postgres").resolve(name);
            if (Files.exists(script)) {
                return script;
            }
        }
        throw new IllegalStateException(
                "deploy/postgres/" + name + " is not above " + Path.of("").toAbsolutePath());
    }
}
