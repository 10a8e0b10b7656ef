package dev.hostwright.gateway.operation;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.hostwright.gateway.problem.Fault;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What a client calls its customer: 2 to 63 lower-case letters, digits and hyphens, no hyphen first. */
@Schema(type = SchemaType.STRING, pattern = CustomerId.FORM, maxLength = 63, examples = "acme")
@RegisterForReflection
public record CustomerId(@JsonValue String value) {

    static final String FORM = "^[a-z0-9][a-z0-9-]{1,62}$";
    private static final Pattern PATTERN = Pattern.compile("[a-z0-9][a-z0-9-]{1,62}");

    public CustomerId {
        if (!PATTERN.matcher(value).matches()) {
            throw new Fault.Malformed(
                            "customer_id",
                            "A customer's id is 2 to 63 lower-case letters, digits and hyphens, and does not begin with a hyphen.")
                    .toException();
        }
    }

    /** Reads JSON, or a path parameter. */
    @JsonCreator
    public static CustomerId fromString(String value) {
        return new CustomerId(value);
    }

    @Override
    public String toString() {
        return value;
    }
}
