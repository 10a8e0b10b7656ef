package dev.hostwright.dns.rrset;

import dev.hostwright.dns.problem.Fault;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The key of a list of records: some words, none of which has a blank. */
final class PageKey {

    private PageKey() {}

    static String of(Object... words) {
        return Arrays.stream(words).map(Object::toString).collect(Collectors.joining(" "));
    }

    /** The words of a key, or as many empty ones before the first page. */
    static String[] read(String key, int count) {
        String[] words = key.split(" ");
        if (key.isEmpty()) {
            words = new String[count];
            Arrays.fill(words, "");
        }
        if (words.length != count) {
            throw new Fault.Malformed("page_token", "pageToken is not one that this list gave.").toException();
        }
        return words;
    }
}
