package dev.hostwright.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL, a signing key, the four services and, if wanted, a name server and mail servers: started together and
 * stopped together.
 */
public final class LocalStack implements AutoCloseable {

    private static final Duration OPERATOR_TOKEN_LIFE = Duration.ofHours(12);

    private static volatile boolean stopping;

    private final Options options;
    private final Console console;
    private final PidFile pids;
    private final SigningKey key;
    private final String operationSecret = newSecret();
    private final Map<Service, Integer> ports = new EnumMap<>(Service.class);
    private final Map<Service, Integer> managementPorts = new EnumMap<>(Service.class);
    private final Map<Service, ServiceProcess> processes = new EnumMap<>(Service.class);
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private @Nullable PostgresServer postgres;
    private @Nullable NameServer nameServer;
    private @Nullable MailServers mailServers;
    private @Nullable NameServer ownNameServer;
    private boolean closed;

    private LocalStack(Options options, Console console) {
        this.options = options;
        this.console = console;
        this.pids = new PidFile(options.state().resolve("stack.pids"));
        makeFolders(options.state());
        pids.begin(console);
        emptyLogs();
        this.key = SigningKey.make(options.state().resolve("keys"));
    }

    /** Starts everything and waits until it is ready; when something fails, what was started is stopped again. */
    public static LocalStack start(Options options, Console console) {
        LocalStack stack = new LocalStack(options, console);
        Runtime.getRuntime().addShutdownHook(new Thread(stack::closeAtExit, "stop"));
        try {
            stack.startAll();
            return stack;
        } catch (RuntimeException e) {
            stack.close();
            throw e;
        }
    }

    private void startAll() {
        choosePorts();
        postgres = PostgresServer.start(options);
        console.progress("%-13s ready on 127.0.0.1:%d", "postgresql", postgres().port());
        if (options.servers()) {
            nameServer = NameServer.prepare(options, postgres());
            mailServers = MailServers.prepare(options, postgres());
        }
        for (Service service : Service.values()) {
            launch(service, Map.of());
        }
        for (Service service : Service.values()) {
            process(service).awaitReady(http);
            console.progress("%-13s ready on %s", service.module(), url(service));
        }
        if (options.servers()) {
            // after dns-service, which makes the views that it reads
            startNameServer();
            console.progress("%-13s ready on %s", NameServer.NAME, nameServer().address());
            startMailServer(MailServers.SINK);
            startMailServer(MailServers.DOVECOT);
            startMailServer(MailServers.POSTFIX);
            console.progress(
                    "%-13s ready on %s", MailServers.DOVECOT, mailServers().imapAddress());
            console.progress(
                    "%-13s ready on %s", MailServers.POSTFIX, mailServers().smtpAddress());
        }
        writeStackEnv();
    }

    private void choosePorts() {
        for (Service service : Service.values()) {
            ports.put(service, Ports.choose(options.port(service), service.module(), service.setting() + "_PORT"));
            managementPorts.put(service, Ports.choose(0, service.module(), "MANAGEMENT_PORT"));
        }
    }

    private synchronized void launch(Service service, Map<String, String> more) {
        if (closed) {
            throw new StackException("stopped");
        }
        Map<String, String> settings = settings(service);
        settings.putAll(options.settings());
        settings.putAll(more);
        ServiceProcess process = ServiceProcess.start(service, options, managementUrl(service), settings);
        processes.put(service, process);
        pids.add(process.handle(), service.module());
    }

    /** Starts the name server, also again after it was stopped, and waits until it is ready. */
    public synchronized void startNameServer() {
        if (closed) {
            throw new StackException("stopped");
        }
        pids.add(nameServer().start(), NameServer.NAME);
        nameServer().awaitReady(http);
    }

    /** Starts one of the mail servers, also again after it was stopped, and waits until it is ready. */
    public synchronized void startMailServer(String name) {
        if (closed) {
            throw new StackException("stopped");
        }
        pids.add(mailServers().start(name), name);
        mailServers().awaitReady(name, http);
    }

