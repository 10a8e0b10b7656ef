package dev.hostwright.gateway.prefer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The preferences of RFC 7240 that mean something here; any other, and a value that is none, is ignored.
 *
 * @param seconds how long the client would wait for the end, 0 to 30 (section 4.3); 0 as well for {@code respond-async}
 * @param lenient whether names that are not quite right are to be put right, instead of refused (section 4.4)
 */
public record Prefer(Optional<Integer> seconds, boolean lenient) {

    public static final String HEADER = "Prefer";
    public static final String APPLIED = "Preference-Applied";
    public static final String LENIENT = "handling=lenient";
    public static final Prefer NOTHING = new Prefer(Optional.empty(), false);

    private static final int LONGEST = 30;

    /**
     * Reads what the headers ask for.
     *
     * @param lines the values of all of them, in their order: together they are one list, of which the first of a name
     *     counts (section 2)
     */
    public static Prefer from(List<String> lines) {
        Map<String, String> preferences = new HashMap<>();
        for (String line : lines) {
            for (String one : split(line, ',')) {
                String preference = split(one, ';').getFirst(); // no parameter means anything here
                int equals = preference.indexOf('=');
                String name = equals < 0 ? preference : preference.substring(0, equals);
                String value = equals < 0 ? "" : word(preference.substring(equals + 1));
                preferences.putIfAbsent(name.strip().toLowerCase(Locale.ROOT), value);
            }
        }
        return new Prefer(
                wait(preferences), preferences.getOrDefault("handling", "").equals("lenient"));
    }

    private static Optional<Integer> wait(Map<String, String> preferences) {
        String wait = preferences.getOrDefault("wait", "");
        if (wait.matches("[0-9]+")) {
            return Optional.of(wait.length() > 9 ? LONGEST : Math.min(LONGEST, Integer.parseInt(wait)));
        }
        return preferences.containsKey("respond-async") ? Optional.of(0) : Optional.empty();
    }

    public Duration time() {
        return Duration.ofSeconds(seconds.orElse(0));
    }

    public boolean waits() {
        return seconds.filter(time -> time > 0).isPresent();
    }

    /** What to answer in {@code Preference-Applied} about the time. */
    public Optional<String> waitApplied() {
        return seconds.map(time -> time == 0 ? "respond-async" : "wait=" + time);
    }

    /** The parts between separators that stand in no quotes; a quote that does not end goes on to the end. */
    private static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        boolean quoted = false;
        int start = 0;
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == '\\' && quoted) {
                at++;
            } else if (c == separator && !quoted) {
                parts.add(text.substring(start, at));
                start = at + 1;
            }
        }
        parts.add(text.substring(start));
        return parts;
    }

    /** A token as it is, a quoted string (RFC 9110 section 5.6.4) without its quotes. */
    private static String word(String text) {
        String word = text.strip();
        boolean quoted = word.length() > 1 && word.startsWith("\"") && word.endsWith("\"");
        return quoted ? word.substring(1, word.length() - 1).replaceAll("\\\\(.)", "$1") : word;
    }
}
