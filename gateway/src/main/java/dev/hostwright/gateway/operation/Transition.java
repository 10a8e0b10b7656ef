package dev.hostwright.gateway.operation;

import static dev.hostwright.gateway.operation.Step.State.DONE;
import static dev.hostwright.gateway.operation.Step.State.PLANNED;
import static dev.hostwright.gateway.operation.Step.State.STARTED;
import static dev.hostwright.gateway.operation.Step.State.UNDOING;
import static dev.hostwright.gateway.operation.Step.State.UNDONE;

import dev.hostwright.gateway.problem.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.DoubleSupplier;

/**
 * Decides what an operation does next. It reads no clock, no database and no network: a thin shell does that, so a
 * simulation can run through what may happen.
 *
 * @param limits when to stop trying, and how long to wait in between
 * @param jitter 0 to 1, so that many that failed together do not come back together
 */
public record Transition(Limits limits, DoubleSupplier jitter) {

    /**
     * When to stop trying, and how long to wait in between.
     *
     * @param attempts a step is sent so often before the operation is rolled back; deleting has no such limit
     * @param firstDelay the longest first wait; each wait may be twice the one before
     * @param longestDelay what a wait grows to on the way forward
     * @param longestUndoDelay what a wait grows to when deleting
     * @param attentionAfter deleting that takes longer is shown to an operator
     */
    public record Limits(
            int attempts,
            Duration firstDelay,
            Duration longestDelay,
            Duration longestUndoDelay,
            Duration attentionAfter) {}

    /** A request to send, once the decision is stored. */
    public record Call(Part part, boolean undo) {}

    /**
     * What to store, and then what to send.
     *
     * @param newFence the write takes a new fence, so that what is still on its way is older than what comes now
     */
    public record Decision(Operation operation, boolean newFence, List<Call> calls, List<Event.Line> log) {

        /** Nothing is on its way and nothing can be sent now: the lease is given back. */
        public boolean release() {
            return operation.isDone() || !operation.isWaiting();
        }
    }

    private static final class Draft {
        private final List<Call> calls = new ArrayList<>();
        private final List<Event.Line> log = new ArrayList<>();
        private boolean newFence;

        void say(Event.Level level, Part step, String code, String message) {
            log.add(Event.Line.of(level, step, code, message));
        }
    }

    /**
     * The next thing to do.
     *
     * @param before the operation as it is stored, and what this worker has under way
     * @param answers what came back since
     */
    public Decision next(Operation before, List<Outcome.Answer> answers, Instant now) {
        Draft draft = new Draft();
        Operation operation = before;
        if (operation.isDone()) {
            return new Decision(operation, false, List.of(), List.of());
        }
        for (Outcome.Answer answer : answers) {
            operation = operation.map(step -> step.part() == answer.part() && step.sent()
                    ? arrived(before, step, answer.outcome(), now, draft)
                    : step);
        }
        operation = operation.kind().isRemoval()
                ? remove(operation, now, draft)
                : operation.phase() == Phase.ROLLING_BACK
                        ? rollBack(operation, now, draft)
                        : forward(operation, now, draft);
        return new Decision(waiting(operation, now), draft.newFence, List.copyOf(draft.calls), List.copyOf(draft.log));
    }

    private Operation forward(Operation operation, Instant now, Draft draft) {
        boolean made = operation.steps().stream().allMatch(step -> step.state() == DONE);
        if (made && !operation.cancel()) {
            draft.log.add(Event.Line.info("active", "Everything that was asked for is there."));
            return finish(operation, operation.error(), now);
        }
        Optional<Problem> reason = giveUp(operation, now);
        if (reason.isPresent()) {
            draft.newFence = true;
            draft.log.add(new Event.Line(
                    Event.Level.WARN,
                    Optional.empty(),
                    "rolling-back",
                    "What was begun is undone: " + reason.get().detail()));
            Operation back = operation.with(
                    Phase.ROLLING_BACK,
                    operation.steps().stream().map(Step::rested).toList(),
                    now,
                    Optional.of(now),
                    false,
                    reason);
            return rollBack(back, now, draft);
        }
        Operation running =
                operation.with(Phase.RUNNING, operation.steps(), now, Optional.empty(), false, Optional.empty());
        return running.map(step -> isReady(running, step, now) ? start(step, STARTED, false, now, draft) : step);
    }