    /** Stops one of the mail servers; the services go on. */
    public synchronized void stopMailServer(String name) {
        mailServers().stop(name);
    }

    /** Stops the name server; the services go on. */
    public synchronized void stopNameServer() {
        nameServer().stop();
    }

    /**
     * Starts a second name server on the same PostgreSQL, with PowerDNS's own tables: what is compared with. It is
     * stopped with the stack.
     */
    public synchronized NameServer startNameServerWithOwnTables() {
        if (closed) {
            throw new StackException("stopped");
        }
        NameServer server = NameServer.prepareWithOwnTables(options, postgres());
        ownNameServer = server;
        pids.add(server.start(), NameServer.NAME);
        server.awaitReady(http);
        return server;
    }

    private Map<String, String> settings(Service service) {
        String role = service.database();
        Map<String, String> settings = new HashMap<>();
        settings.put("HTTP_HOST", "127.0.0.1");
        settings.put("HTTP_PORT", String.valueOf(ports.get(service)));
        settings.put("MANAGEMENT_PORT", String.valueOf(managementPorts.get(service)));
        settings.put("DATABASE_HOST", "127.0.0.1");
        settings.put("DATABASE_PORT", String.valueOf(postgres().port()));
        settings.put("DATABASE_NAME", role);
        settings.put("DATABASE_USER", role);
        settings.put("DATABASE_PASSWORD", postgres().password(role));
        settings.put("MIGRATION_USER", role + "_owner");
        settings.put("MIGRATION_PASSWORD", postgres().password(role + "_owner"));
        // four services start at once, maybe on a busy machine, and each connects for its migrations
        settings.put("QUARKUS_DATASOURCE_MIGRATION_JDBC_ACQUISITION_TIMEOUT", "60S");
        settings.put("JWT_PUBLIC_KEY", key.publicPem().toString());
        settings.put("JWT_ISSUER", "hostwright");
        // .test stays usable, to try things with
        settings.put("DNS_RESERVED_TLDS", "internal,local,localhost,invalid,onion");
        if (service == Service.DNS && nameServer != null) {
            settings.putAll(nameServer.settingsOfDnsService());
        }
        if (service == Service.MAIL && mailServers != null) {
            settings.putAll(mailServers.settingsOfMailService());
        }
        if (service == Service.GATEWAY) {
            settings.put("JWT_PRIVATE_KEY", key.privatePem().toString());
            settings.put("OPERATION_SECRET_KEY", operationSecret);
            settings.put("DB_SERVICE_URL", url(Service.DB).toString());
            settings.put("MAIL_SERVICE_URL", url(Service.MAIL).toString());
            settings.put("DNS_SERVICE_URL", url(Service.DNS).toString());
        }
        return settings;
    }

    private void writeStackEnv() {
        Map<String, String> values = new LinkedHashMap<>();
        for (Service service : List.of(Service.GATEWAY, Service.DB, Service.MAIL, Service.DNS)) {
            values.put(service.setting() + "_URL", url(service).toString());
            values.put(
                    service.setting() + "_MANAGEMENT_URL",
                    managementUrl(service).toString());
            values.put(service.setting() + "_DATABASE", service.database());
        }
        values.put("OPERATOR_TOKEN", key.operatorToken(OPERATOR_TOKEN_LIFE));
        values.put("PGHOST", "127.0.0.1");
        values.put("PGPORT", String.valueOf(postgres().port()));
        values.put("PGUSER", "postgres");
        values.put("PGPASSWORD", postgres().password("postgres"));
        if (nameServer != null) {
            values.put("DNS_ADDRESS", nameServer.address());
        }
        if (mailServers != null) {
            values.put("SMTP_ADDRESS", mailServers.smtpAddress());
            values.put("SUBMISSION_ADDRESS", mailServers.submissionAddress());
            values.put("IMAP_ADDRESS", mailServers.imapAddress());
        }
        values.put("STACK_PID", String.valueOf(ProcessHandle.current().pid()));
        StackEnv.write(stackEnv(), values);
    }

