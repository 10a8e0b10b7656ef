package dev.hostwright.gateway.classic;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.runtime.annotations.RegisterForReflection;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The zone that was made.
 *
 * @param success true
 */
@Schema(requiredProperties = {"success", "zone", "message"})
@RegisterForReflection
public record DomainMade(boolean success, Zone zone, String message) {

    /** The zone itself. */
    @Schema(
            name = "DomainZone",
            requiredProperties = {"id", "domain", "type", "serial"})
    @RegisterForReflection
    public record Zone(String id, String domain, String type, long serial) {}

    static DomainMade from(JsonNode zone) {
        return new DomainMade(
                true,
                new Zone(
                        zone.required("id").textValue(),
                        zone.required("domain").textValue(),
                        zone.required("type").textValue(),
                        zone.required("serial").longValue()),
                "The zone is ready.");
    }
}
