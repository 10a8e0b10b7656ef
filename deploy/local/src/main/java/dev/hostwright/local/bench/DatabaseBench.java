package dev.hostwright.local.bench;

import dev.hostwright.local.Answer;
import dev.hostwright.local.ApiClient;
import dev.hostwright.local.Console;
import dev.hostwright.local.LocalStack;
import dev.hostwright.local.Options;
import dev.hostwright.local.Service;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What {@code deploy/bench/database} runs: db-service beside what an administrator would type, on one PostgreSQL. It
 * prints what it measured, and judges nothing.
 */
final class DatabaseBench {

    private static final long TENANT = 7;
    private static final int CLIENTS = 8;
    private static final Duration WARM_UP = Duration.ofSeconds(20);
    private static final String PASSWORD = "Sesame-opens-42";

    private final LocalStack stack;
    private final Console console;
    private final ApiClient service;
    private final int rounds;
    private final Duration time;
    private final AtomicInteger names = new AtomicInteger();
    private final String run = Long.toString(ThreadLocalRandom.current().nextLong(1L << 30), 36);

    private DatabaseBench(LocalStack stack, Console console, int rounds, int seconds) {
        this.stack = stack;
        this.console = console;
        this.service = new ApiClient(
                stack.http(), stack.url(Service.DB), stack.key().tenantToken(TENANT, Duration.ofHours(4)));
        this.rounds = rounds;
        this.time = Duration.ofSeconds(seconds);
    }

