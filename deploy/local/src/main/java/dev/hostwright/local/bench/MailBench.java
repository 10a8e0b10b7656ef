package dev.hostwright.local.bench;

import dev.hostwright.local.Answer;
import dev.hostwright.local.ApiClient;
import dev.hostwright.local.Console;
import dev.hostwright.local.LocalStack;
import dev.hostwright.local.MailClient;
import dev.hostwright.local.Options;
import dev.hostwright.local.Service;
import dev.hostwright.local.ServiceProcess;
import jakarta.mail.Folder;
import jakarta.mail.MessagingException;
import jakarta.mail.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.angus.mail.imap.IMAPFolder;

/**
 * What {@code deploy/bench/mail} runs: mailboxes against bcrypt alone, forwarders against pgbench, and how soon a
 * mailbox opens and a message is seen. It prints what it measured, and judges nothing.
 */
final class MailBench {

    private static final long TENANT = 7;
    private static final int CLIENTS = 8;
    private static final int ROUNDS = 3;

    /** More of them, because a few requests a second are too few for a number that stays the same. */
    private static final int HASHING_ROUNDS = 7;

    private static final Duration WARM_UP = Duration.ofSeconds(15);

    /** Few requests a second wait for a hash, so it takes long until what they run is compiled. */
    private static final Duration HASHING_WARM_UP = Duration.ofSeconds(75);

    private static final Duration PROBE_EVERY = Duration.ofMillis(100);
    private static final String PASSWORD = "Sesame-opens-42";

    private final LocalStack stack;
    private final Console console;
    private final ApiClient mail;
    private final MailClient client;
    private final int seconds;
    private final AtomicInteger names = new AtomicInteger();
    private final String domain =
            "b" + Long.toString(ThreadLocalRandom.current().nextLong(1L << 30), 36) + ".test";

    private MailBench(LocalStack stack, Console console, int seconds) {
        this.stack = stack;
        this.console = console;
        this.mail = new ApiClient(
                stack.http(), stack.url(Service.MAIL), stack.key().tenantToken(TENANT, Duration.ofHours(4)));
        this.client = new MailClient(stack.mailServers());
        this.seconds = seconds;
    }

    /** The seconds of each load. */
    public static void main(String[] arguments) throws Exception {
        Path root = Path.of(System.getProperty("hostwright.root", ""));
        Console console = new Console(System.out);
        Options options = Options.anyPorts(root, root.resolve("deploy/local/target/bench"))
                .withDurability()
                .withServers();
        try (LocalStack stack = LocalStack.start(options, console)) {
            MailBench bench = new MailBench(stack, console, Integer.parseInt(arguments[0]));
            Machine.describe(stack, console);
            bench.warmUp();
            bench.mailboxesAgainstBcrypt();
            bench.forwardersAgainstPgbench();
            bench.firstLogin();
            bench.visible();
        }
    }

    private void warmUp() throws InterruptedException, ExecutionException {
        console.progress("warming up for %d s", 2 * WARM_UP.toSeconds() + HASHING_WARM_UP.toSeconds());
        mail.post("/v1/mail-domains", "{\"domain\": \"%s\"}".formatted(domain)).expect(201);
        makeMailbox("target");
        // refused before it is hashed, so that there are many requests until the compiler is done with them
        Load.fromClients(CLIENTS, WARM_UP, () -> askForMailbox("target").expect(409));
        Load.fromClients(CLIENTS, HASHING_WARM_UP, () -> makeMailbox(name()));
        Load.fromClients(CLIENTS, WARM_UP, () -> makeForwarder(name()));
    }

    private String name() {
        return "n" + names.incrementAndGet();
    }

    private void makeMailbox(String name) {
        askForMailbox(name).expect(201);
    }

    private Answer askForMailbox(String name) {
        return mail.post(
                "/v1/mailboxes", "{\"email\": \"%s@%s\", \"password\": \"%s\"}".formatted(name, domain, PASSWORD));
    }

    private void makeForwarder(String name) {
        mail.post(
                        "/v1/forwarders",
                        "{\"source\": \"%1$s@%2$s\", \"destinations\": [\"target@%2$s\"]}".formatted(name, domain))
                .expect(201);
    }

