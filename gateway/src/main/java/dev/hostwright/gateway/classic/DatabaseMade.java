package dev.hostwright.gateway.classic;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The database that was made.
 *
 * @param success true
 * @param database the name that it got
 * @param username the name that its login got
 * @param password only if it was made here
 */
@Schema(requiredProperties = {"success", "database", "username", "host", "port", "connectionString"})
@RegisterForReflection
public record DatabaseMade(
        boolean success,
        String database,
        String username,
        String host,
        int port,
        String connectionString,
        Optional<String> password) {

    static DatabaseMade from(JsonNode database) {
        return new DatabaseMade(
                true,
                database.required("name").textValue(),
                database.required("username").textValue(),
                database.required("host").textValue(),
                database.required("port").intValue(),
                database.required("connectionString").textValue(),
                Optional.ofNullable(database.path("password").textValue()));
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "DatabaseMade[" + database + "]";
    }
}
