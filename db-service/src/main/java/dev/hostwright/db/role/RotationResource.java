package dev.hostwright.db.role;

import dev.hostwright.db.fence.Fence;
import dev.hostwright.db.problem.Problem;
import dev.hostwright.db.server.PlacementRepository;
import dev.hostwright.db.tenant.Caller;
import dev.hostwright.db.tenant.Scope;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import java.net.URI;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestResponse;

/** {@code /v1/roles/{role}/rotations}. */
@Path("/v1/roles/{role}/rotations")
@Tag(name = "roles")
@APIResponse(
        responseCode = "400",
        description = "a value is malformed",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "401",
        description = "no token, or a bad one",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "403",
        description = "the token may not do that",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "503",
        description = "not now; Retry-After says when",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
public class RotationResource {

    private final RotationRepository rotations;
    private final PlacementRepository placements;
    private final Caller caller;

    RotationResource(RotationRepository rotations, PlacementRepository placements, Caller caller) {
        this.rotations = rotations;
        this.placements = placements;
        this.caller = caller;
    }

    @POST
    @Operation(
            operationId = "createRotation",
            summary =
                    "Changes the password of a login, by a second login or in place, with an id of the service's choice")
    @APIResponse(
            responseCode = "201",
            description = "done; a password made here is in this answer only",
            content = @Content(schema = @Schema(implementation = Rotation.class)))
    @APIResponse(
            responseCode = "404",
            description = "there is no such login for this caller",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description =
                    "the username is taken, there is a second login already, the tenant has as many logins as he may, or the login's database is suspended or being deleted",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "422",
            description = "the values contradict each other",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<Rotation>> post(
            @RestPath UUID role, RotationRequest request, @Context HttpHeaders headers) {
        return put(role, UUID.randomUUID(), request, headers);
    }

    @PUT
    @Path("/{id}")
    @Operation(
            operationId = "putRotation",
            summary = "Changes the password of a login, by a second login or in place, once for this id")
    @APIResponse(
            responseCode = "201",
            description = "done; a password made here is in this answer only",
            content = @Content(schema = @Schema(implementation = Rotation.class)))
    @APIResponse(
            responseCode = "200",
            description = "it was done already",
            content = @Content(schema = @Schema(implementation = Rotation.class)))
    @APIResponse(
            responseCode = "404",
            description = "there is no such login for this caller",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description =
                    "the id is another rotation's, the fence is stale, the username is taken, there is a second login already, the tenant has as many logins as he may, or the login's database is suspended or being deleted",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "422",
            description = "the values contradict each other",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<Rotation>> put(
            @RestPath UUID role, @RestPath UUID id, RotationRequest request, @Context HttpHeaders headers) {
        Scope scope = caller.scope();
        Fence fence = Fence.from(headers);
        return placements
                .of(scope, role)
                .chain(server -> rotations.put(server, scope, role, id, request, fence))
                .map(put -> put.made()
                        ? RestResponse.ResponseBuilder.<Rotation>created(
                                        URI.create("/v1/roles/%s/rotations/%s".formatted(role, id)))
                                .entity(put.rotation())
                                .build()
                        : RestResponse.ok(put.rotation()));
    }

    @GET
    @Path("/{id}")
    @Operation(operationId = "getRotation", summary = "Shows a change of a login's password, while that login is there")
    @APIResponse(
            responseCode = "200",
            description = "the rotation, without its password",
            content = @Content(schema = @Schema(implementation = Rotation.class)))
    @APIResponse(
            responseCode = "404",
            description = "there is none for this caller, or the login that it was for has retired",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Rotation> get(@RestPath UUID role, @RestPath UUID id) {
        Scope scope = caller.scope();
        return placements.of(scope, role).chain(server -> rotations.get(server, scope, role, id));
    }
}