    /** Where everything is, to be read by a shell. */
    public Path stackEnv() {
        return options.state().resolve("stack.env");
    }

    /** What "postgresql" or a service has printed. */
    public Path log(String name) {
        return options.state().resolve("logs").resolve(name + ".log");
    }

    public URI url(Service service) {
        return URI.create("http://127.0.0.1:" + ports.get(service));
    }

    public URI managementUrl(Service service) {
        return URI.create("http://127.0.0.1:" + managementPorts.get(service));
    }

    public PostgresServer postgres() {
        if (postgres == null) {
            throw new StackException("PostgreSQL does not run");
        }
        return postgres;
    }

    /** Whether there is a name server. */
    public boolean hasNameServer() {
        return nameServer != null;
    }

    public NameServer nameServer() {
        if (nameServer == null) {
            throw new StackException("There is no name server: this stack was started without");
        }
        return nameServer;
    }

    /** Whether there are mail servers. */
    public boolean hasMailServers() {
        return mailServers != null;
    }

    public MailServers mailServers() {
        if (mailServers == null) {
            throw new StackException("There are no mail servers: this stack was started without");
        }
        return mailServers;
    }

    public SigningKey key() {
        return key;
    }

    public HttpClient http() {
        return http;
    }

    private ServiceProcess process(Service service) {
        ServiceProcess process = processes.get(service);
        if (process == null) {
            throw new StackException(service.module() + " was not started");
        }
        return process;
    }

    public boolean isAlive(Service service) {
        return process(service).isAlive();
    }

    /** SIGKILL: the service has no time to tidy up. */
    public void kill(Service service) {
        process(service).kill();
    }

    /** Waits for a service to end by itself; false when it still runs after that time. */
    public boolean awaitExit(Service service, Duration patience) {
        return process(service).awaitExit(patience);
    }

    /** Starts a service again, on the same ports, with more settings than usual, and waits until it is ready. */
    public void startAgain(Service service, Map<String, String> more) {
        if (isAlive(service)) {
            process(service).askToStop();
            process(service).awaitStop();
        }
        launch(service, more);
        process(service).awaitReady(http);
    }

    /** Resident memory of a service, where the system tells. */
    public OptionalLong residentBytes(Service service) {
        return process(service).residentBytes();
    }

    private void closeAtExit() {
        stopping = true;
        close();
    }

    /** Whether the program is being ended (Ctrl-C), so that what fails now fails because of that. */
    static boolean isStopping() {
        return stopping;
    }

    /** Stops everything and removes stack.env. Safe to call twice. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            Files.deleteIfExists(stackEnv());
            // the gateway first, so that it does not find the others gone
            for (Service service : List.of(Service.GATEWAY, Service.DB, Service.MAIL, Service.DNS)) {
                ServiceProcess process = processes.get(service);
                if (process != null) {
                    process.askToStop();
                }
            }
            if (nameServer != null) {
                nameServer.stop();
            }
            if (ownNameServer != null) {
                ownNameServer.stop();
            }
            if (mailServers != null) {
                mailServers.close();
            }
            processes.values().forEach(ServiceProcess::awaitStop);
            if (postgres != null) {
                postgres.close();
            } else {
                PostgresServer.endLeftOver(options.state().resolve("postgres"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            pids.delete();
        }
        console.progress("stopped");
    }

    private static void makeFolders(Path state) {
        try {
            Files.createDirectories(state.resolve("logs"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Logs begin with the stack; a service that is started again adds to its own. */
    private void emptyLogs() {
        try {
            Files.deleteIfExists(log("postgresql"));
            for (String server : List.of(NameServer.NAME, MailServers.POSTFIX, MailServers.DOVECOT, MailServers.SINK)) {
                Files.deleteIfExists(log(server));
            }
            for (Service service : Service.values()) {
                Files.deleteIfExists(log(service.module()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String newSecret() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }
}
