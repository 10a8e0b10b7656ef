package dev.hostwright.dns;

import dev.hostwright.dns.problem.Fault;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A yes or no of the query, {@code true} or {@code false}; what is neither is refused, not taken for a no. */
@Schema(type = SchemaType.BOOLEAN, defaultValue = "false")
public record Flag(boolean isTrue) {

    /** The query parameter of every write that only says what would come of it. */
    public static final String VALIDATE_ONLY = "validateOnly";

    public static final String VALIDATE_ONLY_MEANS =
            "Only say what would come of it, or what is wrong with it; nothing is stored";

    /** Reads the value of a query parameter. */
    public static Flag fromString(String text) {
        return switch (text) {
            case "true" -> new Flag(true);
            case "false" -> new Flag(false);
            default -> throw new Fault.Malformed("flag", "The parameter is true or false.").toException();
        };
    }
}
