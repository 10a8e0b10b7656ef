package dev.hostwright.db.server;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Whether a server takes part: {@code drained} is up, and takes no new tenants. */
@Schema(
        type = SchemaType.STRING,
        enumeration = {"up", "drained", "down"})
public enum ServerState {
    UP,
    DRAINED,
    DOWN;

    @JsonValue
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static ServerState of(Server server) {
        if (!server.isUp()) {
            return DOWN;
        }
        return server.isDrained() ? DRAINED : UP;
    }
}
