package dev.hostwright.db.extension;

import dev.hostwright.db.fence.Fence;
import dev.hostwright.db.page.Page;
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
import java.net.URI;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestResponse;

/** {@code /v1/databases/{id}/extensions}. */
@Path("/v1/databases/{database}/extensions")
@Tag(name = "extensions", description = "What PostgreSQL can do more in a database")
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
        responseCode = "404",
        description = "there is no such database for this caller",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "503",
        description = "not now; Retry-After says when",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
public class ExtensionResource {

    private final ExtensionRepository extensions;
    private final PlacementRepository placements;
    private final Caller caller;

    ExtensionResource(ExtensionRepository extensions, PlacementRepository placements, Caller caller) {
        this.extensions = extensions;
        this.placements = placements;
        this.caller = caller;
    }

    @GET
    @Operation(
            operationId = "listExtensions",
            summary = "Lists the extensions that may be had in a database, and those that are in it")
    @APIResponse(responseCode = "200", description = "all of them, by name")
    @APIResponse(
            responseCode = "409",
            description = "the database is suspended, being deleted, or not on the server any more",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Page<Extension>> list(@RestPath UUID database) {
        Scope scope = caller.scope();
        return placements.of(scope, database).chain(server -> extensions.list(server, scope, database));
    }

    @PUT
    @Path("/{name}")
    @Operation(operationId = "putExtension", summary = "Installs an extension into schema public of a database")
    @APIResponse(
            responseCode = "201",
            description = "installed",
            content = @Content(schema = @Schema(implementation = Extension.class)))
    @APIResponse(
            responseCode = "200",
            description = "it is there already",
            content = @Content(schema = @Schema(implementation = Extension.class)))
    @APIResponse(
            responseCode = "409",
            description =
                    "the database is suspended, being deleted, or not on the server any more, or the fence is stale; something of the extension's names is in schema public, or there is no such schema",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "422",
            description = "it is not allowed, not on the server, or only for superusers",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<Extension>> put(
            @RestPath UUID database, @RestPath String name, @Context HttpHeaders headers) {
        ExtensionName extension = new ExtensionName(name);
        Scope scope = caller.scope();
        Fence fence = Fence.from(headers);
        return placements
                .of(scope, database)
                .chain(server -> extensions.put(server, scope, database, extension, fence))
                .map(put -> put.made()
                        ? RestResponse.ResponseBuilder.<Extension>created(
                                        URI.create("/v1/databases/%s/extensions".formatted(database)))
                                .entity(put.extension())
                                .build()
                        : RestResponse.ok(put.extension()));
    }

    @DELETE
    @Path("/{name}")
    @Operation(operationId = "deleteExtension", summary = "Takes an extension out of a database that nothing needs")
    @APIResponse(responseCode = "204", description = "it is not there any more, or never was")
    @APIResponse(
            responseCode = "409",
            description =
                    "something in the database needs it, or it was not made by the owners; the database is suspended, being deleted, or not on the server any more, or the fence is stale",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Void> delete(@RestPath UUID database, @RestPath String name, @Context HttpHeaders headers) {
        ExtensionName extension = new ExtensionName(name);
        Scope scope = caller.scope();
        Fence fence = Fence.from(headers);
        return placements
                .of(scope, database)
                .chain(server -> extensions.delete(server, scope, database, extension, fence));
    }
}
