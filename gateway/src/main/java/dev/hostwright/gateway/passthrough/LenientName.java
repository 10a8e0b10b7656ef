package dev.hostwright.gateway.passthrough;

import dev.hostwright.gateway.problem.Fault;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The name of a database or of a role, made of whatever was asked for: what is no ASCII letter, digit or underscore is
 * taken out, and letters become lower case. Whether the rest is a legal name is for db-service to say.
 */
public final class LenientName {

    private static final Pattern TAKEN_OUT = Pattern.compile("[^A-Za-z0-9_]");

    private LenientName() {}

    /**
     * The name that is left.
     *
     * @param pointer where the name stands in the request, to blame when nothing is left
     */
    public static String of(String asked, String pointer) {
        String left = TAKEN_OUT.matcher(asked).replaceAll("").toLowerCase(Locale.ROOT);
        if (left.isEmpty()) {
            throw new Fault.Malformed(pointer, "name", "A name has at least one ASCII letter, digit or underscore.")
                    .toException();
        }
        return left;
    }
}
