package dev.hostwright.mail.problem;

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

    /**
     * The domain of an address is none that this tenant has; another tenant's is answered exactly so: 404.
     *
     * @param pointer where the address is in the body
     */
    record NoSuchDomain(String pointer) implements Fault {}

    /**
     * The domain is an alias of another, and has nothing of its own: 409.
     *
     * @param pointer where the address is in the body
     */
    record InAlias(String pointer) implements Fault {}

    /** The caller may not do that: 403. */
    record Forbidden(String message) implements Fault {}

    /** This caller may not ask for that value, an operator may: 403. */
    record NotAllowed(String pointer, String code, String message) implements Fault {}

    /** That id is there already, and was made from another request: 409. */
    record Differs(String kind, UUID id) implements Fault {}

    /** It was made by another operation than the one that now takes back what it made: 409. */
    record NotOurs(String kind) implements Fault {}

    /** A newer owner of the operation has been here: 409. */
    record StaleFence(long seen) implements Fault {}

    /** The id was deleted, and the request is of no newer operation, which alone may use it again: 409. */
    record Deleted(UUID id) implements Fault {}

    /** The state of what is there does not allow this: 409. */
    record Conflict(String pointer, String code, String message) implements Fault {}

    /** This tenant asks for too much at once; the same request may be sent again after so many seconds: 429. */
    record TooMany(String message, int retryAfterSeconds) implements Fault {}

    /** This service cannot answer now; the same request may be sent again after so many seconds: 503. */
    record Unavailable(String message, int retryAfterSeconds) implements Fault {}

    default FaultException toException() {
        return new FaultException(this);
    }

    /** The same fault with its pointer below another: {@code /email} below {@code /mailboxes/0}. */
    default Fault below(String parent) {
        return switch (this) {
            case Malformed(var pointer, var code, var message) -> new Malformed(parent + pointer, code, message);
            case Invalid(var pointer, var code, var message) -> new Invalid(parent + pointer, code, message);
            case NoSuchDomain(var pointer) -> new NoSuchDomain(parent + pointer);
            case InAlias(var pointer) -> new InAlias(parent + pointer);
            case NotAllowed(var pointer, var code, var message) -> new NotAllowed(parent + pointer, code, message);
            case Conflict(var pointer, var code, var message) -> new Conflict(parent + pointer, code, message);
            case NotFound same -> same;
            case Forbidden same -> same;
            case Differs same -> same;
            case NotOurs same -> same;
            case StaleFence same -> same;
            case Deleted same -> same;
            case TooMany same -> same;
            case Unavailable same -> same;
        };
    }

    default <T> Uni<T> toFailure() {
        return Uni.createFrom().failure(toException());
    }
}
