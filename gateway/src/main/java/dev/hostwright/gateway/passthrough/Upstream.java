package dev.hostwright.gateway.passthrough;

import dev.hostwright.gateway.problem.Fault;
import java.util.Set;

/** A service behind the gateway, and the collections under {@code /v1} that it owns. */
public enum Upstream {
    DB("db-service", Set.of("databases", "drift", "roles", "servers")),
    MAIL("mail-service", Set.of("mail-domains", "mailboxes", "forwarders")),
    DNS("dns-service", Set.of("zones", "changes"));

    private final String title;
    private final Set<String> collections;

    Upstream(String title, Set<String> collections) {
        this.title = title;
        this.collections = collections;
    }

    /** How the service is called where a person reads it. */
    public String title() {
        return title;
    }

    /** The one that owns the collection, such as {@code zones}. */
    static Upstream owning(String collection) {
        for (Upstream upstream : values()) {
            if (upstream.collections.contains(collection)) {
                return upstream;
            }
        }
        throw new Fault.NotFound("collection").toException();
    }
}
