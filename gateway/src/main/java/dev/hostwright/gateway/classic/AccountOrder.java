package dev.hostwright.gateway.classic;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A mailbox; the mail domain is made with it when the tenant does not have it yet.
 *
 * @param password made here when absent, and then shown in the answer, once
 * @param quota megabytes; 1000 when absent
 * @param tenantId for whom; an operator says so, a tenant need not
 */
@Schema(requiredProperties = "email")
@RegisterForReflection
public record AccountOrder(
        @Schema(maxLength = 254, examples = "user@example.com")
        String email,

        @Schema(maxLength = 1000) Optional<String> password,
        @Schema(examples = "2000") Optional<Integer> quota,
        @Schema(minimum = "1") Optional<Long> tenantId) {

    /** The same for mail-service. */
    ObjectNode toMailbox() {
        ObjectNode mailbox = JsonNodeFactory.instance.objectNode().put("email", email);
        password.ifPresent(value -> mailbox.put("password", value));
        quota.ifPresent(value -> mailbox.put("quotaMb", value));
        return mailbox;
    }

    /** The mailbox together with its domain, for mail-service; the address is one that it has read before. */
    ObjectNode toMailDomain() {
        ObjectNode domain =
                JsonNodeFactory.instance.objectNode().put("domain", email.substring(email.lastIndexOf('@') + 1));
        domain.putArray("mailboxes").add(toMailbox());
        return domain;
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "AccountOrder[" + email + "]";
    }
}
