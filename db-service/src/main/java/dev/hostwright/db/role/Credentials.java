package dev.hostwright.db.role;

import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A login whose password was set.
 *
 * @param password if it was made here, and in this answer only
 */
@Schema(requiredProperties = "username")
public record Credentials(String username, Optional<String> password) {

    @Override
    public String toString() {
        return "Credentials[" + username + "]";
    }
}
