package dev.hostwright.db.name;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.hostwright.db.problem.Fault;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Sessions that a login, or a database, may have at once: 1 to 1000, of which tenants may ask for a part. */
@Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "1000", example = "20")
public record ConnectionLimit(@JsonValue int value) {

    private static final int MAX = 1000;

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public ConnectionLimit {
        if (value < 1 || value > MAX) {
            throw new Fault.Malformed("connection_limit", "A connection limit is a number from 1 to 1000.")
                    .toException();
        }
    }

    /** Refuses more than the caller may ask for; an operator may ask for any. */
    public void mustBeAllowed(boolean operator, int max) {
        if (!operator && value > max) {
            throw new Fault.Malformed(
                            "/connectionLimit",
                            "connection_limit",
                            "A connection limit is at most %d here.".formatted(max))
                    .toException();
        }
    }
}
