package dev.hostwright.db.role;

import dev.hostwright.db.name.ConnectionLimit;
import dev.hostwright.db.name.Identifier;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A login that is asked for; it can never be a superuser, make databases or roles, replicate, or pass row-level
 * security, and there is no field to ask for that.
 *
 * @param password one is made when absent
 * @param connectionLimit sessions at once
 * @param validUntil when the password ends; never when absent
 * @param tenantId for whom, when an operator asks
 */
@Schema(requiredProperties = "username")
public record RoleRequest(
        Identifier username,
        Optional<Password> password,
        Optional<ConnectionLimit> connectionLimit,
        Optional<ValidUntil> validUntil,
        Optional<Long> tenantId) {

    public RoleRequest {
        password.ifPresent(secret -> secret.mustNotBe(username));
    }
}
