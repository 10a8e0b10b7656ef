package dev.hostwright.gateway.customer;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long a client would wait for the end (RFC 7240 section 4.3); a preference that is not understood is ignored.
 *
 * @param seconds 0 to 30
 */
record Prefer(Optional<Integer> seconds) {

    private static final int LONGEST = 30;
    private static final Pattern WAIT = Pattern.compile("(?:^|[,;])\\s*wait\\s*=\\s*\"?(\\d{1,6})\"?\\s*(?:$|[,;])");
    private static final Pattern ASYNC = Pattern.compile("(?:^|[,;])\\s*respond-async\\s*(?:$|[,;])");

    /** Reads the header {@code Prefer}; {@code respond-async} means not to wait. */
    static Prefer from(Optional<String> header) {
        String text = header.orElse("").toLowerCase(Locale.ROOT);
        Matcher wait = WAIT.matcher(text);
        if (!wait.find()) {
            return ASYNC.matcher(text).find() ? new Prefer(Optional.of(0)) : new Prefer(Optional.empty());
        }
        return new Prefer(Optional.of(Math.min(LONGEST, Integer.parseInt(wait.group(1)))));
    }

    Duration time() {
        return Duration.ofSeconds(seconds.orElse(0));
    }

    boolean waits() {
        return seconds.filter(time -> time > 0).isPresent();
    }

    /** What to answer in {@code Preference-Applied}. */
    Optional<String> applied() {
        return seconds.map(time -> time == 0 ? "respond-async" : "wait=" + time);
    }
}
