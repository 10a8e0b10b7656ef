package dev.hostwright.local.bench;

import dev.hostwright.local.Answer;
import dev.hostwright.local.Console;
import dev.hostwright.local.LocalStack;
import dev.hostwright.local.NameServer;
import dev.hostwright.local.Options;
import dev.hostwright.local.Questions;
import dev.hostwright.local.StackException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import org.xbill.DNS.Type;

/**
 * What {@code deploy/bench/dns} runs: dns-service beside PowerDNS's own HTTP API, on one PostgreSQL. It prints what it
 * measured, and judges nothing.
 */
final class DnsBench {

    private static final long TENANT = 7;
    private static final int CLIENTS = 8;
    private static final int ROUNDS = 3;
    private static final int ZONES_PER_CLIENT = 25;
    private static final int RECORDS = 10_000;
    private static final Duration WARM_UP = Duration.ofSeconds(20);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final LocalStack stack;
    private final Console console;
    private final ZoneApi hostwright;
    private final ZoneApi powerDns;
    private final Duration time;
    private final AtomicInteger names = new AtomicInteger();
    private final AtomicInteger addresses = new AtomicInteger();
    private final String run = Long.toString(ThreadLocalRandom.current().nextLong(1L << 30), 36);

    private DnsBench(LocalStack stack, Console console, NameServer ownTables, int seconds) {
        this.stack = stack;
        this.console = console;
        this.hostwright = ZoneApi.Hostwright.of(stack, TENANT);
        this.powerDns = ZoneApi.PowerDns.of(stack, ownTables);
        this.time = Duration.ofSeconds(seconds);
    }

    /** The seconds of each load. */
    public static void main(String[] arguments) throws Exception {
        Path root = Path.of(System.getProperty("hostwright.root", ""));
        Console console = new Console(System.out);
        Options options = Options.anyPorts(root, root.resolve("deploy/local/target/bench"))
                .withDurability()
                .withServers();
        try (LocalStack stack = LocalStack.start(options, console)) {
            DnsBench bench =
                    new DnsBench(stack, console, stack.startNameServerWithOwnTables(), Integer.parseInt(arguments[0]));
            Machine.describe(stack, console);
            console.say("PowerDNS    %s, its API on tables of its own, in the same PostgreSQL", NameServer.version());
            console.say("");
            bench.warmUp();
            bench.compare("Zones with their records", bench::creation, false);
            bench.compare("Zones with their records and a key, to be signed", bench::creation, true);
            bench.compare("One RRset changed, in different zones", bench::changesOfManyZones, false);
            bench.compare("One RRset changed, in different signed zones", bench::changesOfManyZones, true);
            bench.compare("One RRset changed, all in one zone", bench::changesOfOneZone, false);
            bench.compare("One RRset changed, all in one signed zone", bench::changesOfOneZone, true);
            bench.manyRecords();
            bench.visible();
        }
    }

    /** Until the service is compiled, what is measured is the compiler. PowerDNS needs no such time. */
    private void warmUp() throws SQLException, InterruptedException, ExecutionException {
        console.progress("warming up for %d s", 2 * WARM_UP.toSeconds());
        Load.fromClients(CLIENTS, WARM_UP, () -> make(hostwright, true));
        ZoneApi.Zone zone = make(hostwright, true);
        Load.fromClients(CLIENTS, WARM_UP, () -> hostwright.point(zone, "warm", address()));
        hostwright.fill(zone, RECORDS).expect(200);
        make(powerDns, true);
    }

    private String domain() {
        return "b%s%d.test".formatted(run, names.incrementAndGet());
    }

    /** Another one than the last, so that each change is one. */
    private String address() {
        int i = addresses.incrementAndGet();
        return "10.%d.%d.%d".formatted(i >> 16 & 255, i >> 8 & 255, i & 255);
    }

    private ZoneApi.Zone make(ZoneApi api, boolean signed) {
        String domain = domain();
        return api.zone(domain, api.make(domain, signed).expect(201));
    }

    /** One request of a client. */
    private interface Request {
        Answer of(int client);
    }

    /** What clients do, made ready for one side. */
    private interface Work {
        Request on(ZoneApi api, boolean signed);
    }

    private Request creation(ZoneApi api, boolean signed) {
        return client -> api.make(domain(), signed);
    }

    private Request changesOfManyZones(ZoneApi api, boolean signed) {
        List<List<ZoneApi.Zone>> zones = times(CLIENTS, client -> times(ZONES_PER_CLIENT, zone -> make(api, signed)));
        int[] turns = new int[CLIENTS];
        return client -> api.point(zones.get(client).get(turns[client]++ % ZONES_PER_CLIENT), "shop", address());
    }

