package dev.hostwright.dns.condition;

import dev.hostwright.dns.problem.Fault;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The condition that a change is asked for under, from the header {@code If-Match} (RFC 9110 section 13.1.1); without
 * the header there is none, and it is never required.
 *
 * @param any {@code *}: the thing is there, whatever it is
 * @param tags one of them is the thing's; a weak one never is (section 8.8.3.2)
 */
public record IfMatch(boolean any, Optional<Set<String>> tags) {

    public static final IfMatch NONE = new IfMatch(false, Optional.empty());

    private static final Pattern TAG =
            Pattern.compile("[ \\t]*(W/)?\"([\\x21\\x23-\\x7e\\x80-\\xff]*)\"[ \\t]*(?:,|$)");

    public IfMatch {
        tags = tags.map(Set::copyOf);
    }

    public static IfMatch from(HttpHeaders headers) {
        List<String> lines = headers.getRequestHeader(HttpHeaders.IF_MATCH);
        return lines == null || lines.isEmpty()
                ? NONE
                : of(String.join(",", lines).strip());
    }

    static IfMatch of(String header) {
        if (header.equals("*")) {
            return new IfMatch(true, Optional.empty());
        }
        Set<String> tags = new HashSet<>();
        Matcher tag = TAG.matcher(header);
        int at = 0;
        while (at < header.length()) {
            if (!tag.region(at, header.length()).lookingAt()) {
                throw malformed();
            }
            if (tag.group(1) == null) {
                tags.add(tag.group(2));
            }
            at = tag.end();
        }
        if (at == 0) {
            throw malformed();
        }
        return new IfMatch(false, Optional.of(tags));
    }

    public boolean isThere() {
        return any || tags.isPresent();
    }

    /**
     * Refuses when the thing is another, or not there.
     *
     * @param current its tag, if it is there
     */
    public void check(Optional<EntityTag> current) {
        boolean met = current.map(EntityTag::value)
                .map(value -> tags.map(wanted -> wanted.contains(value)).orElse(true))
                .orElse(!isThere());
        if (!met) {
            throw new Fault.Stale().toException();
        }
    }

    private static RuntimeException malformed() {
        return new Fault.Malformed("if_match", "If-Match has entity tags in quotes, with commas between, or a star.")
                .toException();
    }
}
