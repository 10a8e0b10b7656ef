package dev.hostwright.db.role;

import dev.hostwright.db.name.Identifier;
import dev.hostwright.db.problem.Fault;
import java.util.Optional;

/**
 * Another password for a login, on a second login while the first is still good, or in place.
 *
 * @param overlap a second login with the same privileges is made, and the first goes later; so when absent
 * @param username of the second login; one is made from the first's when absent
 * @param password one is made when absent
 * @param retireAfter when the first login goes at the latest, a day from now when absent; it goes earlier when none of
 *     its sessions is left and the second is in use
 * @param endSessions in place only: sessions that are open are ended, where they else stay
 */
public record RotationRequest(
        Optional<Boolean> overlap,
        Optional<Identifier> username,
        Optional<Password> password,
        Optional<RetireAfter> retireAfter,
        Optional<Boolean> endSessions) {

    public RotationRequest {
        boolean overlaps = overlap.orElse(true);
        if (overlaps && endSessions.orElse(false)) {
            throw contradiction("/endSessions", "Where two logins overlap, no session is ended; say overlap: false.");
        }
        if (!overlaps && username.isPresent()) {
            throw contradiction("/username", "In place, the username stays.");
        }
        if (!overlaps && retireAfter.isPresent()) {
            throw contradiction("/retireAfter", "In place, nothing is retired.");
        }
    }

    boolean overlaps() {
        return overlap.orElse(true);
    }

    boolean endsSessions() {
        return endSessions.orElse(false);
    }

    private static RuntimeException contradiction(String pointer, String message) {
        return new Fault.Invalid(pointer, "contradiction", message).toException();
    }
}
