package dev.hostwright.gateway.classic;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A zone with its default records.
 *
 * @param tenantId for whom; an operator says so, a tenant need not
 * @param type MASTER when absent
 * @param master the address of the primary, of a SLAVE
 */
@Schema(requiredProperties = "domain")
@RegisterForReflection
public record DomainOrder(
        @Schema(maxLength = 255, examples = "example.com") String domain,
        @Schema(minimum = "1") Optional<Long> tenantId,
        @Schema(enumeration = {"MASTER", "NATIVE", "SLAVE"}) Optional<String> type,
        Optional<String> master) {

    /** The same for dns-service. */
    ObjectNode toZone() {
        ObjectNode zone = JsonNodeFactory.instance.objectNode().put("domain", domain);
        type.ifPresent(value -> zone.put("type", value));
        master.ifPresent(value -> zone.put("master", value));
        return zone;
    }
}
