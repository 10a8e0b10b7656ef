package dev.hostwright.db.role;

import dev.hostwright.db.DbConfig;
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
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import java.net.URI;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;

/** {@code /v1/roles}. */
@Path("/v1/roles")
@Tag(name = "roles", description = "Logins of PostgreSQL databases")
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
public class RoleResource {

    private static final String PATH = "/v1/roles/";

    private final RoleRepository roles;
    private final PlacementRepository placements;
    private final Caller caller;
    private final DbConfig config;

    RoleResource(RoleRepository roles, PlacementRepository placements, Caller caller, DbConfig config) {
        this.roles = roles;
        this.placements = placements;
        this.caller = caller;
        this.config = config;
    }

    @POST
    @Operation(operationId = "createRole", summary = "Makes a login, with an id of the service's choice")
    @APIResponse(
            responseCode = "201",
            description = "made; a password made here is in this answer only",
            content = @Content(schema = @Schema(implementation = Role.class)))
    @APIResponse(
            responseCode = "409",
            description = "the username is taken, or the tenant has as many logins as he may",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<Role>> post(RoleRequest request, @Context HttpHeaders headers) {
        return put(UUID.randomUUID(), request, headers);
    }

    @PUT
    @Path("/{id}")
    @Operation(operationId = "putRole", summary = "Makes a login with this id, once")
    @APIResponse(
            responseCode = "201",
            description = "made; a password made here is in this answer only",
            content = @Content(schema = @Schema(implementation = Role.class)))
    @APIResponse(
            responseCode = "200",
            description = "it is there already",
            content = @Content(schema = @Schema(implementation = Role.class)))
    @APIResponse(
            responseCode = "404",
            description = "the id is not this caller's",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description =
                    "the username is taken, the id is another login's or was deleted, the fence is stale, or the tenant has as many logins as he may",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<Role>> put(@RestPath UUID id, RoleRequest request, @Context HttpHeaders headers) {
        request.connectionLimit()
                .ifPresent(limit -> limit.mustBeAllowed(caller.isOperator(), config.maxConnectionLimit()));
        return roles.put(caller.owner(request.tenantId()), id, request, Fence.from(headers))
                .map(put -> put.made()
                        ? RestResponse.ResponseBuilder.<Role>created(URI.create(PATH + id))
                                .entity(put.role())
                                .build()
                        : RestResponse.ok(put.role()));
    }

    @GET
    @Operation(operationId = "listRoles", summary = "Lists the logins by username, the tenant's own only")
    @APIResponse(responseCode = "200", description = "a part of the list")
    public Uni<Page<Role>> list(@RestQuery Optional<Integer> pageSize, @RestQuery Optional<String> pageToken) {
        return roles.list(caller.scope(), PageRequest.of(pageSize, pageToken));
    }

    @GET
    @Path("/{id}")
    @Operation(operationId = "getRole", summary = "Shows a login")
    @APIResponse(
            responseCode = "200",
            description = "the login, without its password",
            content = @Content(schema = @Schema(implementation = Role.class)))
    @APIResponse(
            responseCode = "404",
            description = "there is none for this caller",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Role> get(@RestPath UUID id) {
        Scope scope = caller.scope();
        return placements.of(scope, id).chain(server -> roles.get(server, scope, id));
    }

    @DELETE
    @Path("/{id}")
    @Operation(
            operationId = "deleteRole",
            summary = "Takes a login out of every database and drops it; what it made stays with the databases")
    @APIResponse(responseCode = "204", description = "it is not there any more, or never was")
    @APIResponse(
            responseCode = "409",
            description = "the fence is stale, or another operation made it",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Void> delete(@RestPath UUID id, @Context HttpHeaders headers) {
        Scope scope = caller.scope();
        Fence fence = Fence.from(headers);
        return placements.deletingFrom(scope, id, server -> roles.delete(server, scope, id, fence));
    }

    @PUT
    @Path("/{id}/password")
    @Operation(operationId = "changePassword", summary = "Sets another password; open sessions stay open")
    @APIResponse(
            responseCode = "200",
            description = "set; a password made here is in this answer only",
            content = @Content(schema = @Schema(implementation = Credentials.class)))
    @APIResponse(
            responseCode = "404",
            description = "there is no such login for this caller",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Credentials> changePassword(@RestPath UUID id, PasswordChange change, @Context HttpHeaders headers) {
        Scope scope = caller.scope();
        Fence fence = Fence.from(headers);
        return placements.of(scope, id).chain(server -> roles.setPassword(server, scope, id, change, fence));
    }
}
