package dev.hostwright.gateway.customer;

import dev.hostwright.gateway.operation.Dispatcher;
import dev.hostwright.gateway.operation.OperationRepository;
import dev.hostwright.gateway.operation.OperationView;
import dev.hostwright.gateway.problem.Fault;
import dev.hostwright.gateway.problem.Problem;
import dev.hostwright.gateway.tenant.Caller;
import dev.hostwright.gateway.tenant.Scope;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;

/** A failed operation once more, which needs to know what its customer is now. */
@Path("/v1/operations/{id}/retry")
@Tag(name = "operations")
public class RetryResource {

    private final Intake intake;
    private final OperationRepository operations;
    private final Dispatcher dispatcher;
    private final Caller caller;

    RetryResource(Intake intake, OperationRepository operations, Dispatcher dispatcher, Caller caller) {
        this.intake = intake;
        this.operations = operations;
        this.dispatcher = dispatcher;
        this.caller = caller;
    }

    @POST
    @Operation(
            operationId = "retryOperation",
            summary = "Goes on at once, or begins a failed operation again",
            description = "A failed operation is begun again as a new one; its passwords are not known any more, so new"
                    + " ones are made and shown in the answer. One that is under way waits no longer.")
    @APIResponse(
            responseCode = "202",
            description = "begun; Location is the operation",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = OperationView.class)))
    @APIResponse(
            responseCode = "404",
            description = "there is none",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description = "it ended well, or the customer is another by now",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<OperationView>> retry(@RestPath UUID id) {
        Scope scope = caller.scope();
        return operations
                .find(scope, id)
                .chain(found -> {
                    if (!found.operation().isDone()) {
                        return operations
                                .hurry(scope, id)
                                .invoke(() -> dispatcher.dispatch(id))
                                .chain(() -> operations.find(scope, id))
                                .map(OperationRepository.Found::view);
                    }
                    if (found.operation().error().isEmpty()) {
                        return new Fault.Conflict("", "operation_finished", "The operation ended well.").toFailure();
                    }
                    return intake.again(found.operation()).map(RetryResource::view);
                })
                .map(view -> ResponseBuilder.create(RestResponse.Status.ACCEPTED, view)
                        .header(HttpHeaders.LOCATION, OperationView.path(view.id()))
                        .build());
    }

    private static OperationView view(Intake.Taken taken) {
        return switch (taken) {
            case Intake.Taken.Accepted accepted -> accepted.view();
            case Intake.Taken.Same(var customer) ->
                throw new Fault.Conflict(
                                "", "operation_finished", "The customer %s is so by now.".formatted(customer.id()))
                        .toException();
        };
    }
}
