package dev.hostwright.db;

import dev.hostwright.contract.PostgresResource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/** The usual server, with a log file to look into, and a service whose background work a test does not wait for. */
public class DbPostgres extends PostgresResource {

    @Override
    public void init(Map<String, String> arguments) {
        super.init(Map.of("service", "db"));
    }

    @Override
    protected Map<String, String> serverSettings() {
        return Map.of("logging_collector", "on", "log_directory", "log");
    }

    @Override
    public Map<String, String> start() {
        Map<String, String> settings = new HashMap<>(super.start());
        makeTemplate();
        settings.put("DB_RECONCILE_EVERY", "1s");
        settings.put("DB_PURGE_EVERY", "1s");
        settings.put("DB_MEASURE_EVERY", "1s");
        settings.put("DB_STATEMENTS_EVERY", "1s");
        return settings;
    }

    /** The template of {@code template.sql}, as psql would make it; a service uses it that is told to. */
    private static void makeTemplate() {
        try {
            String database = "postgres";
            for (String part : Files.readString(script("template.sql")).split("(?m)^\\\\connect ")) {
                String sql = part;
                if (!part.startsWith("--")) {
                    database = part.lines().findFirst().orElseThrow();
                    sql = part.substring(database.length());
                }
                try (Connection superuser = Superuser.connect(database)) {
                    Customers.run(superuser, statements(sql).toArray(String[]::new));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
