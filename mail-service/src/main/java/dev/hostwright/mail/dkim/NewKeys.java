package dev.hostwright.mail.dkim;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A key of each algorithm for one domain.
 *
 * @param since when they were given to it, which their selectors say
 */
public record NewKeys(List<FreshKey> keys, Instant since) {

    /** To the second, so that no selector of a domain is ever used twice: a resolver may remember the old key. */
    private static final DateTimeFormatter SELECTOR =
            DateTimeFormatter.ofPattern("'hw'yyMMddHHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

    public NewKeys {
        keys = List.copyOf(keys);
    }

    String selector(FreshKey key) {
        return SELECTOR.format(since) + key.algorithm().letter();
    }

    Stream<String> selectors() {
        return keys.stream().map(this::selector);
    }
}
