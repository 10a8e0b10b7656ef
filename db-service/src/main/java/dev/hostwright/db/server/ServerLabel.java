package dev.hostwright.db.server;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.hostwright.db.problem.Fault;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A word by which an operator says what a server is, such as {@code ssd} or {@code eu-west}. */
@Schema(type = SchemaType.STRING, pattern = "^[a-z0-9][a-z0-9._-]{0,62}$", example = "ssd")
public record ServerLabel(@JsonValue String value) {

    private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public ServerLabel {
        if (!FORM.matcher(value).matches()) {
            throw new Fault.Malformed(
                            "server_label",
                            "A label has up to 63 of the letters a to z, digits, dots, hyphens and underscores, a letter"
                                    + " or digit first.")
                    .toException();
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
