package dev.hostwright.gateway.passthrough;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The {@code handling} preference of RFC 7240 section 4.4. */
enum Preference {
    LENIENT,
    STRICT;

    static final String APPLIED = "handling=lenient";

    /** One preference: a token, a value that may be quoted, and parameters, which mean nothing here. */
    private static final Pattern ONE = Pattern.compile(
            "\\s*+([\\w!#$%&'*+.^`|~-]++)\\s*+(?:=\\s*+(?:\"([^\"]*+)\"|([^\\s;\"]*+))\\s*+)?(?:;.*+)?");

    /**
     * What the Prefer headers ask for; said twice, the first counts (section 2).
     *
     * @param headers the values of all of them, in their order
     */
    static Preference handling(List<String> headers) {
        for (String one : String.join(",", headers).split(",", -1)) {
            Matcher preference = ONE.matcher(one);
            if (preference.matches()
                    && preference.group(1).toLowerCase(Locale.ROOT).equals("handling")) {
                String value = preference.group(2) == null ? preference.group(3) : preference.group(2);
                return "lenient".equals(value) ? LENIENT : STRICT;
            }
        }
        return STRICT;
    }
}
