package dev.hostwright.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Postfix and Dovecot as {@code deploy/postfix} and {@code deploy/dovecot} have them, on any ports of 127.0.0.1, and a
 * server that takes in what is sent elsewhere, so that nothing leaves the machine. The programs are the system's:
 * Debian's packages {@code postfix postfix-pgsql dovecot-imapd dovecot-lmtpd dovecot-pgsql}. Postfix wants to be
 * started by root.
 */
public final class MailServers {

    static final String POSTFIX = "postfix";
    static final String DOVECOT = "dovecot";

    /** The outside world. */
    static final String SINK = "smtp-sink";

    private static final String POSTFIX_ROLE = "hostwright_postfix";
    private static final String DOVECOT_ROLE = "hostwright_dovecot";
    private static final String MAIL_USER = "vmail";

    private final Options options;
    private final Path folder;
    private final int smtpPort = Ports.choose(0, POSTFIX, "");
    private final int submissionPort = Ports.choose(0, POSTFIX, "");
    private final int sinkPort = Ports.choose(0, SINK, "");
    private final int imapPort = Ports.choose(0, DOVECOT, "");
    private final int lmtpPort = Ports.choose(0, DOVECOT, "");
    private final int saslPort = Ports.choose(0, DOVECOT, "");
    private final int quotaPort = Ports.choose(0, DOVECOT, "");
    private final int doveadmPort = Ports.choose(0, DOVECOT, "");
    private final String doveadmKey = PostgresServer.newPassword();
    private final Map<String, ServiceProcess> processes = new LinkedHashMap<>();

    private MailServers(Options options, Path folder) {
        this.options = options;
        this.folder = folder;
    }

    /** Whether they can be started here. */
    public static boolean areInstalled() {
        return whatIsMissing() == null;
    }

    private static @Nullable String whatIsMissing() {
        if (!Stream.of(POSTFIX, DOVECOT, SINK)
                .allMatch(name -> SystemProgram.find(name).isPresent())) {
            return "There is no Postfix, or no Dovecot. Install them (Debian: apt install postfix postfix-pgsql"
                    + " dovecot-imapd dovecot-lmtpd dovecot-pgsql), or do without --with-servers.";
        }
        if (!System.getProperty("user.name").equals("root")) {
            return "Postfix has to be started by root. Start the stack as root, or do without --with-servers.";
        }
        return null;
    }

