package dev.hostwright.gateway.classic;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The mailbox that was made.
 *
 * @param success true
 * @param password only if it was made here
 */
@Schema(requiredProperties = {"success", "account", "message"})
@RegisterForReflection
public record AccountMade(boolean success, Account account, String message, Optional<String> password) {

    /**
     * The mailbox itself.
     *
     * @param quota megabytes
     */
    @Schema(
            name = "EmailAccount",
            requiredProperties = {"id", "email", "domain", "quota", "enabled"})
    @RegisterForReflection
    public record Account(String id, String email, String domain, long quota, boolean enabled) {}

    static AccountMade from(JsonNode mailbox) {
        return new AccountMade(
                true,
                new Account(
                        mailbox.required("id").textValue(),
                        mailbox.required("email").textValue(),
                        mailbox.required("domain").textValue(),
                        mailbox.required("quotaMb").longValue(),
                        mailbox.required("enabled").booleanValue()),
                "The mailbox is ready.",
                Optional.ofNullable(mailbox.path("password").textValue()));
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "AccountMade[" + account + "]";
    }
}
