package dev.hostwright.gateway.operation;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.hostwright.gateway.problem.Problem;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * An operation as its client sees it.
 *
 * @param result what is there now, when it ended well
 * @param error why it failed
 * @param clean nothing of it is left; said with the error
 * @param attention it is overdue: an operator has to look at the services
 * @param secrets passwords that were made here, shown in the answer to the request and never again
 */
@RegisterForReflection
@Schema(
        name = "Operation",
        requiredProperties = {
            "id",
            "kind",
            "customerId",
            "tenantId",
            "status",
            "phase",
            "done",
            "progress",
            "steps",
            "attention",
            "links",
            "createdAt",
            "updatedAt",
            "deadlineAt"
        })
public record OperationView(
        UUID id,
        Kind kind,
        String customerId,
        long tenantId,
        Status status,
        Phase phase,
        boolean done,
        int attempt,
        Progress progress,
        List<StepView> steps,
        @Schema(type = SchemaType.OBJECT) Optional<JsonNode> result,
        Optional<Problem> error,
        Optional<Boolean> clean,
        boolean attention,
        Instant createdAt,
        Instant updatedAt,
        Instant deadlineAt,
        Optional<Instant> finishedAt,
        Links links,
        @Schema(type = SchemaType.OBJECT) Optional<JsonNode> secrets) {

    /** Steps that are done, of all. */
    @RegisterForReflection
    @Schema(
            name = "OperationProgress",
            requiredProperties = {"completed", "total"})
    public record Progress(long completed, long total) {}

    /** How far one part is. */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    @Schema(
            name = "OperationStep",
            requiredProperties = {"name", "status", "attempt"})
    public record StepView(
            Part name,
            Status status,
            int attempt,
            String resource,
            Optional<Problem> lastError,
            Optional<Instant> nextAttemptAt,
            Optional<Instant> startedAt,
            Optional<Instant> finishedAt) {}

    /** Where to go on from here. */
    @RegisterForReflection
    @Schema(
            name = "OperationLinks",
            requiredProperties = {"self", "customer", "events", "logs"})
    public record Links(String self, String customer, String events, String logs) {}

    /** Where an operation is. */
    public static String path(UUID id) {
        return "/v1/operations/" + id;
    }

    public static OperationView of(Operation operation, Optional<JsonNode> result) {
        String self = path(operation.id());
        boolean failed = operation.isDone() && operation.error().isPresent();
        return new OperationView(
                operation.id(),
                operation.kind(),
                operation.customerId(),
                operation.tenantId(),
                operation.status(),
                operation.phase(),
                operation.isDone(),
                operation.attempt(),
                new Progress(operation.completed(), operation.steps().size()),
                operation.steps().stream().map(step -> step(operation, step)).toList(),
                result,
                operation.error(),
                failed ? Optional.of(true) : Optional.empty(),
                operation.attention(),
                operation.createdAt(),
                operation.updatedAt(),
                operation.deadlineAt(),
                operation.finishedAt(),
                new Links(self, "/v1/customers/" + operation.customerId(), self + "/events", self + "/logs"),
                Optional.empty());
    }

    /** The answer to the request that began it, the same each time: nothing is done yet. */
    public static OperationView accepted(Operation operation, Optional<JsonNode> secrets) {
        OperationView view = of(
                Operation.planned(
                        operation.id(),
                        operation.tenantId(),
                        operation.customer(),
                        operation.customerId(),
                        operation.kind(),
                        operation.request(),
                        operation.steps().stream()
                                .map(step -> Step.planned(step.part(), operation.customer()))
                                .toList(),
                        operation.createdAt(),
                        operation.deadlineAt()),
                Optional.empty());
        return new OperationView(
                view.id,
                view.kind,
                view.customerId,
                view.tenantId,
                view.status,
                view.phase,
                view.done,
                view.attempt,
                view.progress,
                view.steps,
                view.result,
                view.error,
                view.clean,
                view.attention,
                view.createdAt,
                view.updatedAt,
                view.deadlineAt,
                view.finishedAt,
                view.links,
                secrets);
    }

    private static StepView step(Operation operation, Step step) {
        boolean removal = operation.kind().isRemoval();
        Status status =
                switch (step.state()) {
                    case PLANNED -> Status.PENDING;
                    case STARTED -> removal ? Status.DELETING : Status.PROVISIONING;
                    case DONE -> removal ? Status.DELETED : Status.ACTIVE;
                    case REFUSED -> Status.FAILED;
                    case UNDOING -> Status.DELETING;
                    case UNDONE -> Status.DELETED;
                };
        return new StepView(
                step.part(),
                status,
                step.attempt(),
                step.part().path(step.resourceId()),
                step.lastError(),
                step.nextRunAt(),
                step.startedAt(),
                step.finishedAt());
    }
}
