package dev.hostwright.mail.forwarder;

import dev.hostwright.mail.MailDomain;
import dev.hostwright.mail.fence.Fence;
import dev.hostwright.mail.page.Page;
import dev.hostwright.mail.page.PageRequest;
import dev.hostwright.mail.problem.Problem;
import dev.hostwright.mail.tenant.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;

/** {@code /v1/forwarders}. */
@Path(ForwarderResource.PATH)
@Tag(name = "forwarders", description = "Addresses that pass mail on to others.")
@APIResponse(
        responseCode = "400",
        description = "A value is malformed",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "401",
        description = "No token, or one that is not valid",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "403",
        description = "The token may not do that",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "503",
        description = "Not now; Retry-After says when",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
public class ForwarderResource {

    static final String PATH = "/v1/forwarders";

    private static final String MERGE_PATCH = "application/merge-patch+json";

    private final Forwarders forwarders;
    private final ForwarderRepository repository;
    private final Caller caller;

    ForwarderResource(Forwarders forwarders, ForwarderRepository repository, Caller caller) {
        this.forwarders = forwarders;
        this.repository = repository;
        this.caller = caller;
    }

    /**
     * The body of a POST or PUT.
     *
     * @param tenantId whose it will be; an operator must say, a tenant need not
     */
    @Schema(
            name = "ForwarderRequest",
            requiredProperties = {"source", "destinations"})
    public record Request(
            Source source,
            @Schema(minItems = 1, maxItems = 100) List<Destination> destinations,
            Optional<Boolean> keepCopy,
            Optional<Boolean> enabled,
            Optional<Boolean> allowDangling,
            Optional<Long> tenantId) {

        public Request {
            destinations = List.copyOf(destinations);
        }

        NewForwarder forwarder() {
            return new NewForwarder(source, destinations, keepCopy, enabled, allowDangling);
        }
    }

    /** The body of a PATCH; what is left out stays. */
    @Schema(name = "ForwarderChange")
    public record Change(
            Optional<List<Destination>> destinations,
            Optional<Boolean> keepCopy,
            Optional<Boolean> enabled,
            Optional<Boolean> allowDangling) {

        public Change {
            destinations = destinations.map(List::copyOf);
        }
    }

    @GET
    @Operation(summary = "List forwarders by source", operationId = "listForwarders")
    @APIResponse(responseCode = "200", description = "A part of the list")
    public Uni<Page<Forwarder>> list(
            @Parameter(
                            description = "Those of this mail domain only",
                            schema = @Schema(implementation = MailDomain.class))
                    @RestQuery
                    Optional<String> domain,
            @RestQuery Optional<Integer> pageSize,
            @RestQuery Optional<String> pageToken) {
        PageRequest page = PageRequest.of(pageSize, pageToken);
        return repository
                .list(caller.scope(), domain.map(MailDomain::parse), page)
                .map(rows -> Page.of(rows, page, Forwarder::source));
    }

    @POST
    @Operation(summary = "Create a forwarder", operationId = "createForwarder")
    @APIResponse(
            responseCode = "201",
            description = "It is made",
            content = @Content(schema = @Schema(implementation = Forwarder.class)))
    @APIResponse(
            responseCode = "404",
            description = "The tenant has no such mail domain",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description = "The address is taken, or mail would go round in a circle",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "422",
            description = "A destination is unknown, or the values contradict each other",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<Forwarder>> create(Request request, @Context HttpHeaders headers) {
        return put(UUID.randomUUID(), request, headers);
    }

    @PUT
    @Path("/{id}")
    @Operation(summary = "Create a forwarder with an id of the caller's choice", operationId = "putForwarder")
    @APIResponse(
            responseCode = "200",
            description = "The same is there already",
            content = @Content(schema = @Schema(implementation = Forwarder.class)))
    @APIResponse(
            responseCode = "201",
            description = "It is made",
            content = @Content(schema = @Schema(implementation = Forwarder.class)))
    @APIResponse(
            responseCode = "404",
            description = "The tenant has no such mail domain, or the id is another tenant's",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description = "The address is taken, or the id, or mail would go round in a circle",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "422",
            description = "A destination is unknown, or the values contradict each other",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<Forwarder>> put(@RestPath UUID id, Request request, @Context HttpHeaders headers) {
        long tenant = caller.owner(request.tenantId());
        return forwarders
                .put(tenant, id, request.forwarder(), caller.isOperator(), Fence.from(headers))
                .map(put -> put.toResponse(PATH, id));
    }

    @GET
    @Path("/{id}")
    @Operation(summary = "Read a forwarder", operationId = "getForwarder")
    @APIResponse(responseCode = "200", description = "The forwarder")
    @APIResponse(
            responseCode = "404",
            description = "There is none",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Forwarder> get(@RestPath UUID id) {
        return repository.find(caller.scope(), id);
    }

    @PATCH
    @Path("/{id}")
    @Consumes({MERGE_PATCH, MediaType.APPLICATION_JSON})
    @Operation(summary = "Change the destinations, or switch off and on", operationId = "changeForwarder")
    @APIResponse(responseCode = "200", description = "The forwarder as it is now")
    @APIResponse(
            responseCode = "404",
            description = "There is none",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description = "Mail would go round in a circle, too far, or to too many",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "422",
            description = "A destination is unknown, or the values contradict each other",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Forwarder> change(@RestPath UUID id, Change change) {
        return forwarders.change(
                caller.scope(), id, change.destinations(), change.keepCopy(), change.enabled(), change.allowDangling());
    }

    @DELETE
    @Path("/{id}")
    @Operation(summary = "Delete a forwarder", operationId = "deleteForwarder")
    @APIResponse(responseCode = "204", description = "It is gone, or was not there")
    @APIResponse(
            responseCode = "409",
            description = "A newer owner of the operation was here, or another made it",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Void> delete(@RestPath UUID id, @Context HttpHeaders headers) {
        return forwarders.delete(caller.scope(), id, Fence.from(headers));
    }
}
