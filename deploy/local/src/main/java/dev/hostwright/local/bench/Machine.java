package dev.hostwright.local.bench;

import dev.hostwright.local.Console;
import dev.hostwright.local.LocalStack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** What is measured on. */
final class Machine {

    private Machine() {}

    static void describe(LocalStack stack, Console console) throws SQLException, IOException {
        Path cpu = Path.of("/proc/cpuinfo");
        String model = "unknown processor";
        if (Files.exists(cpu)) {
            model = Files.readAllLines(cpu).stream()
                    .filter(line -> line.startsWith("model name"))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .orElse(model);
        }
        console.say("");
        console.say(
                "Machine     %d cores, %s, %s %s, load %s",
                Runtime.getRuntime().availableProcessors(),
                model,
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                load());
        console.say("Java        %s", Runtime.version());
        try (Connection sql = stack.postgres().connect("postgres");
                Statement statement = sql.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT current_setting('server_version'), current_setting('fsync'), current_setting('synchronous_commit')")) {
            row.next();
            console.say(
                    "PostgreSQL  %s, fsync %s, synchronous_commit %s, on the same cores",
                    row.getString(1), row.getString(2), row.getString(3));
        }
        console.say("");
    }

    private static String load() throws IOException {
        Path load = Path.of("/proc/loadavg");
        return Files.exists(load) ? Files.readString(load).split(" ", 2)[0] : "unknown";
    }
}
