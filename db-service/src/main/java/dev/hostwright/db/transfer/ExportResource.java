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
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;

/** {@code /v1/databases/{database}/exports}. */
@Path("/v1/databases/{database}/exports")
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
public class ExportResource {

    private final Transfers transfers;
    private final TransferRepository rows;
    private final PlacementRepository placements;
    private final Caller caller;
    private final DbConfig config;

    ExportResource(
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
            operationId = "createExport",
            summary = "Writes what is in a database to a file, with an id of the service's choice")
    @APIResponse(
            responseCode = "202",
            description = "it will be done",
            content = @Content(schema = @Schema(implementation = Transfer.class)))
    @APIResponse(
            responseCode = "404",
            description = "there is no such database for this caller",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description = "the database is suspended or being deleted, or the tenant has as many exports as he may",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "501",
            description = "there are no exports here",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<Transfer>> postExport(@RestPath UUID database) {
        return putExport(database, UUID.randomUUID());
    }

    @PUT
    @Path("/{id}")
    @Operation(operationId = "putExport", summary = "Writes what is in a database to a file, once for this id")
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
            description = "there is no such database for this caller",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description =
                    "the id is another's or is being deleted, the database is suspended or being deleted, or the tenant has as many exports as he may",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "501",
            description = "there are no exports here",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<Transfer>> putExport(@RestPath UUID database, @RestPath UUID id) {
        Scope scope = caller.scope();
        return placements
                .of(scope, database)
                .chain(server -> transfers.ask(server, scope, new TransferKey(database, id), TransferKind.EXPORT, null))
                .map(TransferRepository.Put::answer);
    }

    @GET
    @Operation(operationId = "listExports", summary = "Lists the exports of a database, by id")
    @APIResponse(responseCode = "200", description = "a part of the list")
    @APIResponse(
            responseCode = "404",
            description = "there is no such database for this caller",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Page<Transfer>> listExports(
            @RestPath UUID database, @RestQuery Optional<Integer> pageSize, @RestQuery Optional<String> pageToken) {
        Scope scope = caller.scope();
        PageRequest page = PageRequest.of(pageSize, pageToken);
        return placements
                .of(scope, database)
                .chain(server -> rows.list(server, scope, database, TransferKind.EXPORT, page));
    }

    @GET
    @Path("/{id}")
    @Operation(operationId = "getExport", summary = "Shows how far an export is; also when its database is gone")
    @APIResponse(
            responseCode = "200",
            description = "the export",
            content = @Content(schema = @Schema(implementation = Transfer.class)))
    @APIResponse(
            responseCode = "404",
            description = "there is none for this caller, or its time is over",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Transfer> getExport(@RestPath UUID database, @RestPath UUID id) {
        Scope scope = caller.scope();
        return placements
                .of(scope, database)
                .chain(server -> rows.get(server, scope, new TransferKey(database, id), TransferKind.EXPORT))
                .map(row -> row.shown(config.transfer().life()));
    }

    @GET
    @Path("/{id}/file")
    @Produces(MediaType.APPLICATION_OCTET_STREAM)
    @Operation(
            operationId = "getExportFile",
            summary = "The file of an export, for pg_restore: an archive of PostgreSQL's custom format")
    @APIResponse(
            responseCode = "200",
            description = "the file",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_OCTET_STREAM,
                            schema = @Schema(type = SchemaType.STRING, format = "binary")))
    @APIResponse(
            responseCode = "404",
            description = "there is none for this caller, or its time is over",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description = "it is not done, or has failed",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<java.nio.file.Path>> getExportFile(@RestPath UUID database, @RestPath UUID id) {
        Scope scope = caller.scope();
        return placements
                .of(scope, database)
                .chain(server -> transfers.file(server, scope, new TransferKey(database, id)))
                .map(file -> RestResponse.ResponseBuilder.ok(file)
                        .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"%s.dump\"".formatted(id))
                        .build());
    }

    @DELETE
    @Path("/{id}")
    @Operation(operationId = "deleteExport", summary = "Ends an export, or deletes its file")
    @APIResponse(responseCode = "204", description = "it is not there any more, or never was")
    public Uni<Void> deleteExport(@RestPath UUID database, @RestPath UUID id) {
        Scope scope = caller.scope();
        return placements
                .of(scope, database)
                .chain(server -> transfers.delete(server, scope, new TransferKey(database, id), TransferKind.EXPORT));
    }
}
