package dev.hostwright.mail.page;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A part of a list.
 *
 * @param items in the order of their key
 * @param nextPageToken what to send as {@code pageToken} for the next part; absent on the last
 */
@Schema(requiredProperties = "items")
public record Page<T>(List<T> items, Optional<String> nextPageToken) {

    public Page {
        items = List.copyOf(items);
    }

    /** Cuts a page from rows that were read with a limit of {@code request.size() + 1}. */
    public static <T> Page<T> of(List<T> rows, PageRequest request, Function<T, String> key) {
        if (rows.size() <= request.size()) {
            return new Page<>(rows, Optional.empty());
        }
        List<T> items = rows.subList(0, request.size());
        return new Page<>(items, Optional.of(PageRequest.token(key.apply(items.getLast()))));
    }
}
