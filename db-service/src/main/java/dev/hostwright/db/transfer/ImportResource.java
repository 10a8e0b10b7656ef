package dev.hostwright.db.transfer;

import dev.hostwright.db.DbConfig;
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

/** {@code /v1/databases/{database}/imports}. */
@Path("/v1/databases/{database}/imports")
@Tag(name = "databases")
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
public class ImportResource {

    private final Transfers transfers;
    private final TransferRepository rows;
    private final PlacementRepository placements;
    private final Caller caller;
    private final DbConfig config;

    ImportResource(
            Transfers transfers,
            TransferRepository rows,
            PlacementRepository placements,
            Caller caller,
            DbConfig config) {
        this.transfers = transfers;
        this.rows = rows;
        this.placements = placements;
        this.caller = caller;
        this.config = config;
    }

    @POST
    @Operation(
            operationId = "createImport",
            summary = "Reads an export into a database, all of it or nothing, with an id of the service's choice")
    @APIResponse(
            responseCode = "202",
            description = "it will be done",
            content = @Content(schema = @Schema(implementation = Transfer.class)))
    @APIResponse(
            responseCode = "404",
            description = "there is no such database or export for this caller",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description =
                    "the export is not done, the database is suspended or being deleted, or the tenant has as many of them as he may",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "501",
            description = "there are no imports here",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<Transfer>> postImport(@RestPath UUID database, ImportRequest request) {
        return putImport(database, UUID.randomUUID(), request);
    }

    @PUT
    @Path("/{id}")
    @Operation(
            operationId = "putImport",
            summary = "Reads an export into a database, all of it or nothing, once for this id")
    @APIResponse(
            responseCode = "202",
            description = "it will be done",
            content = @Content(schema = @Schema(implementation = Transfer.class)))
    @APIResponse(
            responseCode = "200",
            description = "it was asked for already",
            content = @Content(schema = @Schema(implementation = Transfer.class)))
    @APIResponse(
            responseCode = "404",
            description = "there is no such database or export for this caller",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description =
                    "the id is another's or is being deleted, the export is not done, the database is suspended or being deleted, or the tenant has as many of them as he may",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "501",
            description = "there are no imports here",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<Transfer>> putImport(@RestPath UUID database, @RestPath UUID id, ImportRequest request) {
        Scope scope = caller.scope();
        TransferKey source = new TransferKey(request.databaseId(), request.exportId());
        return placements
                .of(scope, database)
                .chain(server ->
                        transfers.ask(server, scope, new TransferKey(database, id), TransferKind.IMPORT, source))
                .map(TransferRepository.Put::answer);
    }

    @GET
    @Operation(operationId = "listImports", summary = "Lists the imports into a database, by id")
    @APIResponse(responseCode = "200", description = "a part of the list")
    @APIResponse(
            responseCode = "404",
            description = "there is no such database for this caller",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Page<Transfer>> listImports(
            @RestPath UUID database, @RestQuery Optional<Integer> pageSize, @RestQuery Optional<String> pageToken) {
        Scope scope = caller.scope();
        PageRequest page = PageRequest.of(pageSize, pageToken);
        return placements
                .of(scope, database)
                .chain(server -> rows.list(server, scope, database, TransferKind.IMPORT, page));
    }

    @GET
    @Path("/{id}")
    @Operation(operationId = "getImport", summary = "Shows how far an import is")
    @APIResponse(
            responseCode = "200",
            description = "the import",
            content = @Content(schema = @Schema(implementation = Transfer.class)))
    @APIResponse(
            responseCode = "404",
            description = "there is none for this caller, or it ended long ago",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Transfer> getImport(@RestPath UUID database, @RestPath UUID id) {
        Scope scope = caller.scope();
        return placements
                .of(scope, database)
                .chain(server -> rows.get(server, scope, new TransferKey(database, id), TransferKind.IMPORT))
                .map(row -> row.shown(config.transfer().life()));
    }

    @DELETE
    @Path("/{id}")
    @Operation(
            operationId = "deleteImport",
            summary = "Ends an import, which then has changed nothing; one that is done is forgotten")
    @APIResponse(responseCode = "204", description = "it is not there any more, or never was")
    public Uni<Void> deleteImport(@RestPath UUID database, @RestPath UUID id) {
        Scope scope = caller.scope();
        return placements
                .of(scope, database)
                .chain(server -> transfers.delete(server, scope, new TransferKey(database, id), TransferKind.IMPORT));
    }
}
