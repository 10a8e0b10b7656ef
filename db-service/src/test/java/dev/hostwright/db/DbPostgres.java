package dev.hostwright.db;

import dev.hostwright.contract.PostgresResource;
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
        settings.put("DB_RECONCILE_EVERY", "1s");
        settings.put("DB_PURGE_EVERY", "1s");
        return settings;
    }
}
