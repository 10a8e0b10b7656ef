package dev.hostwright.db.grant;

import dev.hostwright.db.fence.Fence;
import dev.hostwright.db.page.Page;
import dev.hostwright.db.page.PageRequest;
import dev.hostwright.db.problem.Problem;
import dev.hostwright.db.server.PlacementRepository;
import dev.hostwright.db.tenant.Caller;
import dev.hostwright.db.tenant.Scope;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

/** {@code /v1/databases/{id}/grants}. */
@Path("/v1/databases/{database}/grants")
@Tag(name = "grants", description = "What a login may do in a database")
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
public class GrantResource {

    private final GrantRepository grants;
    private final PlacementRepository placements;
    private final Caller caller;

    GrantResource(GrantRepository grants, PlacementRepository placements, Caller caller) {
        this.grants = grants;
        this.placements = placements;
        this.caller = caller;
    }

    @PUT
    @Path("/{role}")
    @Operation(
            operationId = "grantPrivileges",
            summary =
                    "Makes this the only privilege of a login in a database, on what is there and on what comes later")
    @APIResponse(
            responseCode = "200",
            description = "that is what it may do",
            content = @Content(schema = @Schema(implementation = Grant.class)))
    @APIResponse(
            responseCode = "404",
            description = "there is no such database, or no such login, for this caller",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description = "one of the two is suspended or being deleted, or the fence is stale",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Grant> put(
            @RestPath UUID database, @RestPath UUID role, GrantRequest request, @Context HttpHeaders headers) {
        Scope scope = caller.scope();
        Fence fence = Fence.from(headers);
        return placements
                .of(scope, database)
                .chain(server -> grants.put(server, scope, database, role, request.privilege(), fence));
    }

    @DELETE
    @Path("/{role}")
    @Operation(
            operationId = "revokePrivileges",
            summary = "Takes a login out of a database, and ends its sessions there")
    @APIResponse(responseCode = "204", description = "it may do nothing there")
    @APIResponse(
            responseCode = "404",
            description = "there is no such database for this caller",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Void> delete(@RestPath UUID database, @RestPath UUID role, @Context HttpHeaders headers) {
        Scope scope = caller.scope();
        Fence fence = Fence.from(headers);
        return placements.of(scope, database).chain(server -> grants.delete(server, scope, database, role, fence));
    }

    @GET
    @Operation(operationId = "listGrants", summary = "Lists who may do what in a database")
    @APIResponse(responseCode = "200", description = "a part of the list")
    @APIResponse(
            responseCode = "404",
            description = "there is no such database for this caller",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Page<Grant>> list(
            @RestPath UUID database, @RestQuery Optional<Integer> pageSize, @RestQuery Optional<String> pageToken) {
        Scope scope = caller.scope();
        PageRequest page = PageRequest.of(pageSize, pageToken);
        return placements.of(scope, database).chain(server -> grants.list(server, scope, database, page));
    }
}
