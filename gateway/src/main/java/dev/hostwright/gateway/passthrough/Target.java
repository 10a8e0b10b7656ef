package dev.hostwright.gateway.passthrough;

import dev.hostwright.gateway.problem.Fault;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a request names: segments of a path and a query, each exactly as it was sent. Nothing is decoded on the way, so
 * gateway and service cannot read one path in two ways; what could be read in two ways is refused.
 *
 * @param segments below {@code /v1}, percent-encoded as they came; never {@code .} or {@code ..}, encoded or not
 * @param query what stood behind the question mark
 */
record Target(List<String> segments, Optional<String> query) {

    private static final String ROOT = "/v1/";

    /** The pchars of RFC 3986 without the semicolon, which some servers cut the rest of a segment off at. */
    private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9._~!$&'()*+,=:@%-]++");

    private static final Pattern BROKEN_ESCAPE = Pattern.compile("%(?![0-9A-Fa-f]{2})");

    /**
     * What a decoded segment may not hold: a control character, or a backslash, which some servers take for a slash.
     */
    private static final Pattern UNSAFE = Pattern.compile("[\\p{Cntrl}\\\\\uFFFD]");

    private static final Pattern DOTS = Pattern.compile("(?:^|/)\\.{1,2}(?:/|$)");
    private static final Pattern QUERY = Pattern.compile("[\\x21-\\x7E&&[^#\\\\]]*");

    Target {
        segments = List.copyOf(segments);
    }

    /**
     * Reads the request line's path and query, neither of them decoded or normalised.
     *
     * @param path begins with {@code /v1/}
     */
    static Target of(@Nullable String path, @Nullable String query) {
        if (path == null || !path.startsWith(ROOT)) {
            throw refused();
        }
        List<String> segments = List.of(path.substring(ROOT.length()).split("/", -1));
        for (String segment : segments) {
            if (!SEGMENT.matcher(segment).matches()
                    || BROKEN_ESCAPE.matcher(segment).find()
                    || climbs(segment)) {
                throw refused();
            }
        }
        if (query != null && !QUERY.matcher(query).matches()) {
            throw new Fault.Malformed("query", "The query has a character that must be percent-encoded.").toException();
        }
        return new Target(segments, Optional.ofNullable(query));
    }

    String collection() {
        return segments.getFirst();
    }

    /** Whether this is the collection itself, or one member of it, and nothing below. */
    boolean isCollectionOrMember() {
        return segments.size() <= 2;
    }

    /** Whether this may be longer than an answer that is held here as a whole: the file of a database's export. */
    boolean isFile() {
        return segments.size() == 5
                && collection().equals("databases")
                && segments.get(2).equals("exports")
                && segments.get(4).equals("file");
    }

    @Override
    public String toString() {
        String path = ROOT + String.join("/", segments);
        return query.map(query -> path + "?" + query).orElse(path);
    }

    private static boolean climbs(String segment) {
        String decoded = URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
        return UNSAFE.matcher(decoded).find() || DOTS.matcher(decoded).find();
    }

    private static RuntimeException refused() {
        return new Fault.Malformed(
                        "path", "The path has an empty or a dotted part, or a character that has no place here.")
                .toException();
    }
}
