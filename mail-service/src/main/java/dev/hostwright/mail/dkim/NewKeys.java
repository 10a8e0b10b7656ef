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

    /** The day, for whoever reads the zone; the key makes it unique, since a resolver may remember an old one. */
    private static final DateTimeFormatter SELECTOR =
            DateTimeFormatter.ofPattern("'hw'yyMMdd", Locale.ROOT).withZone(ZoneOffset.UTC);

    public NewKeys {
        keys = List.copyOf(keys);
    }

    String selector(FreshKey key) {
        return SELECTOR.format(since) + key.fingerprint() + key.algorithm().letter();
    }

    Stream<String> selectors() {
        return keys.stream().map(this::selector);
    }
}