    /** How often each is done one at a time, the seconds of each load, and how many roles are added. */
    public static void main(String[] arguments) throws Exception {
        Path root = Path.of(System.getProperty("hostwright.root", ""));
        Console console = new Console(System.out);
        Options options = Options.anyPorts(root, root.resolve("deploy/local/target/bench"))
                .withDurability()
                // all databases of the bench are one tenant's
                .withSettings(Map.of("DB_MAX_DATABASES_PER_TENANT", "0", "DB_MAX_ROLES_PER_TENANT", "0"));
        try (LocalStack stack = LocalStack.start(options, console)) {
            DatabaseBench bench =
                    new DatabaseBench(stack, console, Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]));
            Machine.describe(stack, console);
            bench.warmUp();
            double usual = bench.besideTheOthers();
            bench.amongRoles(Integer.parseInt(arguments[2]), usual);
            double rate = bench.asManyAsItMakes();
            bench.atARateOf(Math.max(1, (int) (rate * 2 / 3)));
        }
    }

    private String name() {
        return "b" + run + names.incrementAndGet();
    }

    private static String body(String name) {
        return "{\"name\": \"%1$s\", \"username\": \"%1$s\", \"password\": \"%2$s\"}".formatted(name, PASSWORD);
    }

    private Answer provision() {
        return service.put("/v1/databases/" + UUID.randomUUID(), body(name()));
    }

    /** Until the service is compiled, what is measured is the compiler. */
    private void warmUp() throws SQLException, InterruptedException, ExecutionException {
        console.progress("warming up for %d s", WARM_UP.toSeconds());
        Load.fromClients(2, WARM_UP, () -> {
            String path = "/v1/databases/" + UUID.randomUUID();
            service.put(path, body(name())).expect(201);
            service.delete(path).expect(204);
        });
    }

    /** How long something takes that may fail. */
    private interface Action {
        void run() throws Exception;
    }

    private static void measure(Latencies latencies, Action action) throws Exception {
        long begin = System.nanoTime();
        action.run();
        latencies.add(System.nanoTime() - begin);
    }

    /** One of the other ways, and how long it took each time. */
    private record Compared(Typed way, Latencies latencies) {}

    private double besideTheOthers() throws Exception {
        Latencies ours = new Latencies();
        List<Compared> others = Typed.all(stack).stream()
                .map(way -> new Compared(way, new Latencies()))
                .toList();
        Quiet.settle(stack);
        for (int i = 0; i < rounds; i++) {
            Quiet.untilStocked(stack);
            measure(ours, () -> provision().expect(201));
            for (Compared other : others) {
                Quiet.untilStocked(stack);
                measure(other.latencies, () -> other.way.make(name()));
            }
        }
        console.say("A database with its login, one at a time, in turns");
        console.say(ours.line("db-service"));
        for (Compared other : others) {
            console.say(other.latencies.line(other.way.name()));
            console.say(
                    "    times as long as db-service  p50 %.1f   p99 %.1f",
                    other.latencies.median() / ours.median(), other.latencies.millis(0.99) / ours.millis(0.99));
        }
        console.say("  db-service over HTTP, from the pool: role, database, grants, hardening, books; others as named");
        console.say("");
        return ours.median();
    }

    /**
     * PostgreSQL 16 and newer make whoever creates a role its administrator. These are made so by the superuser, which
     * comes to the same rows and takes seconds and not minutes.
     */
    private void amongRoles(int count, double usual) throws Exception {
        change("""
                DO $$
                DECLARE
                    v_roles text;
                BEGIN
                    FOR i IN 1..%1$d LOOP
                        EXECUTE format('CREATE ROLE %%I', 'crowd_' || i);
                    END LOOP;
                    IF current_setting('server_version_num')::integer >= 160000 THEN
                        SELECT string_agg('crowd_' || i, ', ') INTO v_roles FROM generate_series(1, %1$d) i;
                        EXECUTE 'GRANT ' || v_roles || ' TO %2$s WITH ADMIN TRUE, INHERIT FALSE, SET FALSE';
                    END IF;
                END $$
                """.formatted(count, Service.DB.database()));
        Quiet.settle(stack);
        Latencies crowded = new Latencies();
        for (int i = 0; i < rounds; i++) {
            Quiet.untilStocked(stack);
            measure(crowded, () -> provision().expect(201));
        }
        console.say("The same with %,d roles more on the server", count);
        console.say(crowded.line("db-service"));
        console.say("    times as long as without  p50 %.1f", crowded.median() / usual);
        console.say("");
        change("""
                DO $$
                BEGIN
                    EXECUTE (SELECT 'DROP ROLE ' || string_agg('crowd_' || i, ', ') FROM generate_series(1, %d) i);
                END $$
                """.formatted(count));
    }

    private void change(String sql) throws SQLException {
        try (Connection superuser = stack.postgres().connect("postgres");
                Statement statement = superuser.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Whoever is sent away comes again when he was told to. */
    private double asManyAsItMakes() throws Exception {
        Quiet.untilStocked(stack);
        Quiet.settle(stack);
        Latencies latencies = new Latencies();
        AtomicInteger sentAway = new AtomicInteger();
        double rate = Load.fromNumberedClients(CLIENTS, time, client -> {
            long begin = System.nanoTime();
            Answer answer = provision().expect(201, 503);
            if (answer.status() == 503) {
                sentAway.incrementAndGet();
                Duration pause =
                        Duration.ofSeconds(Long.parseLong(answer.retryAfter().orElseThrow()));
                Quiet.untilTime(System.nanoTime() + pause.toNanos());
                return false;
            }
            latencies.add(System.nanoTime() - begin);
            return true;
        });
        console.say("As many as %d clients get in %d s", CLIENTS, time.toSeconds());
        console.say("  %.1f databases a second; sent away: %d", rate, sentAway.get());
        console.say(latencies.line("db-service"));
        console.say("");
        return rate;
    }

    /** Requests go out by the clock, whether or not the ones before are answered, and wait in the measured time. */
    private void atARateOf(int perSecond) throws Exception {
        Quiet.untilStocked(stack);
        Quiet.settle(stack);
        Latencies latencies = new Latencies();
        AtomicInteger notServed = new AtomicInteger();
        long gap = Duration.ofSeconds(1).toNanos() / perSecond;
        long start = System.nanoTime();
        try (ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < perSecond * time.toSeconds(); i++) {
                long due = start + i * gap;
                Quiet.untilTime(due);
                senders.submit(() -> {
                    try {
                        provision().expect(201);
                        latencies.add(System.nanoTime() - due);
                    } catch (RuntimeException e) {
                        notServed.incrementAndGet();
                    }
                });
            }
        }
        long begin = System.nanoTime();
        Quiet.untilStocked(stack);
        console.say("At %d a second for %d s, open loop", perSecond, time.toSeconds());
        console.say(latencies.line("db-service"));
        console.say(
                "  not served: %d; the pool was as full as before %.1f s after the last",
                notServed.get(), (System.nanoTime() - begin) / 1e9);
        console.say("");
    }
}
