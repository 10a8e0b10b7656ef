package dev.hostwright.gateway.customer;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.hostwright.gateway.problem.Fault;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.Locale;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A host name of two labels or more, in lower case and without the last dot; an internationalized one as A-labels (RFC
 * 1123 section 2.1, RFC 5890). The services say more about what may be a zone or a mail domain.
 */
@Schema(type = SchemaType.STRING, maxLength = 254, examples = "acme.example")
@RegisterForReflection
public record Domain(@JsonValue String name) {

    private static final int LONGEST = 253;
    private static final Pattern LABELS =
            Pattern.compile("(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?");

    public Domain {
        name = name.toLowerCase(Locale.ROOT);
        if (name.endsWith(".")) {
            name = name.substring(0, name.length() - 1);
        }
        if (name.length() > LONGEST || !LABELS.matcher(name).matches()) {
            throw new Fault.Malformed(
                            "domain",
                            "A domain is two labels or more of letters, digits and hyphens, 253 characters at most; write an internationalized one as A-labels (xn--…).")
                    .toException();
        }
    }

    /** Reads JSON. */
    @JsonCreator
    public static Domain fromString(String name) {
        return new Domain(name);
    }

    /** The address is in this domain itself, not in one below. */
    boolean has(String address) {
        return address.endsWith("@" + name);
    }

    @Override
    public String toString() {
        return name;
    }
}
