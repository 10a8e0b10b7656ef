package dev.hostwright.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * PowerDNS as {@code deploy/powerdns/pdns.conf} has it, on any ports of 127.0.0.1. The program is the system's:
 * Debian's packages {@code pdns-server} and {@code pdns-backend-pgsql}, or a later version of them.
 */
public final class NameServer {

    static final String NAME = "powerdns";

    /** Where Debian has the tables of PowerDNS's own. */
    private static final Path TABLES = Path.of("/usr/share/pdns-backend-pgsql/schema/schema.pgsql.sql");

    private static final String CONFIGURATION = "powerdns/pdns.conf";
    private static final String PROGRAM = "pdns_server";
    private static final String ROLE = "hostwright_pdns";

    private final Options options;
    private final String name;
    private final Path program;
    private final String database;
    private final Path folder;
    private final int port;
    private final int apiPort;
    private final String apiKey;
    private @Nullable ServiceProcess process;

    private NameServer(
            Options options, String name, Path program, String database, int port, int apiPort, String apiKey) {
        this.options = options;
        this.name = name;
        this.program = program;
        this.database = database;
        this.folder = options.state().resolve(name);
        this.port = port;
        this.apiPort = apiPort;
        this.apiKey = apiKey;
    }

    /** Whether the program is there. */
    public static boolean isInstalled() {
        return SystemProgram.find(PROGRAM).isPresent();
    }

    /** Which one is installed. */
    public static String version() throws IOException {
        Process process = new ProcessBuilder(
                        SystemProgram.find(PROGRAM).map(Path::toString).orElse(PROGRAM), "--version")
                .redirectErrorStream(true)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Matcher version = Pattern.compile("Server ([0-9]\\S*)").matcher(text);
        return version.find() ? version.group(1) : "of an unknown version";
    }

    /** Writes its configuration. */
    static NameServer prepare(Options options, PostgresServer postgres) {
        return prepare(options, postgres, NAME, Service.DNS.database());
    }

    /**
     * Makes a database with PowerDNS's own tables, and writes the configuration of a second server, which keeps its
     * zones there and takes changes by its HTTP API. It differs in nothing else.
     */
    static NameServer prepareWithOwnTables(Options options, PostgresServer postgres) {
        String database = NAME + "_own";
        try (Connection admin = postgres.connect("postgres");
                Statement sql = admin.createStatement()) {
            sql.execute("CREATE DATABASE %s OWNER %s".formatted(database, ROLE));
        } catch (SQLException e) {
            throw new StackException("The database " + database + " cannot be made: " + e.getMessage(), e);
        }
        try (Connection own = DriverManager.getConnection(postgres.url(database), ROLE, postgres.password(ROLE));
                Statement sql = own.createStatement()) {
            // where the role's search_path leads
            sql.execute("CREATE SCHEMA pdns");
            sql.execute(Files.readString(TABLES));
        } catch (SQLException | IOException e) {
            throw new StackException("The tables of " + TABLES + " cannot be made: " + e.getMessage(), e);
        }
        return prepare(options, postgres, NAME + "-own", database);
    }

    private static NameServer prepare(Options options, PostgresServer postgres, String name, String database) {
        Path program = SystemProgram.find(PROGRAM)
                .orElseThrow(
                        () -> new StackException(
                                "There is no pdns_server. Install it (Debian: apt install pdns-server pdns-backend-pgsql), or do without --with-servers."));
        NameServer server = new NameServer(
                options,
                name,
                program,
                database,
                Ports.chooseDatagram("name server"),
                Ports.choose(0, "name server", ""),
                PostgresServer.newPassword());
        try {
            Files.createDirectories(server.folder);
            ConfigurationFile.read(options, CONFIGURATION)
                    .with(server.settings(postgres))
                    .write(server.configuration(), "");
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Changes its configuration, for its next start. */
    void configure(Map<String, String> settings) {
        try {
            new ConfigurationFile(CONFIGURATION, Files.readString(configuration()))
                    .with(settings)
                    .write(configuration(), "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path configuration() {
        return folder.resolve("pdns.conf");
    }

    private Map<String, String> settings(PostgresServer postgres) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("local-port", String.valueOf(port));
        settings.put("gpgsql-port", String.valueOf(postgres.port()));
        settings.put("gpgsql-dbname", database);
        settings.put("gpgsql-password", postgres.password(ROLE));
        settings.put("api-key", apiKey);
        settings.put("webserver-port", String.valueOf(apiPort));
        return settings;
    }

    /** Starts it, also again after it was stopped. */
    ProcessHandle start() {
        List<String> command = List.of(
                program.toString(),
                "--config-dir=" + folder,
                "--socket-dir=" + folder,
                "--daemon=no",
                "--guardian=no",
                "--disable-syslog=yes",
                "--write-pid=no");
        HttpRequest.Builder question = HttpRequest.newBuilder(apiUrl().resolve("/api/v1/servers/localhost"))
                .header("X-API-Key", apiKey);
        process = ServiceProcess.start(name, options, command, Map.of(), question);
        return process.handle();
    }

    void awaitReady(HttpClient http) {
        if (process != null) {
            process.awaitReady(http);
        }
    }

    void stop() {
        if (process != null) {
            process.askToStop();
            process.awaitStop();
        }
    }

    /** Where its configuration is. */
    Path folder() {
        return folder;
    }

    /** Where it answers, by UDP and TCP: {@code 127.0.0.1:port}. */
    public String address() {
        return "127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    /** How dns-service tells it of changes, and asks it for them. */
    Map<String, String> settingsOfDnsService() {
        return Map.of("DNS_SERVERS", address(), "DNS_SERVER_APIS", apiUrl().toString(), "DNS_SERVER_API_KEY", apiKey);
    }

    /** The database that it reads. */
    public String database() {
        return database;
    }

    /** Its HTTP API. */
    public URI apiUrl() {
        return URI.create("http://127.0.0.1:" + apiPort);
    }

    /** What its HTTP API wants as {@code X-API-Key}. */
    public String apiKey() {
        return apiKey;
    }
}
