package dev.hostwright.local;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A PostgreSQL of its own on 127.0.0.1, set up by {@code deploy/postgres/roles.sql} as an operator would. Everybody
 * needs a password, and all passwords are made at the start.
 */
public final class PostgresServer implements AutoCloseable {

    private static final String SUPERUSER = "postgres";
    private static final Pattern VARIABLE = Pattern.compile(":'(\\w+)_password'");
    private static final SecureRandom RANDOM = new SecureRandom();

    private final EmbeddedPostgres server;
    private final Path data;
    private final Map<String, String> passwords;

    private PostgresServer(EmbeddedPostgres server, Path data, Map<String, String> passwords) {
        this.server = server;
        this.data = data;
        this.passwords = passwords;
    }

    static PostgresServer start(Options options) {
        Path data = options.state().resolve("postgres");
        Path log = options.state().resolve("logs/postgresql.log");
        int port = Ports.choose(options.postgresPort(), "PostgreSQL server", "PGPORT");
        try {
            endLeftOver(data);
            clear(data);
            String waitForDisk = options.durable() ? "on" : "off";
            EmbeddedPostgres server = EmbeddedPostgres.builder()
                    .setPort(port)
                    .setDataDirectory(data)
                    .setCleanDataDirectory(true)
                    .setRegisterShutdownHook(false)
                    .setServerConfig("max_connections", "200")
                    .setServerConfig("fsync", waitForDisk)
                    .setServerConfig("synchronous_commit", waitForDisk)
                    .setServerConfig("unix_socket_directories", "")
                    .setOutputRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .setErrorRedirector(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            return new PostgresServer(server, data, secure(server, data, options.root()));
        } catch (IOException | IllegalStateException e) {
            throw new StackException(
                    "PostgreSQL does not start (%s). What it says is in %s".formatted(e.getMessage(), log), e);
        }
    }

    /** Runs roles.sql and asks everybody for a password from then on. */
    private static Map<String, String> secure(EmbeddedPostgres server, Path data, Path root) throws IOException {
        Map<String, String> passwords = new LinkedHashMap<>();
        String script = Files.readString(root.resolve("deploy/postgres/roles.sql"));
        try (Connection admin = server.getPostgresDatabase().getConnection();
                Statement sql = admin.createStatement()) {
            for (String statement : statements(script, passwords)) {
                sql.execute(statement);
            }
            passwords.put(SUPERUSER, newPassword());
            sql.execute("ALTER ROLE postgres PASSWORD '%s'".formatted(passwords.get(SUPERUSER)));
            Files.writeString(data.resolve("pg_hba.conf"), """
                    host all all 127.0.0.1/32 scram-sha-256
                    host all all ::1/128      scram-sha-256
                    """);
            sql.execute("SELECT pg_reload_conf()");
            return passwords;
        } catch (SQLException e) {
            throw new StackException("PostgreSQL refused what deploy/postgres/roles.sql says: " + e.getMessage(), e);
        }
    }

    /** The statements of a psql script without meta-commands, with a new password for each {@code :'…_password'}. */
    static List<String> statements(String script, Map<String, String> passwords) {
        String plain = VARIABLE.matcher(script.replaceAll("(?m)^\\s*--.*$", "")).replaceAll(variable -> {
            String role = "hostwright_" + variable.group(1);
            return Matcher.quoteReplacement("'" + passwords.computeIfAbsent(role, r -> newPassword()) + "'");
        });
        List<String> statements = new ArrayList<>();
        for (String statement : plain.split(";")) {
            if (!statement.isBlank()) {
                statements.add(statement.strip());
            }
        }
        return statements;
    }

    static String newPassword() {
        byte[] bytes = new byte[18];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /**
     * Ends the server whose data is there, if one runs: an earlier run was killed, or this one is being stopped early.
     */
    static void endLeftOver(Path data) throws IOException {
        Path pidFile = data.resolve("postmaster.pid");
        List<String> lines = Files.exists(pidFile) ? Files.readAllLines(pidFile) : List.of();
        if (lines.size() < 3) {
            return;
        }
        Instant start = Instant.ofEpochSecond(Long.parseLong(lines.get(2).strip()));
        Optional<ProcessHandle> postmaster =
                PidFile.alive(Long.parseLong(lines.get(0).strip()), start);
        if (postmaster.isPresent()) {
            // SIGTERM waits for clients to leave, SIGINT sends them away
            new ProcessBuilder("kill", "-INT", lines.get(0).strip()).start();
            PidFile.awaitEnd(postmaster.get());
        }
    }

    private static void clear(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /**
     * Stops it, which ends all sessions, and starts it again with what it holds, on the same port and with the same
     * options.
     */
    public void restart() {
        try {
            List<String> command = new ArrayList<>();
            if (System.getProperty("user.name").equals("root")) {
                // PostgreSQL does not want to be root, so it was started as nobody in a namespace of its own
                command.addAll(List.of("unshare", "-U"));
            }
            command.addAll(List.of(
                    postmaster().resolveSibling("pg_ctl").toString(),
                    "-D",
                    data.toString(),
                    "-l",
                    data.resolveSibling("logs/postgresql.log").toString(),
                    "-m",
                    "fast",
                    "-w",
                    "restart"));
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (process.waitFor() != 0) {
                throw new StackException("PostgreSQL was not started again");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted", e);
        }
    }

    private Path postmaster() throws IOException {
        String pid =
                Files.readAllLines(data.resolve("postmaster.pid")).getFirst().strip();
        return Path.of(ProcessHandle.of(Long.parseLong(pid))
                .flatMap(process -> process.info().command())
                .orElseThrow(() -> new StackException("PostgreSQL does not run")));
    }

    public int port() {
        return server.getPort();
    }

    /** The password of one of the roles that roles.sql makes, or of the superuser postgres. */
    public String password(String role) {
        String password = passwords.get(role);
        if (password == null) {
            throw new StackException("deploy/postgres/roles.sql makes no role " + role);
        }
        return password;
    }

    /** Where one of the databases is, for JDBC. */
    public String url(String database) {
        return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port(), database);
    }

    /** A connection of the superuser to one of the databases. */
    public Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(url(database), SUPERUSER, password(SUPERUSER));
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
