package dev.hostwright.db.database;

import dev.hostwright.db.DbConfig;
import dev.hostwright.db.fence.Fence;
import dev.hostwright.db.page.Page;
import dev.hostwright.db.page.PageRequest;
import dev.hostwright.db.problem.Problem;
import dev.hostwright.db.server.PlacementRepository;
import dev.hostwright.db.tenant.Caller;
import dev.hostwright.db.tenant.Scope;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
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
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;

/** {@code /v1/databases}. */
@Path("/v1/databases")
@Tag(name = "databases", description = "PostgreSQL databases, each with its owner's login")
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
public class DatabaseResource {

    private static final String PATH = "/v1/databases/";

    private final DatabaseRepository databases;
    private final DeletionRepository deletions;
    private final PlacementRepository placements;
    private final Caller caller;
    private final DbConfig config;

    DatabaseResource(
            DatabaseRepository databases,
            DeletionRepository deletions,
            PlacementRepository placements,
            Caller caller,
            DbConfig config) {
        this.databases = databases;
        this.deletions = deletions;
        this.placements = placements;
        this.caller = caller;
        this.config = config;
    }

    @POST
    @Operation(operationId = "createDatabase", summary = "Makes a database, with an id of the service's choice")
    @APIResponse(
            responseCode = "201",
            description = "made; the password is in this answer only",
            content = @Content(schema = @Schema(implementation = Database.class)))
    @APIResponse(
            responseCode = "404",
            description = "the owner asked for is not there",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description = "the name is taken, or the tenant has as many databases or logins as he may",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "422",
            description = "the values contradict each other",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<Database>> post(DatabaseRequest request, @Context HttpHeaders headers) {
        return put(UUID.randomUUID(), request, headers);
    }

    @PUT
    @Path("/{id}")
    @Operation(operationId = "putDatabase", summary = "Makes a database with this id, once")
    @APIResponse(
            responseCode = "201",
            description = "made; the password is in this answer only",
            content = @Content(schema = @Schema(implementation = Database.class)))
    @APIResponse(
            responseCode = "200",
            description = "it is there already",
            content = @Content(schema = @Schema(implementation = Database.class)))
    @APIResponse(
            responseCode = "404",
            description = "the owner asked for is not there",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description =
                    "the name is taken, the id is another database's or was deleted, the fence is stale, or the tenant has as many databases or logins as he may",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "422",
            description = "the values contradict each other",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<Database>> put(@RestPath UUID id, DatabaseRequest request, @Context HttpHeaders headers) {
        request.connectionLimit()
                .ifPresent(limit -> limit.mustBeAllowed(caller.isOperator(), config.maxConnectionLimit()));
        return databases
                .put(caller.owner(request.tenantId()), id, request, Fence.from(headers))
                .map(put -> put.made()
                        ? RestResponse.ResponseBuilder.<Database>created(URI.create(PATH + id))
                                .entity(put.database())
                                .build()
                        : RestResponse.ok(put.database()));
    }

    @GET
    @Operation(operationId = "listDatabases", summary = "Lists the databases by name, the tenant's own only")
    @APIResponse(responseCode = "200", description = "a part of the list")
    public Uni<Page<Database>> list(
            @RestQuery Optional<Integer> pageSize,
            @RestQuery Optional<String> pageToken,
            @Parameter(description = "those of this status only; without it, all but the deleted ones that are kept")
                    @RestQuery
                    Optional<DatabaseStatus> status) {
        return databases.list(caller.scope(), PageRequest.of(pageSize, pageToken), status);
    }

    @GET
    @Path("/{id}")
    @Operation(operationId = "getDatabase", summary = "Shows a database")
    @APIResponse(
            responseCode = "200",
            description = "the database, without its password",
            content = @Content(schema = @Schema(implementation = Database.class)))
    @APIResponse(
            responseCode = "404",
            description = "there is none for this caller",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Database> get(@RestPath UUID id) {
        Scope scope = caller.scope();
        return placements.of(scope, id).chain(server -> databases.get(server, scope, id));
    }

    @GET
    @Path("/{id}/usage")
    @Operation(
            operationId = "getDatabaseUsage",
            summary = "Shows how much of the server a database takes, and may take")
    @APIResponse(
            responseCode = "200",
            description = "as the server has counted",
            content = @Content(schema = @Schema(implementation = Usage.class)))
    @APIResponse(
            responseCode = "404",
            description = "there is none for this caller",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description = "it is not on the server any more",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Usage> usage(@RestPath UUID id) {
        Scope scope = caller.scope();
        return placements.of(scope, id).chain(server -> databases.usage(server, scope, id));
    }

    @PUT
    @Path("/{id}/limits")
    @RolesAllowed(Caller.OPERATOR)
    @Operation(operationId = "putDatabaseLimits", summary = "Says what a database may have, for operators")
    @APIResponse(responseCode = "204", description = "so it may")
    @APIResponse(
            responseCode = "404",
            description = "there is none of that id",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description = "it is being deleted, is not on the server, or the fence is stale",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Void> limits(@RestPath UUID id, LimitsRequest request, @Context HttpHeaders headers) {
        Scope scope = caller.scope();
        Fence fence = Fence.from(headers);
        return placements.of(scope, id).chain(server -> databases.limit(server, scope, id, request, fence));
    }

    @DELETE
    @Path("/{id}")
    @Operation(
            operationId = "deleteDatabase",
            summary = "Deletes a database, with the login that was made with it",
            description = "Its sessions are ended, its names are free again, and it can be restored for as long as this"
                    + " service keeps it. What is purged, or undone by the operation that made it, is dropped at once.")
    @APIResponse(responseCode = "204", description = "it is not there any more, or never was")
    @APIResponse(
            responseCode = "409",
            description = "the fence is stale, or another operation made it",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Void> delete(
            @RestPath UUID id,
            @Parameter(description = "true: it is not kept, also when it was deleted before")
                    @RestQuery
                    @DefaultValue("false")
                    boolean purge,
            @Context HttpHeaders headers) {
        Scope scope = caller.scope();
        Fence fence = Fence.from(headers);
        return placements.deletingFrom(scope, id, server -> deletions.delete(server, scope, id, purge, fence));
    }

    @POST
    @Path("/{id}/restore")
    @Operation(
            operationId = "restoreDatabase",
            summary = "Brings a deleted database back, with the login that was made with it and all privileges in it")
    @APIResponse(
            responseCode = "200",
            description = "it is there as it was, or under the names asked for",
            content = @Content(schema = @Schema(implementation = Database.class)))
    @APIResponse(
            responseCode = "404",
            description = "there is none for this caller, or it is not kept any more",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description =
                    "a name is taken meanwhile, it is not on the server, the tenant has as many databases or logins as he may, or the fence is stale",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "422",
            description = "a username is asked for, and no login was made with it",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Database> restore(@RestPath UUID id, RestoreRequest request, @Context HttpHeaders headers) {
        Scope scope = caller.scope();
        Fence fence = Fence.from(headers);
        return placements.of(scope, id).chain(server -> deletions.restore(server, scope, id, request, fence));
    }

    @PUT
    @Path("/{id}/suspension")
    @Operation(operationId = "suspendDatabase", summary = "Shuts everybody out of a database; the data stays")
    @APIResponse(responseCode = "204", description = "nobody is in it")
    @APIResponse(
            responseCode = "404",
            description = "there is none for this caller",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Void> suspend(@RestPath UUID id, @Context HttpHeaders headers) {
        return suspend(id, true, headers);
    }

    @DELETE
    @Path("/{id}/suspension")
    @Operation(operationId = "resumeDatabase", summary = "Lets the customer into a suspended database again")
    @APIResponse(
            responseCode = "204",
            description = "it is open, or shut only for what it holds; an operator opens it then, too")
    @APIResponse(
            responseCode = "404",
            description = "there is none for this caller",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description =
                    "nobody asked for that suspension: it holds too much, and only an operator can let anybody in",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Void> resume(@RestPath UUID id, @Context HttpHeaders headers) {
        return suspend(id, false, headers);
    }

    private Uni<Void> suspend(UUID id, boolean suspended, HttpHeaders headers) {
        Scope scope = caller.scope();
        Fence fence = Fence.from(headers);
        return placements.of(scope, id).chain(server -> databases.suspend(server, scope, id, suspended, fence));
    }
}