    /** Why there is nothing to be done but to roll back, if so. */
    private Optional<Problem> giveUp(Operation operation, Instant now) {
        for (Step step : operation.steps()) {
            if (step.state() == Step.State.REFUSED) {
                return step.lastError();
            }
        }
        if (operation.cancel()) {
            return Optional.of(
                    problem("cancelled", "The operation was cancelled", 409, "It was cancelled on request."));
        }
        for (Step step : operation.steps()) {
            if (step.state() == STARTED && !step.sent() && step.attempt() >= limits.attempts()) {
                return Optional.of(exhausted(step));
            }
        }
        if (!now.isBefore(operation.deadlineAt())) {
            return Optional.of(problem(
                    "deadline",
                    "The operation took too long",
                    504,
                    "It was not done by " + operation.deadlineAt() + "."));
        }
        return Optional.empty();
    }

    private static boolean isReady(Operation operation, Step step, Instant now) {
        return (step.state() == PLANNED || step.state() == STARTED)
                && step.isDue(now)
                && step.part().needs().stream()
                        .allMatch(need ->
                                !operation.has(need) || operation.step(need).state() == DONE);
    }

    private Operation rollBack(Operation operation, Instant now, Draft draft) {
        Operation back = operation.map(
                step -> step.mayBeMade() && step.isDue(now) ? start(step, UNDOING, true, now, draft) : step);
        if (back.steps().stream().noneMatch(step -> step.sent() || step.mayBeMade())) {
            draft.log.add(new Event.Line(
                    Event.Level.WARN,
                    Optional.empty(),
                    "failed",
                    operation.kind() == Kind.PROVISION ? "Nothing is left of it." : "All is as it was before."));
            return finish(back, back.error(), now);
        }
        return overdue(back, now, draft);
    }

    private Operation remove(Operation operation, Instant now, Draft draft) {
        Operation running = operation.with(
                Phase.RUNNING,
                operation.steps().stream()
                        .map(step -> (step.state() == PLANNED || step.state() == STARTED) && step.isDue(now)
                                ? start(step, STARTED, true, now, draft)
                                : step)
                        .toList(),
                now,
                operation.undoingSince().or(() -> Optional.of(now)),
                operation.attention(),
                Optional.empty());
        if (running.steps().stream().allMatch(step -> step.state() == DONE)) {
            draft.log.add(Event.Line.info("deleted", "Nothing is left of it."));
            return finish(running, Optional.empty(), now);
        }
        return overdue(running, now, draft);
    }

    private Operation overdue(Operation operation, Instant now, Draft draft) {
        boolean late = operation
                .undoingSince()
                .map(since -> !since.plus(limits.attentionAfter()).isAfter(now))
                .orElse(false);
        if (late && !operation.attention()) {
            draft.log.add(new Event.Line(
                    Event.Level.ERROR,
                    Optional.empty(),
                    "attention",
                    "Deleting takes long; it goes on, but look at the services."));
        }
        return operation.with(
                operation.phase(),
                operation.steps(),
                now,
                operation.undoingSince(),
                operation.attention() || late,
                operation.error());
    }

    private static Operation finish(Operation operation, Optional<Problem> error, Instant now) {
        return operation.with(Phase.DONE, operation.steps(), now, operation.undoingSince(), false, error);
    }

    private static Step start(Step step, Step.State as, boolean undo, Instant now, Draft draft) {
        Step sent = step.send(as, now);
        draft.calls.add(new Call(step.part(), as == UNDOING));
        if (sent.attempt() == 1) {
            draft.say(Event.Level.INFO, step.part(), undo ? "deleting" : "started", undo ? "Deleting." : "Started.");
        }
        return sent;
    }

