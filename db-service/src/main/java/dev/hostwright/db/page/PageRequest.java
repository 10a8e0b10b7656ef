package dev.hostwright.db.page;

import dev.hostwright.db.problem.Fault;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * Which part of a list is asked for.
 *
 * @param size at most so many items, 1 to 1000
 * @param after the key of the last item of the page before, or empty for the first page
 */
public record PageRequest(int size, String after) {

    private static final int DEFAULT_SIZE = 50;
    private static final int MAX_SIZE = 1000;
    private static final String VERSION = "1:";

    /**
     * Reads the two query parameters; a size over 1000 means 1000.
     *
     * @param pageSize 50 when absent
     * @param pageToken the {@code nextPageToken} of the page before
     */
    public static PageRequest of(Optional<Integer> pageSize, Optional<String> pageToken) {
        int size = pageSize.orElse(DEFAULT_SIZE);
        if (size < 1) {
            throw new Fault.Malformed("page_size", "pageSize is 1 or more.").toException();
        }
        return new PageRequest(
                Math.min(size, MAX_SIZE),
                pageToken
                        .filter(token -> !token.isEmpty())
                        .map(PageRequest::key)
                        .orElse(""));
    }

    static String token(String key) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString((VERSION + key).getBytes(StandardCharsets.UTF_8));
    }

    private static String key(String token) {
        try {
            String text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
            if (text.startsWith(VERSION) && text.indexOf('\0') < 0) {
                return text.substring(VERSION.length());
            }
        } catch (IllegalArgumentException e) {
            // no base64: refused below, like any other token that is not ours
        }
        throw new Fault.Malformed("page_token", "pageToken is not one that this service gave.").toException();
    }
}
