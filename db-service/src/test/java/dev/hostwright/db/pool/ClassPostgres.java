package dev.hostwright.db.pool;

import dev.hostwright.db.DbPostgres;
import java.util.HashMap;
import java.util.Map;

/** The usual server, and a service that offers databases of three more classes, and of one that the server has not. */
public class ClassPostgres extends DbPostgres {

    @Override
    public Map<String, String> start() {
        Map<String, String> settings = new HashMap<>(super.start());
        settings.put("DB_CLASSES", "LATIN5/xx_XX.none,LATIN1/C,UTF8/C,UTF8//hostwright_template");
        settings.put("DB_POOL_TARGET", "2");
        settings.put("DB_POOL_CLASS_TARGET", "1");
        return settings;
    }
}
