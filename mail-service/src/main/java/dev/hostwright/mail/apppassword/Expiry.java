package dev.hostwright.mail.apppassword;

import com.fasterxml.jackson.annotation.JsonCreator;
import dev.hostwright.mail.problem.Fault;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The moment from which a password opens nothing any more (RFC 3339); kept to the microsecond. */
@Schema(type = SchemaType.STRING, format = "date-time", examples = "2031-01-01T00:00:00Z")
public record Expiry(OffsetDateTime time) {

    private static final int LAST_YEAR = 9999;

    public Expiry {
        time = time.withOffsetSameInstant(ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
        if (time.getYear() > LAST_YEAR || time.getYear() < 0) {
            throw malformed();
        }
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static Expiry parse(String text) {
        try {
            return new Expiry(OffsetDateTime.parse(text));
        } catch (DateTimeParseException e) {
            throw malformed();
        }
    }

    private static RuntimeException malformed() {
        return new Fault.Malformed("timestamp", "A time looks like 2031-01-01T00:00:00Z.").toException();
    }
}
