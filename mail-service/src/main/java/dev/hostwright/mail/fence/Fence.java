package dev.hostwright.mail.fence;

import dev.hostwright.mail.problem.Fault;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The operation a request belongs to and its rising number, from {@code X-Operation-Id} and {@code X-Operation-Fence}.
 *
 * <p>The number rises over all operations, so the numbers of two operations on one id compare too. A request without
 * the headers has number 0, belongs to no operation, and is not held back on something that is there; but it does not
 * bring back an id that was deleted.
 *
 * @param operation the operation, or null
 * @param number 1 or more, or 0 when there is none
 * @param undo the operation takes back what it made: nothing that another made is touched ({@code X-Operation-Undo:
 *     true})
 */
public record Fence(@Nullable UUID operation, long number, boolean undo) {

    public static final Fence NONE = new Fence(null, 0, false);

    /** Reads the headers; both are there, or neither. */
    public static Fence from(HttpHeaders headers) {
        return from(headers.getRequestHeaders());
    }

    static Fence from(MultivaluedMap<String, String> headers) {
        String operation = headers.getFirst("X-Operation-Id");
        String number = headers.getFirst("X-Operation-Fence");
        if (operation == null && number == null) {
            return NONE;
        }
        if (operation == null || number == null) {
            throw malformed();
        }
        try {
            Fence fence = new Fence(
                    UUID.fromString(operation),
                    Long.parseLong(number),
                    Boolean.parseBoolean(headers.getFirst("X-Operation-Undo")));
            if (fence.number < 1) {
                throw malformed();
            }
            return fence;
        } catch (IllegalArgumentException e) {
            throw malformed();
        }
    }

    /** Refuses when a newer owner has written; {@code seen} is what the row keeps. */
    public void check(long seen) {
        if (number != 0 && number < seen) {
            throw new Fault.StaleFence(seen).toException();
        }
    }

    /** Refuses what a tombstone of that number forbids: a request of the operation that deleted it, or an older one. */
    public void checkTombstone(UUID id, long seen) {
        if (number < seen) {
            throw new Fault.StaleFence(seen).toException();
        }
        if (number == seen) {
            throw new Fault.Deleted(id).toException();
        }
    }

    private static RuntimeException malformed() {
        return new Fault.Malformed(
                        "fence", "X-Operation-Id is a UUID and X-Operation-Fence a number of 1 or more; send both.")
                .toException();
    }
}