    private void mailboxesAgainstBcrypt() throws IOException, SQLException, InterruptedException, ExecutionException {
        Latencies latencies = new Latencies();
        Latencies probes = new Latencies();
        List<Double> made = new ArrayList<>();
        List<Double> hashed = new ArrayList<>();
        for (int i = 0; i < HASHING_ROUNDS; i++) {
            Quiet.settle(stack);
            AtomicBoolean done = new AtomicBoolean();
            Thread prober = Thread.ofPlatform().start(() -> probe(probes, done));
            made.add(Load.fromClients(CLIENTS, Duration.ofSeconds(seconds), () -> {
                long sent = System.nanoTime();
                makeMailbox(name());
                latencies.add(System.nanoTime() - sent);
            }));
            done.set(true);
            prober.join();
            hashed.add(Bcrypt.hashesPerSecond(ServiceProcess.jvm(Service.MAIL), seconds));
        }
        console.say("Mailboxes, %d clients, median of %d times %d s", CLIENTS, HASHING_ROUNDS, seconds);
        console.say("  POST /v1/mailboxes  %.1f a second %s", Load.median(made), Load.tenths(made));
        console.say(latencies.line("POST"));
        console.say(probes.line("/q/health/live"));
        console.say("  bcrypt of cost 10 alone, same library, all processors  %.1f a second", Load.median(hashed));
        console.say("  ratio  %.2f", Load.median(made) / Load.median(hashed));
        console.say("");
    }

    /** Ten times a second, what is answered by the event loops alone. */
    private void probe(Latencies latencies, AtomicBoolean done) {
        ApiClient management = new ApiClient(stack.http(), stack.managementUrl(Service.MAIL), "");
        for (long due = System.nanoTime(); !done.get(); due += PROBE_EVERY.toNanos()) {
            Quiet.untilTime(due);
            long sent = System.nanoTime();
            management.get("/q/health/live").expect(200);
            latencies.add(System.nanoTime() - sent);
        }
    }

    private void forwardersAgainstPgbench() throws Exception {
        // a local part that is in no other statement; what pgbench makes of it is one too
        String captured = "capture" + System.nanoTime();
        List<String> creation = CapturedStatements.capture(
                stack, Service.MAIL, captured, () -> makeForwarder(name()), () -> makeForwarder(captured));
        Floor floor = Floor.find(stack, Service.MAIL, creation);
        Latencies latencies = new Latencies();
        List<Double> made = new ArrayList<>();
        List<Double> ofFloor = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            Quiet.settle(stack);
            made.add(Load.fromClients(CLIENTS, Duration.ofSeconds(seconds), () -> {
                long sent = System.nanoTime();
                makeForwarder(name());
                latencies.add(System.nanoTime() - sent);
            }));
            Quiet.settle(stack);
            ofFloor.add(floor.transactionsPerSecond(CLIENTS, seconds));
        }
        console.say("Forwarders, %d clients, median of %d times %d s", CLIENTS, ROUNDS, seconds);
        console.say("  POST /v1/forwarders  %.0f a second %s", Load.median(made), Load.rounded(made));
        console.say(latencies.line("POST"));
        console.say("  %s  %.0f a second %s", floor.name(), Load.median(ofFloor), Load.rounded(ofFloor));
        console.say(
                "  the same %d statements as captured from the service, prepared, as its own role", creation.size());
        console.say("  ratio  %.2f", Load.median(made) / Load.median(ofFloor));
        console.say("");
    }

    /** From the request for a mailbox to the end of the first login by IMAP, one after the other. */
    private void firstLogin() throws MessagingException {
        Latencies whole = new Latencies();
        Latencies login = new Latencies();
        long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        while (System.nanoTime() < end) {
            String name = name();
            long sent = System.nanoTime();
            makeMailbox(name);
            long made = System.nanoTime();
            client.logIn(name + "@" + domain, PASSWORD).close();
            login.add(System.nanoTime() - made);
            whole.add(System.nanoTime() - sent);
        }
        console.say("A mailbox, from POST to the end of the first login by IMAP, one at a time");
        console.say(whole.line("whole"));
        console.say(login.line("login alone"));
        console.say("");
    }

    /** From the connection by SMTP to the message in the inbox, seen by somebody who is logged in. */
    private void visible() throws MessagingException {
        String name = name();
        makeMailbox(name);
        String address = name + "@" + domain;
        Latencies latencies = new Latencies();
        try (Store store = client.logIn(address, PASSWORD)) {
            IMAPFolder inbox = (IMAPFolder) store.getFolder("INBOX");
            inbox.open(Folder.READ_ONLY);
            long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
            for (int wanted = 1; System.nanoTime() < end; wanted++) {
                long sent = System.nanoTime();
                client.deliver("stranger@elsewhere.example", address, "message " + wanted);
                do {
                    // by itself it asks once a second only
                    inbox.doCommand(imap -> {
                        imap.noop();
                        return null;
                    });
                } while (inbox.getMessageCount() < wanted);
                latencies.add(System.nanoTime() - sent);
            }
        }
        console.say("A message, from the connection by SMTP to the inbox as IMAP shows it, one at a time");
        console.say(latencies.line("visible"));
        console.say("");
    }
}
