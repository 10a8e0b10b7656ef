package dev.hostwright.db.problem;

import io.smallrye.mutiny.Uni;
import java.util.UUID;

/** Every reason this service has to refuse a request. */
public sealed interface Fault {

    /**
     * A value the client sent cannot be what it claims to be: 400.
     *
     * @param pointer where in the body (RFC 6901), or empty for the value now being read
     * @param code a word for machines that never changes, such as {@code label_too_long}
     * @param message what to send instead, safe to show
     */
    record Malformed(String pointer, String code, String message) implements Fault {
        public Malformed(String code, String message) {
            this("", code, message);
        }
    }

    /** Each value is well formed, but together or here they cannot be: 422. */
    record Invalid(String pointer, String code, String message) implements Fault {}

    /** There is nothing of that id for this caller; another tenant's is answered exactly so: 404. */
    record NotFound(String kind) implements Fault {}

    /** The caller may not do that: 403. */
    record Forbidden(String message) implements Fault {}

    /** That id is there already, and was made from another request: 409. */
    record Differs(String kind, UUID id) implements Fault {}

    /** A newer owner of the operation has been here: 409. */
    record StaleFence(long seen) implements Fault {}

    /** The id was deleted and is not given again: 409. */
    record Deleted(UUID id) implements Fault {}

    /** The state of what is there does not allow this: 409. */
    record Conflict(String pointer, String code, String message) implements Fault {}

    /** This service cannot answer now; the same request may be sent again after so many seconds: 503. */
    record Unavailable(String message, int retryAfterSeconds) implements Fault {}

    /** This service is not set up for that: 501. */
    record NotOffered(String message) implements Fault {}

    default FaultException toException() {
        return new FaultException(this);
    }

    default <T> Uni<T> toFailure() {
        return Uni.createFrom().failure(toException());
    }
}
