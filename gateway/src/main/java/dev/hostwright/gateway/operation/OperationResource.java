package dev.hostwright.gateway.operation;

import dev.hostwright.gateway.page.Page;
import dev.hostwright.gateway.page.PageRequest;
import dev.hostwright.gateway.problem.Fault;
import dev.hostwright.gateway.problem.Problem;
import dev.hostwright.gateway.tenant.Caller;
import dev.hostwright.gateway.tenant.Scope;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;

/** Operations and the provisioning log. */
@Path("/v1/operations")
@Tag(name = "operations", description = "How far something is, and its log.")
@APIResponse(
        responseCode = "400",
        description = "malformed",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "401",
        description = "no token, or not a good one",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
public class OperationResource {

    private final OperationRepository operations;
    private final EventStream stream;
    private final Dispatcher dispatcher;
    private final Caller caller;

    OperationResource(OperationRepository operations, EventStream stream, Dispatcher dispatcher, Caller caller) {
        this.operations = operations;
        this.stream = stream;
        this.dispatcher = dispatcher;
        this.caller = caller;
    }

    @GET
    @Operation(operationId = "listOperations", summary = "The operations, newest first")
    @APIResponse(responseCode = "200", description = "a page")
    public Uni<Page<OperationView>> list(
            @RestQuery Optional<Status> status,
            @RestQuery Optional<CustomerId> customerId,
            @RestQuery Optional<Kind> kind,
            @RestQuery Optional<Integer> pageSize,
            @RestQuery Optional<String> pageToken) {
        PageRequest page = PageRequest.of(pageSize, pageToken);
        return operations
                .list(caller.scope(), new OperationRepository.Filter(status, customerId, kind), page)
                .map(rows -> rows.stream().map(OperationRepository.Found::view).toList())
                .map(rows -> Page.of(rows, page, view -> view.id().toString()));
    }

    @GET
    @Path("/{id}")
    @Operation(operationId = "getOperation", summary = "How far an operation is")
    @APIResponse(
            responseCode = "200",
            description = "the operation, with an ETag, and Retry-After while it is not done",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = OperationView.class)))
    @APIResponse(responseCode = "304", description = "as it was at that ETag")
    @APIResponse(
            responseCode = "404",
            description = "there is none",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<OperationView>> get(
            @RestPath UUID id, @RestHeader("If-None-Match") Optional<String> ifNoneMatch) {
        return operations.find(caller.scope(), id).map(found -> {
            String etag = "\"r" + found.operation().revision() + "\"";
            boolean same = ifNoneMatch.filter(tag -> tag.contains(etag)).isPresent();
            ResponseBuilder<OperationView> response =
                    same ? ResponseBuilder.create(RestResponse.Status.NOT_MODIFIED) : ResponseBuilder.ok(found.view());
            response.header(HttpHeaders.ETAG, etag).header(HttpHeaders.CACHE_CONTROL, "no-store");
            return found.operation().isDone()
                    ? response.build()
                    : response.header(HttpHeaders.RETRY_AFTER, 1).build();
        });
    }

    @GET
    @Path("/{id}/logs")
    @Operation(operationId = "listOperationLogs", summary = "The provisioning log of an operation")
    @APIResponse(responseCode = "200", description = "a page, in the order in which it happened")
    @APIResponse(
            responseCode = "404",
            description = "there is none",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Page<Event>> logs(
            @RestPath UUID id,
            @Parameter(description = "only lines after this number") @RestQuery Optional<Long> afterSeq,
            @RestQuery Optional<Integer> pageSize,
            @RestQuery Optional<String> pageToken) {
        PageRequest page = PageRequest.of(pageSize, pageToken);
        Scope scope = caller.scope();
        long after = page.after().isEmpty() ? afterSeq.orElse(0L) : seq(page.after());
        return operations
                .find(scope, id)
                .chain(found -> operations.events(scope, id, after, page.size() + 1))
                .map(events -> Page.of(events, page, event -> Long.toString(event.seq())));
    }

    private static long seq(String key) {
        try {
            return Long.parseLong(key);
        } catch (NumberFormatException e) {
            throw new Fault.Malformed("page_token", "pageToken is not one that this service gave.").toException();
        }
    }

    @GET
    @Path("/{id}/events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Operation(
            operationId = "streamOperationEvents",
            summary = "The provisioning log as it happens",
            description =
                    "Server-sent events: 'log' for a line, its id the number of the line; 'status' for the operation"
                            + " when it changed; 'done' at the end, with which the stream ends.")
    @APIResponse(
            responseCode = "200",
            description = "the stream",
            content = @Content(mediaType = MediaType.SERVER_SENT_EVENTS, schema = @Schema(type = SchemaType.STRING)))
    @APIResponse(responseCode = "204", description = "it is done, and all of it was read")
    @APIResponse(
            responseCode = "404",
            description = "there is none",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "503",
            description = "too many streams are open; see Retry-After",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @EventStream.Resumable
    public Multi<OutboundSseEvent> events(
            @RestPath UUID id,
            @Parameter(description = "the id of the last line that was read") @RestHeader(EventStream.LAST_EVENT_ID)
                    Optional<String> lastEventId,
            @Parameter(hidden = true) @Context Sse sse) {
        return stream.from(caller.scope(), id, EventStream.after(lastEventId), sse);
    }

    @POST
    @Path("/{id}/cancel")
    @Operation(operationId = "cancelOperation", summary = "Undoes what an operation has begun")
    @APIResponse(
            responseCode = "202",
            description = "it is rolled back",
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
            description = "it is finished, or deletes something",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<OperationView>> cancel(@RestPath UUID id) {
        return operations
                .cancel(caller.scope(), id)
                .invoke(() -> dispatcher.dispatch(id))
                .map(found -> ResponseBuilder.create(RestResponse.Status.ACCEPTED, found.view())
                        .header(HttpHeaders.LOCATION, OperationView.path(id))
                        .build());
    }
}
