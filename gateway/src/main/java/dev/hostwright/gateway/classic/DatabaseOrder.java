package dev.hostwright.gateway.classic;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hostwright.gateway.passthrough.LenientName;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A database with a login of its own.
 *
 * @param databaseName what is no ASCII letter, digit or underscore is taken out of it
 * @param username as databaseName
 * @param password made here when absent, and then shown in the answer, once
 * @param tenantId for whom; an operator says so, a tenant need not
 */
@Schema(requiredProperties = {"databaseName", "username"})
@RegisterForReflection
public record DatabaseOrder(
        @Schema(minLength = 1, maxLength = 200, examples = "customer_db")
        String databaseName,

        @Schema(minLength = 1, maxLength = 200, examples = "customer_user")
        String username,

        @Schema(maxLength = 1000) Optional<String> password,
        @Schema(minimum = "1") Optional<Long> tenantId) {

    /** The same for db-service. */
    ObjectNode toDatabase() {
        ObjectNode database = JsonNodeFactory.instance
                .objectNode()
                .put("name", LenientName.of(databaseName, "/databaseName"))
                .put("username", LenientName.of(username, "/username"));
        password.ifPresent(value -> database.put("password", value));
        return database;
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "DatabaseOrder[" + databaseName + "]";
    }
}
