package dev.hostwright.db.role;

import com.fasterxml.jackson.annotation.JsonCreator;
import dev.hostwright.db.problem.Fault;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** How long a login that has a successor stays good at most: 1 second to 30 days (ISO 8601), in whole seconds. */
@Schema(type = SchemaType.STRING, format = "duration", example = "PT24H")
public record RetireAfter(Duration time) {

    private static final Duration MAX = Duration.ofDays(30);

    static final RetireAfter USUAL = new RetireAfter(Duration.ofDays(1));

    public RetireAfter {
        if (time.compareTo(Duration.ofSeconds(1)) < 0 || time.compareTo(MAX) > 0 || time.getNano() != 0) {
            throw malformed();
        }
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static RetireAfter parse(String text) {
        try {
            return new RetireAfter(Duration.parse(text));
        } catch (DateTimeParseException e) {
            throw malformed();
        }
    }

    private static RuntimeException malformed() {
        return new Fault.Malformed("duration", "A duration looks like PT24H, from PT1S to P30D.").toException();
    }
}
