package dev.hostwright.local.bench;

import dev.hostwright.local.LocalStack;
import dev.hostwright.local.Service;
import dev.hostwright.local.SystemProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How fast PostgreSQL alone takes the statements of a service: what the service cannot be faster than. */
sealed interface Floor {

    String name();

    double transactionsPerSecond(int clients, int seconds) throws Exception;

    /** pgbench when it is installed, else a loop in this process. */
    static Floor find(LocalStack stack, Service service, List<String> statements) {
        return SystemProgram.find("pgbench")
                .<Floor>map(program -> new Pgbench(stack, service, program, statements))
                .orElseGet(() -> new JdbcLoop(stack, service, statements));
    }

    /** pgbench with prepared statements, as the service's own role. */
    record Pgbench(LocalStack stack, Service service, Path program, List<String> statements) implements Floor {

        private static final Pattern RATE = Pattern.compile("(?m)^tps = ([0-9.]+)");

        @Override
        public String name() {
            return "pgbench -M prepared";
        }

        @Override
        public double transactionsPerSecond(int clients, int seconds) throws IOException, InterruptedException {
            Path script = Files.createTempFile("statements", ".sql");
            try {
                Files.writeString(
                        script, "\\set r random(1, 1000000000000000)\n" + String.join("\n", statements) + "\n");
                ProcessBuilder builder = new ProcessBuilder(
                        program.toString(),
                        "--no-vacuum",
                        "--protocol=prepared",
                        "--client=" + clients,
                        "--jobs=2",
                        "--time=" + seconds,
                        "--file=" + script,
                        service.database());
                builder.redirectErrorStream(true);
                builder.environment().put("PGHOST", "127.0.0.1");
                builder.environment()
                        .put("PGPORT", String.valueOf(stack.postgres().port()));
                builder.environment().put("PGUSER", service.database());
                builder.environment().put("PGPASSWORD", stack.postgres().password(service.database()));
                Process process = builder.start();
                String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                Matcher rate = RATE.matcher(output);
                if (process.waitFor() != 0 || !rate.find()) {
                    throw new IllegalStateException("pgbench failed: " + output + "\n" + Files.readString(script));
                }
                return Double.parseDouble(rate.group(1));
            } finally {
                Files.delete(script);
            }
        }
    }

    /** A stand-in where pgbench is not installed: the same statements, prepared, from threads of this process. */
    record JdbcLoop(LocalStack stack, Service service, List<String> statements) implements Floor {

        @Override
        public String name() {
            return "a JDBC loop (stand-in: pgbench is not installed)";
        }

        @Override
        public double transactionsPerSecond(int clients, int seconds) throws Exception {
            long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
            long start = System.nanoTime();
            long made = 0;
            try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
                List<Callable<Long>> loops = new ArrayList<>();
                for (int i = 0; i < clients; i++) {
                    loops.add(() -> loop(end));
                }
                for (Future<Long> loop : threads.invokeAll(loops)) {
                    made += loop.get();
                }
            }
            return made * 1e9 / (System.nanoTime() - start);
        }

        private long loop(long end) throws SQLException {
            String role = service.database();
            long made = 0;
            try (Connection sql = DriverManager.getConnection(
                    stack.postgres().url(role), role, stack.postgres().password(role))) {
                List<PreparedStatement> prepared = new ArrayList<>();
                List<Integer> places = new ArrayList<>();
                for (String statement : statements) {
                    String marked = statement.replace(":r", "?::text");
                    places.add((int) marked.chars().filter(c -> c == '?').count());
                    prepared.add(sql.prepareStatement(marked));
                }
                while (System.nanoTime() < end) {
                    String number = String.valueOf(ThreadLocalRandom.current().nextLong(1, 1_000_000_000_000_000L));
                    for (int i = 0; i < prepared.size(); i++) {
                        for (int place = 1; place <= places.get(i); place++) {
                            prepared.get(i).setString(place, number);
                        }
                        prepared.get(i).execute();
                    }
                    made++;
                }
            }
            return made;
        }
    }
}
