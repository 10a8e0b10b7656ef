package dev.hostwright.local;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * PowerDNS as {@code deploy/powerdns/pdns.conf} has it, on any ports of 127.0.0.1. The program is the system's:
 * Debian's packages {@code pdns-server} and {@code pdns-backend-pgsql}, or a later version of them.
 */
public final class NameServer {

    static final String NAME = "powerdns";

    private static final String PROGRAM = "pdns_server";
    private static final String ROLE = "hostwright_pdns";

    /** Where it is for somebody who is not root. */
    private static final List<String> USUAL_FOLDERS = List.of("/usr/sbin", "/usr/local/sbin");

    private final Options options;
    private final Path program;
    private final Path folder;
    private final int port;
    private final int apiPort;
    private final String apiKey;
    private @Nullable ServiceProcess process;

    private NameServer(Options options, Path program, int port, int apiPort, String apiKey) {
        this.options = options;
        this.program = program;
        this.folder = options.state().resolve(NAME);
        this.port = port;
        this.apiPort = apiPort;
        this.apiKey = apiKey;
    }

    /** Whether the program is there. */
    public static boolean isInstalled() {
        return find().isPresent();
    }

    private static Optional<Path> find() {
        String path = System.getenv().getOrDefault("PATH", "");
        return Stream.concat(Stream.of(path.split(File.pathSeparator)), USUAL_FOLDERS.stream())
                .map(folder -> Path.of(folder, PROGRAM))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Writes its configuration. */
    static NameServer prepare(Options options, PostgresServer postgres) {
        Path program = find().orElseThrow(
                        () -> new StackException(
                                "There is no pdns_server. Install it (Debian: apt install pdns-server pdns-backend-pgsql), or do without --with-servers."));
        NameServer server = new NameServer(
                options,
                program,
                Ports.chooseDatagram("name server"),
                Ports.choose(0, "name server", ""),
                PostgresServer.newPassword());
        try {
            String text = Files.readString(options.root().resolve("deploy/powerdns/pdns.conf"));
            Files.createDirectories(server.folder);
            SigningKey.SecretFile.write(server.folder.resolve("pdns.conf"), with(server.settings(postgres), text));
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Map<String, String> settings(PostgresServer postgres) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("local-port", String.valueOf(port));
        settings.put("gpgsql-port", String.valueOf(postgres.port()));
        settings.put("gpgsql-password", postgres.password(ROLE));
        settings.put("api-key", apiKey);
        settings.put("webserver-port", String.valueOf(apiPort));
        return settings;
    }

    /** The configuration with other values, each in the place of the one it had. */
    static String with(Map<String, String> settings, String configuration) {
        String text = configuration;
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            Matcher line = Pattern.compile("(?m)^" + Pattern.quote(setting.getKey()) + "=.*$")
                    .matcher(text);
            if (!line.find()) {
                throw new StackException("deploy/powerdns/pdns.conf does not set " + setting.getKey());
            }
            text = line.replaceAll(Matcher.quoteReplacement(setting.getKey() + "=" + setting.getValue()));
        }
        return text;
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
        process = ServiceProcess.start(NAME, options, command, Map.of(), question);
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

    private URI apiUrl() {
        return URI.create("http://127.0.0.1:" + apiPort);
    }
}
