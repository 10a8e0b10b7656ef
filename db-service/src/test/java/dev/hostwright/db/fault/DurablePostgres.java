package dev.hostwright.db.fault;

import dev.hostwright.db.DbPostgres;
import java.util.HashMap;
import java.util.Map;

/** The usual server of the tests forgets its last commits when it is killed; this one keeps them. */
public class DurablePostgres extends DbPostgres {

    @Override
    protected Map<String, String> serverSettings() {
        Map<String, String> settings = new HashMap<>(super.serverSettings());
        settings.put("synchronous_commit", "on");
        settings.put("max_connections", "300");
        return settings;
    }
}
