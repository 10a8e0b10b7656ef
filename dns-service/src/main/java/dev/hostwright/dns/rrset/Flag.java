package dev.hostwright.dns.rrset;

import dev.hostwright.dns.problem.Fault;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A yes or no of the query, {@code true} or {@code false}; what is neither is refused, not taken for a no. */
@Schema(type = SchemaType.BOOLEAN, defaultValue = "false")
public record Flag(boolean isTrue) {

    /** Reads the value of a query parameter. */
    public static Flag fromString(String text) {
        return switch (text) {
            case "true" -> new Flag(true);
            case "false" -> new Flag(false);
            default -> throw new Fault.Malformed("flag", "The parameter is true or false.").toException();
        };
    }
}