    private Request changesOfOneZone(ZoneApi api, boolean signed) {
        ZoneApi.Zone zone = make(api, signed);
        return client -> api.point(zone, "shop" + client, address());
    }

    private static <T> List<T> times(int count, IntFunction<T> each) {
        List<T> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(each.apply(i));
        }
        return all;
    }

    /** One side's rounds of a load. */
    private static final class Score {
        private final Latencies latencies = new Latencies();
        private final List<Double> rates = new ArrayList<>();
        private final AtomicLong failed = new AtomicLong();
    }

    private void compare(String what, Work work, boolean signed) throws Exception {
        Request ours = work.on(hostwright, signed);
        Request theirs = work.on(powerDns, signed);
        Score our = new Score();
        Score their = new Score();
        for (int i = 0; i < ROUNDS; i++) {
            load(ours, our);
            load(theirs, their);
        }
        console.say("%s, %d clients, median of %d times %d s", what, CLIENTS, ROUNDS, time.toSeconds());
        show(hostwright, our);
        show(powerDns, their);
        console.say("  ratio  %.1f", Load.median(our.rates) / Load.median(their.rates));
        console.say("");
    }

    /** What fails takes its time and counts as nothing done. */
    private void load(Request request, Score score) throws Exception {
        Quiet.settle(stack);
        score.rates.add(Load.fromNumberedClients(CLIENTS, time, client -> {
            long sent = System.nanoTime();
            boolean done = succeeds(() -> request.of(client));
            if (done) {
                score.latencies.add(System.nanoTime() - sent);
            } else {
                score.failed.incrementAndGet();
            }
            return done;
        }));
    }

    private interface Question {
        Answer ask();
    }

    private static boolean succeeds(Question question) {
        try {
            return question.ask().status() < 300;
        } catch (StackException e) {
            return false;
        }
    }

    private void show(ZoneApi api, Score score) throws SQLException {
        console.say(
                "  %-16s %.0f a second %s, failed %d; zones with more than one SOA: %d",
                api.name(),
                Load.median(score.rates),
                Load.rounded(score.rates),
                score.failed.get(),
                zonesWithManySoas(api));
        console.say(score.latencies.line(""));
    }

    private long zonesWithManySoas(ZoneApi api) throws SQLException {
        try (Connection sql = stack.postgres().connect(api.database());
                Statement statement = sql.createStatement()) {
            return Quiet.number(statement, """
                    SELECT count(*)
                      FROM (SELECT domain_id
                              FROM pdns.records
                             WHERE type = 'SOA'
                             GROUP BY domain_id
                            HAVING count(*) > 1) zones
                    """);
        }
    }

    private void manyRecords() throws SQLException {
        console.say("%,d records in one request, each time in a new zone, one at a time", RECORDS);
        for (ZoneApi api : List.of(hostwright, powerDns)) {
            Quiet.settle(stack);
            Latencies latencies = new Latencies();
            for (int i = 0; i < ROUNDS; i++) {
                ZoneApi.Zone zone = make(api, true);
                long sent = System.nanoTime();
                api.fill(zone, RECORDS).expect(200, 204);
                latencies.add(System.nanoTime() - sent);
            }
            console.say(latencies.line(api.name()));
        }
        console.say("");
    }

    /** The answer before the change is in the name server's caches, as much as anybody can have it there. */
    private void visible() throws SQLException {
        console.say("From sending a change to seeing it by UDP, one after the other");
        for (ZoneApi api : List.of(hostwright, powerDns)) {
            Quiet.settle(stack);
            Latencies latencies = new Latencies();
            Questions server = new Questions(api.port());
            ZoneApi.Zone zone = make(api, true);
            long end = System.nanoTime() + ROUNDS * time.toNanos();
            while (System.nanoTime() < end) {
                String address = address();
                server.ask("shop." + zone.domain(), Type.A);
                long sent = System.nanoTime();
                api.point(zone, "shop", address).expect(200, 201, 204);
                Quiet.until(PATIENCE, Duration.ofMillis(1), () -> server.ask("shop." + zone.domain(), Type.A)
                        .lines()
                        .contains("shop.%s. A %s".formatted(zone.domain(), address)));
                latencies.add(System.nanoTime() - sent);
            }
            console.say(latencies.line(api.name()));
        }
        console.say("");
    }
}
