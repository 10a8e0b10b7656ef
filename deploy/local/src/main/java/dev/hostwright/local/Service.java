package dev.hostwright.local;

import java.nio.file.Path;
import java.util.Locale;

/** One of the four services, in the order in which they are shown. */
public enum Service {
    DB("db-service", 8081),
    MAIL("mail-service", 8082),
    DNS("dns-service", 8083),
    GATEWAY("gateway", 8080);

    private final String module;
    private final int usualPort;

    Service(String module, int usualPort) {
        this.module = module;
        this.usualPort = usualPort;
    }

    /** The folder of the module, which is also the service's name in logs. */
    public String module() {
        return module;
    }

    int usualPort() {
        return usualPort;
    }

    /** The service's role and its database, which have one name; the owner of the tables is this and "_owner". */
    public String database() {
        return "hostwright_" + name().toLowerCase(Locale.ROOT);
    }

    /** The beginning of the service's settings in stack.env: GATEWAY, DB_SERVICE, MAIL_SERVICE, DNS_SERVICE. */
    String setting() {
        return module.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    Path jar(Path root) {
        return root.resolve(module).resolve("target/quarkus-app/quarkus-run.jar");
    }
}