    private Step arrived(Operation operation, Step step, Outcome outcome, Instant now, Draft draft) {
        boolean undoing = step.state() == UNDOING;
        return switch (outcome) {
            case Outcome.Done(var result) -> {
                boolean gone = undoing || operation.kind().isRemoval();
                draft.say(Event.Level.INFO, step.part(), gone ? "deleted" : "done", gone ? "Deleted." : "Done.");
                yield step.arrived(undoing ? UNDONE : DONE, gone ? Optional.empty() : result, now);
            }
            case Outcome.Refused(var why)
            when !undoing && !operation.kind().isRemoval() -> {
                draft.say(Event.Level.ERROR, step.part(), "refused", why.detail());
                yield step.refused(why, now);
            }
            // Deleting is never given up, whatever a service says.
            case Outcome.Refused(var why) -> unanswered(operation, step, why, Optional.empty(), now, draft);
            case Outcome.Unknown(var why, var retryAfter) -> unanswered(operation, step, why, retryAfter, now, draft);
        };
    }

    private Step unanswered(
            Operation operation, Step step, Problem why, Optional<Duration> retryAfter, Instant now, Draft draft) {
        boolean deleting = step.state() == UNDOING || operation.kind().isRemoval();
        Duration wait = backoff(step.attempt(), deleting ? limits.longestUndoDelay() : limits.longestDelay());
        Duration asked = retryAfter.orElse(Duration.ZERO);
        Duration longest = limits.longestUndoDelay();
        Duration delay = asked.compareTo(wait) > 0 ? (asked.compareTo(longest) > 0 ? longest : asked) : wait;
        draft.say(
                Event.Level.WARN,
                step.part(),
                "no-answer",
                "Attempt %d: %s Next in %d ms at the latest."
                        .formatted(step.attempt(), why.detail(), delay.toMillis()));
        return step.unanswered(why, now.plus(delay));
    }

    /** Full jitter: anything up to a bound that doubles. */
    private Duration backoff(int attempt, Duration longest) {
        long bound = limits.firstDelay().toMillis() << Math.min(Math.max(attempt - 1, 0), 20);
        return Duration.ofMillis((long) (jitter.getAsDouble() * Math.min(bound, longest.toMillis())));
    }

    /** When to look at it again, for the case that the lease is given back now. */
    private static Operation waiting(Operation operation, Instant now) {
        if (operation.isDone()) {
            return operation;
        }
        Instant next = operation.steps().stream()
                .filter(step -> operation.phase() == Phase.ROLLING_BACK
                        ? step.mayBeMade()
                        : step.state() == PLANNED || step.state() == STARTED)
                .flatMap(step -> step.nextRunAt().stream())
                .min(Instant::compareTo)
                .orElse(now);
        boolean forward =
                operation.phase() == Phase.RUNNING && !operation.kind().isRemoval();
        Instant due = forward && next.isAfter(operation.deadlineAt()) ? operation.deadlineAt() : next;
        return operation.with(
                operation.phase(),
                operation.steps(),
                due,
                operation.undoingSince(),
                operation.attention(),
                operation.error());
    }

    private static Problem exhausted(Step step) {
        boolean late = step.lastError().map(why -> why.status() == 504).orElse(false);
        String reason = step.lastError().map(Problem::detail).orElse("No answer came.");
        return problem(
                late ? "upstream-timeout" : "upstream-unavailable",
                "A service behind did not do its part",
                late ? 504 : 502,
                "The step %s was tried %d times: %s".formatted(step.part().word(), step.attempt(), reason));
    }

    private static Problem problem(String type, String title, int status, String detail) {
        return new Problem("urn:problem:" + type, title, status, detail, List.of(), OptionalInt.empty());
    }
}
