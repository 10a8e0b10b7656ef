package dev.hostwright.gateway.operation;

import dev.hostwright.gateway.problem.Problem;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * Something that is done for one customer: all of it, or nothing.
 *
 * @param customer the incarnation, which the ids of the resources come from
 * @param customerId the id that the client knows
 * @param request what is wanted, as JSON without passwords
 * @param fence rises over all operations; only the owner of the newest may write
 * @param attempt how often it was claimed
 * @param nextRunAt when somebody looks at it next; for the owner of a lease, its end
 * @param undoingSince the moment from which there are only deletions to send
 * @param attention it is overdue, and an operator may want to look at the services
 */
public record Operation(
        UUID id,
        long tenantId,
        UUID customer,
        String customerId,
        Kind kind,
        Phase phase,
        String request,
        long revision,
        long fence,
        int attempt,
        Instant nextRunAt,
        Instant deadlineAt,
        boolean cancel,
        Optional<Instant> undoingSince,
        boolean attention,
        Optional<Problem> error,
        List<Step> steps,
        Instant createdAt,
        Instant updatedAt,
        Optional<Instant> finishedAt) {

    public Operation {
        steps = List.copyOf(steps);
    }

    /** An id that rises with time, so that a list by id is a list by age (UUID version 7, RFC 9562 section 5.7). */
    public static UUID newId() {
        UUID random = UUID.randomUUID();
        long time = System.currentTimeMillis() << 16;
        return new UUID(time | 0x7000L | random.getMostSignificantBits() & 0x0fffL, random.getLeastSignificantBits());
    }

    /** A new one, of which nothing is done. */
    public static Operation planned(
            UUID id,
            long tenantId,
            UUID customer,
            String customerId,
            Kind kind,
            String request,
            List<Step> steps,
            Instant now,
            Instant deadline) {
        return new Operation(
                id,
                tenantId,
                customer,
                customerId,
                kind,
                Phase.QUEUED,
                request,
                1,
                0,
                0,
                now,
                deadline,
                false,
                Optional.empty(),
                false,
                Optional.empty(),
                steps,
                now,
                now,
                Optional.empty());
    }

    public boolean isDone() {
        return phase == Phase.DONE;
    }

    /** What everybody sees; {@code failed} is only said when nothing is left. */
    public Status status() {
        return switch (phase) {
            case QUEUED -> kind.isRemoval() ? Status.DELETING : Status.PENDING;
            case RUNNING, ROLLING_BACK -> kind.isRemoval() ? Status.DELETING : Status.PROVISIONING;
            case DONE -> error.isPresent() ? Status.FAILED : kind.isRemoval() ? Status.DELETED : Status.ACTIVE;
        };
    }

    /** What the customer is while the operation is at this point. */
    public Status customerStatus() {
        return switch (kind) {
            case PROVISION, DEPROVISION -> status();
            case UPDATE, SUSPEND, RESUME -> Status.ACTIVE;
        };
    }

    public Step step(Part part) {
        return steps.stream().filter(step -> step.part() == part).findFirst().orElseThrow();
    }

    public long completed() {
        return steps.stream().filter(step -> step.state() == Step.State.DONE).count();
    }

    boolean isWaiting() {
        return steps.stream().anyMatch(Step::sent);
    }

    boolean has(Part part) {
        return steps.stream().anyMatch(step -> step.part() == part);
    }

    Operation map(UnaryOperator<Step> change) {
        return withSteps(steps.stream().map(change).toList());
    }

    Operation withSteps(List<Step> changed) {
        return with(phase, changed, nextRunAt, undoingSince, attention, error);
    }

    Operation with(
            Phase to,
            List<Step> changed,
            Instant next,
            Optional<Instant> undoing,
            boolean overdue,
            Optional<Problem> why) {
        return new Operation(
                id,
                tenantId,
                customer,
                customerId,
                kind,
                to,
                request,
                revision,
                fence,
                attempt,
                next,
                deadlineAt,
                cancel,
                undoing,
                overdue,
                why,
                changed,
                createdAt,
                updatedAt,
                finishedAt);
    }

    /** As it is after a write that the database took: its new fence, and whether somebody wants it cancelled. */
    public Operation stored(long newFence, boolean cancelled) {
        return new Operation(
                id,
                tenantId,
                customer,
                customerId,
                kind,
                phase,
                request,
                revision,
                newFence,
                attempt,
                nextRunAt,
                deadlineAt,
                cancelled,
                undoingSince,
                attention,
                error,
                steps,
                createdAt,
                updatedAt,
                finishedAt);
    }
}
