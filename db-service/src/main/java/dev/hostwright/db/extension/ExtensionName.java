package dev.hostwright.db.extension;

import dev.hostwright.db.problem.Fault;
import java.util.regex.Pattern;

/** The name of an extension, as those of PostgreSQL are formed: it may enter SQL, quoted. */
public record ExtensionName(String value) {

    private static final Pattern FORM = Pattern.compile("[a-z][a-z0-9_-]{0,62}");

    public ExtensionName {
        if (!FORM.matcher(value).matches()) {
            throw new Fault.Malformed(
                            "extension_name",
                            "The name of an extension has up to 63 of the letters a to z, digits, underscores and"
                                    + " hyphens, a letter first.")
                    .toException();
        }
    }

    String quoted() {
        return '"' + value + '"';
    }

    @Override
    public String toString() {
        return value;
    }
}
