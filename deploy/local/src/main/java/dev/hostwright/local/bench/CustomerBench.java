package dev.hostwright.local.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hostwright.local.ApiClient;
import dev.hostwright.local.Console;
import dev.hostwright.local.Customers;
import dev.hostwright.local.LocalStack;
import dev.hostwright.local.Options;
import dev.hostwright.local.Service;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What {@code deploy/bench/customer} runs. It prints what it measured, and judges nothing. */
final class CustomerBench {

    private static final long TENANT = 7;
    private static final int INTAKE_A_SECOND = 50;
    private static final int CLIENTS = 8;
    private static final Duration WARM_UP = Duration.ofSeconds(20);

    private final LocalStack stack;
    private final Console console;
    private final ApiClient gateway;
    private final Customers customers;
    private final int seconds;
    private final int rounds;
    private final AtomicInteger names = new AtomicInteger();
    private final String run = Long.toString(ThreadLocalRandom.current().nextLong(1L << 30), 36);

    private CustomerBench(LocalStack stack, Console console, int seconds, int rounds) {
        this.stack = stack;
        this.console = console;
        this.gateway = at(stack, Service.GATEWAY);
        this.customers = new Customers(gateway);
        this.seconds = seconds;
        this.rounds = rounds;
    }

    /** The seconds of each load, then how often a whole customer is compared with its parts. */
    public static void main(String[] arguments) throws Exception {
        Path root = Path.of(System.getProperty("hostwright.root", ""));
        Console console = new Console(System.out);
        Options options = Options.anyPorts(root, root.resolve("deploy/local/target/bench"))
                .withDurability()
                // all customers of the bench are one tenant's
                .withSettings(Map.of("DB_MAX_DATABASES_PER_TENANT", "0", "DB_MAX_ROLES_PER_TENANT", "0"));
        try (LocalStack stack = LocalStack.start(options, console)) {
            CustomerBench bench =
                    new CustomerBench(stack, console, Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]));
            Machine.describe(stack, console);
            bench.warmUp();
            bench.zonesAgainstPgbench();
            bench.intake("with a zone only", CustomerBench::zoneOnly);
            bench.wholeCustomerAgainstItsSlowestPart();
            // last: what it leaves keeps the machine busy for a while
            bench.intake("with a database, a mailbox and a zone", CustomerBench::whole);
            bench.memory();
        }
    }

    private static ApiClient at(LocalStack stack, Service service) {
        return new ApiClient(stack.http(), stack.url(service), stack.key().tenantToken(TENANT, Duration.ofHours(4)));
    }

    private String name() {
        return "b" + run + names.incrementAndGet();
    }

    private static String zoneOnly(String name) {
        return "{\"domain\": \"%s.test\", \"dns\": {}}".formatted(name);
    }

    private static String whole(String name) {
        return "{\"domain\": \"%s.test\", \"database\": %s, \"mail\": %s, \"dns\": {}}"
                .formatted(name, database(name), mail(name));
    }

    private static String database(String name) {
        return "{\"name\": \"%s_db\", \"username\": \"%s_app\", \"password\": \"Sesame-opens-42\"}"
                .formatted(name, name);
    }

    private static String mail(String name) {
        return "{\"mailboxes\": [{\"email\": \"info@%s.test\", \"password\": \"Sesame-opens-42\"}]}".formatted(name);
    }

    /** Until the services are compiled, what is measured is the compiler, which takes turns with them on the cores. */
    private void warmUp() throws SQLException, InterruptedException, ExecutionException {
        console.progress("warming up for %d s", 3 * WARM_UP.toSeconds());
        long end = System.nanoTime() + WARM_UP.toNanos();
        while (System.nanoTime() < end) {
            customers.createAndWait(whole(name()));
            partsAlone(name());
        }
        ApiClient dns = at(stack, Service.DNS);
        Load.fromClients(CLIENTS, WARM_UP, () -> makeZone(dns, name() + ".test"));
        Load.fromClients(CLIENTS, WARM_UP, () -> customers.createAndWait(zoneOnly(name())));
        awaitPool();
        Quiet.settle(stack);
    }

    /** The databases that are made ahead of need are there again, so that no round pays for the one before. */
    private void awaitPool() throws SQLException {
        try (Connection sql = stack.postgres().connect(Service.DB.database());
                Statement statement = sql.createStatement()) {
            AtomicLong before = new AtomicLong(-1);
            Quiet.until(Duration.ofSeconds(60), Duration.ofMillis(1500), () -> {
                long ready = Quiet.number(statement, "SELECT count(*) FROM pool WHERE state = 'ready'");
                return ready == before.getAndSet(ready) && ready > 0;
            });
        }
    }

    private void wholeCustomerAgainstItsSlowestPart() throws SQLException {
        Latencies whole = new Latencies();
        List<Latencies> parts = List.of(new Latencies(), new Latencies(), new Latencies());
        for (int i = 0; i < rounds; i++) {
            String body = whole(name());
            long start = System.nanoTime();
            JsonNode end = customers.createAndWait(body);
            whole.add(System.nanoTime() - start);
            if (!end.path("status").asText().equals("active")) {
                throw new IllegalStateException(end.toString());
            }
            awaitPool();
            long[] alone = partsAlone(name());
            for (int part = 0; part < alone.length; part++) {
                parts.get(part).add(alone[part]);
            }
            awaitPool();
        }
        console.say(
                "A whole customer, from POST to active, against its parts called alone (median of %d, one at a time)",
                rounds);
        line("whole customer", whole);
        line("database alone", parts.get(0));
        line("mail alone", parts.get(1));
        line("zone alone", parts.get(2));
        double slowest = parts.stream().mapToDouble(Latencies::median).max().orElse(Double.NaN);
        console.say("  ratio to the slowest part  %.2f", whole.median() / slowest);
        console.say("");
    }

    private long[] partsAlone(String name) {
        long start = System.nanoTime();
        at(stack, Service.DB)
                .put("/v1/databases/" + UUID.randomUUID(), database(name))
                .expect(201);
        long database = System.nanoTime();
        at(stack, Service.MAIL)
                .put(
                        "/v1/mail-domains/" + UUID.randomUUID(),
                        "{\"domain\": \"%s.test\", %s"
                                .formatted(name, mail(name).substring(1)))
                .expect(201);
        long mail = System.nanoTime();
        at(stack, Service.DNS)
                .put("/v1/zones/" + UUID.randomUUID(), "{\"domain\": \"%s.test\"}".formatted(name))
                .expect(201);
        return new long[] {database - start, mail - database, System.nanoTime() - mail};
    }

    /** A wish for a customer of that name. */
    private interface Wish {
        String of(String name);
    }

    /** Requests go out by the clock, whether or not the ones before are answered, and wait in the measured time. */
    private void intake(String what, Wish wish) throws InterruptedException, SQLException {
        Quiet.settle(stack);
        Latencies latencies = new Latencies();
        AtomicInteger failed = new AtomicInteger();
        int count = INTAKE_A_SECOND * seconds;
        long gap = Duration.ofSeconds(1).toNanos() / INTAKE_A_SECOND;
        long start = System.nanoTime();
        try (ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < count; i++) {
                long due = start + i * gap;
                Quiet.untilTime(due);
                senders.submit(() -> {
                    try {
                        customers.create(wish.of(name()));
                        latencies.add(System.nanoTime() - due);
                    } catch (RuntimeException e) {
                        failed.incrementAndGet();
                    }
                });
            }
        }
        console.say(
                "POST /v1/customers to 202, %d a second for %d s, open loop: customers %s",
                INTAKE_A_SECOND, seconds, what);
        line("202", latencies);
        console.say("  not accepted: %d; all done %.1f s after the last was sent", failed.get(), drain());
        console.say("");
    }

    /** Waits until no operation is under way, and says how many seconds that took. */
    private double drain() {
        long start = System.nanoTime();
        try (Connection sql = stack.postgres().connect(Service.GATEWAY.database());
                Statement statement = sql.createStatement()) {
            Quiet.until(
                    Duration.ofMinutes(10),
                    Duration.ofMillis(200),
                    () -> Quiet.number(statement, "SELECT count(*) FROM operation WHERE phase <> 'done'") == 0);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private void zonesAgainstPgbench() throws Exception {
        ApiClient dns = at(stack, Service.DNS);
        String domain = "capture" + run + ".test";
        List<String> creation = CapturedStatements.capture(
                stack, Service.DNS, domain, () -> makeZone(dns, name() + ".test"), () -> makeZone(dns, domain));
        Floor floor = Floor.find(stack, Service.DNS, creation);
        Latencies http = new Latencies();
        List<Double> overHttp = new ArrayList<>();
        List<Double> ofFloor = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Quiet.settle(stack);
            overHttp.add(zonesOverHttp(dns, http));
            Quiet.settle(stack);
            ofFloor.add(floor.transactionsPerSecond(CLIENTS, seconds));
        }
        console.say("Zones with their default records, %d clients, median of 3 times %d s", CLIENTS, seconds);
        console.say("  POST /v1/zones  %.0f a second %s", Load.median(overHttp), Load.rounded(overHttp));
        line("POST /v1/zones", http);
        console.say("  %s  %.0f a second %s", floor.name(), Load.median(ofFloor), Load.rounded(ofFloor));
        console.say(
                "  the same %d statements as captured from the service, prepared, as its own role", creation.size());
        console.say("  ratio  %.2f", Load.median(overHttp) / Load.median(ofFloor));
        console.say("");
    }

    private static void makeZone(ApiClient dns, String domain) {
        dns.post("/v1/zones", "{\"domain\": \"%s\"}".formatted(domain)).expect(201);
    }

    private double zonesOverHttp(ApiClient dns, Latencies latencies) throws InterruptedException, ExecutionException {
        return Load.fromClients(CLIENTS, Duration.ofSeconds(seconds), () -> {
            long sent = System.nanoTime();
            makeZone(dns, name() + ".test");
            latencies.add(System.nanoTime() - sent);
        });
    }

    private void memory() {
        console.say("Resident memory after all that, with -Xmx128m");
        for (Service service : Service.values()) {
            stack.residentBytes(service)
                    .ifPresent(bytes -> console.say("  %-13s %d MB", service.module(), bytes >> 20));
        }
    }

    private void line(String what, Latencies latencies) {
        console.say(latencies.line(what));
    }
}