    /** Writes their configurations. */
    static MailServers prepare(Options options, PostgresServer postgres) {
        String missing = whatIsMissing();
        if (missing != null) {
            throw new StackException(missing);
        }
        try {
            // short, since it holds Unix sockets, and where the servers' own users get to
            Path folder = Files.createTempDirectory("hostwright-mail");
            SystemProgram.run("chmod", "755", folder.toString());
            MailServers servers = new MailServers(options, folder);
            servers.makeFolders();
            servers.configurePostfix(postgres);
            servers.configureDovecot(postgres);
            return servers;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void makeFolders() throws IOException {
        for (String name : List.of("postfix", "spool", "data", "dovecot", "sink", "vhosts")) {
            Files.createDirectories(folder.resolve(name));
        }
        SystemProgram.run("chmod", "700", folder.resolve("vhosts").toString());
        SystemProgram.run("chown", MAIL_USER, folder.resolve("vhosts").toString());
        SystemProgram.run("chown", POSTFIX, folder.resolve("data").toString());
        SystemProgram.run("chown", POSTFIX, folder.resolve("sink").toString());
    }

    private void configurePostfix(PostgresServer postgres) {
        Path home = folder.resolve(POSTFIX);
        ConfigurationFile.read(options, "postfix/main.cf")
                .with("myhostname", "mx.hostwright.test")
                .with("inet_protocols", "ipv4")
                .with("queue_directory", folder.resolve("spool").toString())
                .with("data_directory", folder.resolve("data").toString())
                .with("maillog_file", home.resolve("postfix.log").toString())
                .with("maillog_file_prefixes", folder.toString())
                .with("smtpd_tls_security_level", "none")
                .with("smtp_tls_security_level", "none")
                .with("smtpd_tls_auth_only", "no")
                .with("smtpd_tls_cert_file", "")
                .with("smtpd_tls_key_file", "")
                // what is for elsewhere ends here
                .with("default_transport", "smtp:[127.0.0.1]:" + sinkPort)
                .with("virtual_transport", "lmtp:inet:127.0.0.1:" + lmtpPort)
                .with("smtpd_sasl_path", "inet:127.0.0.1:" + saslPort)
                .replace(
                        "check_policy_service inet:127.0.0.1:12340", "check_policy_service inet:127.0.0.1:" + quotaPort)
                // what waits for a server is tried again soon
                .and("minimal_backoff_time = 1s\nmaximal_backoff_time = 2s\nqueue_run_delay = 1s\n")
                .write(home.resolve("main.cf"), POSTFIX);
        ConfigurationFile.read(options, "postfix/master.cf")
                .replace("\nsmtp       inet", "\n127.0.0.1:" + smtpPort + " inet")
                .replace("\nsubmission inet", "\n127.0.0.1:" + submissionPort + " inet")
                .write(home.resolve("master.cf"), POSTFIX);
        for (String map : List.of("domains", "mailboxes", "aliases", "senders")) {
            String name = "pgsql-" + map + ".cf";
            ConfigurationFile.read(options, "postfix/" + name)
                    .replace("127.0.0.1:5432", "127.0.0.1:" + postgres.port())
                    .replace(":change-me@", ":" + postgres.password(POSTFIX_ROLE) + "@")
                    .write(home.resolve(name), POSTFIX);
        }
    }

    private void configureDovecot(PostgresServer postgres) {
        Path home = folder.resolve(DOVECOT);
        ConfigurationFile.read(options, "dovecot/dovecot.conf")
                .with("hostname", "mx.hostwright.test")
                .with("ssl", "no")
                .replace("ssl_cert = </etc/ssl/certs/ssl-cert-snakeoil.pem\n", "")
                .replace("ssl_key = </etc/ssl/private/ssl-cert-snakeoil.key\n", "")
                .with("disable_plaintext_auth", "no")
                .with("log_path", home.resolve("dovecot.log").toString())
                .with("doveadm_api_key", doveadmKey)
                .with("base_dir", home.resolve("run").toString())
                .with("state_dir", home.resolve("state").toString())
                .replace("/etc/dovecot/", home + "/")
                .replace("port = 143\n", "port = " + imapPort + "\n")
                .replace("port = 993\n    ssl = yes\n", "port = 0\n")
                .replace("port = 24\n", "port = " + lmtpPort + "\n")
                .replace("port = 12345\n", "port = " + saslPort + "\n")
                .replace("port = 12340\n", "port = " + quotaPort + "\n")
                .replace("port = 8093\n", "port = " + doveadmPort + "\n")
                // nobody guesses here, and tests that give a wrong password do not wait
                .and(
                        "auth_failure_delay = 0\nservice anvil {\n  unix_listener anvil-auth-penalty {\n    mode = 0\n  }\n}\n")
                .write(home.resolve("dovecot.conf"), "");
        for (String name : List.of("dovecot-sql.conf.ext", "dovecot-app-passwords-sql.conf.ext")) {
            withDatabase("dovecot/" + name, postgres)
                    .replace("/var/mail/vhosts/", folder.resolve("vhosts") + "/")
                    .write(home.resolve(name), DOVECOT);
        }
        // the process that writes how much is there does not run as root
        withDatabase("dovecot/dovecot-usage-sql.conf.ext", postgres)
                .write(home.resolve("dovecot-usage-sql.conf.ext"), DOVECOT);
    }

    private ConfigurationFile withDatabase(String name, PostgresServer postgres) {
        return ConfigurationFile.read(options, name)
                .replace("port=5432", "port=" + postgres.port())
                .replace("password=change-me", "password=" + postgres.password(DOVECOT_ROLE));
    }

    /** Deals with the mail of deleted mailboxes as the timer of systemd does. */
    Process startMover(PostgresServer postgres) throws IOException {
        // from its standard input, since not everybody may read the folder of the sources
        ProcessBuilder mover = new ProcessBuilder("runuser", "-u", MAIL_USER, "--", "bash", "-s");
        mover.directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectInput(
                        options.root().resolve("deploy/dovecot/move-deleted").toFile());
        mover.environment()
                .putAll(Map.of(
                        "MAIL_ROOT",
                        mailFolder().toString(),
                        "PGHOST",
                        "127.0.0.1",
                        "PGPORT",
                        String.valueOf(postgres.port()),
                        "PGDATABASE",
                        Service.MAIL.database(),
                        "PGUSER",
                        DOVECOT_ROLE,
                        "PGPASSWORD",
                        postgres.password(DOVECOT_ROLE)));
        return mover.start();
    }

    /** The folder of all mail. */
    Path mailFolder() {
        return folder.resolve("vhosts");
    }

    private static String program(String name) {
        return SystemProgram.find(name).orElseThrow().toString();
    }

    /** Starts one of them, also again after it was stopped, and waits until it takes connections. */
    ProcessHandle start(String name) {
        ServiceProcess process =
                switch (name) {
                    case POSTFIX ->
                        launch(
                                name,
                                List.of(
                                        program(POSTFIX),
                                        "-c",
                                        folder.resolve(POSTFIX).toString(),
                                        "start-fg"),
                                smtpPort,
                                submissionPort);
                    case DOVECOT ->
                        launch(
                                name,
                                List.of(
                                        program(DOVECOT),
                                        "-F",
                                        "-c",
                                        folder.resolve("dovecot/dovecot.conf").toString()),
                                imapPort,
                                lmtpPort,
                                saslPort,
                                quotaPort,
                                doveadmPort);
                    case SINK ->
                        launch(
                                name,
                                List.of(
                                        program(SINK),
                                        "-u",
                                        POSTFIX,
                                        "-d",
                                        folder.resolve("sink") + "/%M.",
                                        "127.0.0.1:" + sinkPort,
                                        "100"),
                                sinkPort);
                    default -> throw new IllegalArgumentException(name);
                };
        processes.put(name, process);
        return process.handle();
    }

    private ServiceProcess launch(String name, List<String> command, int... ports) {
        return ServiceProcess.start(name, options, command, Map.of(), http -> {
            for (int port : ports) {
                try (Socket socket = new Socket()) {
                    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
                }
            }
            return true;
        });
    }

    void awaitReady(String name, HttpClient http) {
        ServiceProcess process = processes.get(name);
        if (process != null) {
            process.awaitReady(http);
        }
    }

    void stop(String name) {
        ServiceProcess process = processes.get(name);
        if (process != null && process.isAlive()) {
            if (name.equals(POSTFIX)) {
                // what was started only waits for Postfix, and would leave it behind
                SystemProgram.run(
                        program(POSTFIX), "-c", folder.resolve(POSTFIX).toString(), "stop");
            }
            process.askToStop();
            process.awaitStop();
        }
    }

    /** Stops all of them and removes their files, the mail too. */
    void close() {
        List.of(POSTFIX, DOVECOT, SINK).forEach(this::stop);
        keepLogs();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What they logged themselves joins what they printed. */
    private void keepLogs() {
        for (String name : List.of(POSTFIX, DOVECOT)) {
            try {
                Files.writeString(
                        options.state().resolve("logs").resolve(name + ".log"),
                        log(name),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Where mail is taken in: {@code 127.0.0.1:port}. */
    public String smtpAddress() {
        return "127.0.0.1:" + smtpPort;
    }

    /** Where customers send, after a login. */
    public String submissionAddress() {
        return "127.0.0.1:" + submissionPort;
    }

    public String imapAddress() {
        return "127.0.0.1:" + imapPort;
    }

    public int smtpPort() {
        return smtpPort;
    }

    public int submissionPort() {
        return submissionPort;
    }

    public int imapPort() {
        return imapPort;
    }

    public int lmtpPort() {
        return lmtpPort;
    }

    /** The messages that were sent elsewhere, each with its envelope. */
    public List<String> sentElsewhere() {
        List<String> messages = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder.resolve("sink"))) {
            for (Path file : files.toList()) {
                messages.add(Files.readString(file));
            }
            return messages;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a server has written to its own log. */
    public String log(String name) {
        try {
            Path log = folder.resolve(name).resolve(name + ".log");
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How mail-service ends sessions. */
    Map<String, String> settingsOfMailService() {
        return Map.of("MAIL_DOVEADM_URL", "http://127.0.0.1:" + doveadmPort, "MAIL_DOVEADM_KEY", doveadmKey);
    }
}
