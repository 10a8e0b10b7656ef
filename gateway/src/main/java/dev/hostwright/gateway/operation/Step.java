package dev.hostwright.gateway.operation;

import dev.hostwright.gateway.problem.Problem;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/**
 * One part to make or unmake, and how far it is.
 *
 * @param attempt how often it was sent, in this direction
 * @param uncertain an attempt ended without an answer that says what came of it
 * @param sent the request is on its way now, and this worker waits for the answer; never stored
 * @param nextRunAt not sent again before, when the last answer was no answer
 * @param result what the service said about the part that is there, as JSON
 */
public record Step(
        Part part,
        UUID resourceId,
        State state,
        int attempt,
        boolean uncertain,
        boolean sent,
        Optional<Instant> nextRunAt,
        Optional<String> result,
        Optional<Problem> lastError,
        Optional<Instant> startedAt,
        Optional<Instant> finishedAt) {

    /** How far a step is. A step is stored as started, or as undoing, before the request for it is sent. */
    public enum State {
        PLANNED,
        STARTED,
        DONE,
        REFUSED,
        UNDOING,
        UNDONE;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A step that nothing was done for yet. */
    public static Step planned(Part part, UUID customer) {
        return new Step(
                part,
                part.resourceId(customer),
                State.PLANNED,
                0,
                false,
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** The request may have had an effect that has to be taken back. */
    boolean mayBeMade() {
        return switch (state) {
            case PLANNED, UNDONE -> false;
            case STARTED, DONE, UNDOING -> true;
            case REFUSED -> uncertain;
        };
    }

    boolean isDue(Instant now) {
        return !sent && nextRunAt.map(at -> !at.isAfter(now)).orElse(true);
    }

    /** On its way; whatever was under way before, from an older owner, is uncertain from now on. */
    Step send(State as, Instant now) {
        boolean again = state == as;
        return new Step(
                part,
                resourceId,
                as,
                again ? attempt + 1 : 1,
                uncertain || again,
                true,
                Optional.empty(),
                result,
                lastError,
                startedAt.or(() -> Optional.of(now)),
                Optional.empty());
    }

    Step arrived(State at, Optional<String> said, Instant now) {
        return new Step(
                part,
                resourceId,
                at,
                attempt,
                uncertain,
                false,
                Optional.empty(),
                said,
                Optional.empty(),
                startedAt,
                Optional.of(now));
    }

    Step refused(Problem why, Instant now) {
        return new Step(
                part,
                resourceId,
                State.REFUSED,
                attempt,
                uncertain,
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.of(why),
                startedAt,
                Optional.of(now));
    }

    Step unanswered(Problem why, Instant again) {
        return new Step(
                part,
                resourceId,
                state,
                attempt,
                true,
                false,
                Optional.of(again),
                result,
                Optional.of(why),
                startedAt,
                Optional.empty());
    }

    /** Due at once. */
    Step rested() {
        return new Step(
                part,
                resourceId,
                state,
                attempt,
                uncertain,
                sent,
                Optional.empty(),
                result,
                lastError,
                startedAt,
                finishedAt);
    }
}
