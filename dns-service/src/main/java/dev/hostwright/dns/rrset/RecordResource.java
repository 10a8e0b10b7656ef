package dev.hostwright.dns.rrset;

import dev.hostwright.dns.Flag;
import dev.hostwright.dns.condition.IfMatch;
import dev.hostwright.dns.fence.Fence;
import dev.hostwright.dns.page.Page;
import dev.hostwright.dns.page.PageRequest;
import dev.hostwright.dns.problem.Fault;
import dev.hostwright.dns.problem.Problem;
import dev.hostwright.dns.rdata.RRType;
import dev.hostwright.dns.rdata.RecordDraft;
import dev.hostwright.dns.rdata.RecordInput;
import dev.hostwright.dns.rdata.ResourceRecord;
import dev.hostwright.dns.tenant.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;

/** {@code /v1/zones/{zone}/records}: one record at a time, by its id. */
@Path("/v1/zones/{zone}/records")
@Tag(name = "records")
@Produces(MediaType.APPLICATION_JSON)
@APIResponse(
        responseCode = "400",
        description = "A value is malformed",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "401",
        description = "No token, or one that is no longer good",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "403",
        description = "The token may not do that",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "503",
        description = "Not now: come again after Retry-After",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
public class RecordResource {

    private final RecordRepository records;
    private final Caller caller;

    RecordResource(RecordRepository records, Caller caller) {
        this.records = records;
        this.caller = caller;
    }

    @GET
    @Operation(operationId = "listRecords", summary = "List the records of a zone by name")
    @APIResponse(responseCode = "200", description = "A page of the records")
    @APIResponse(
            responseCode = "404",
            description = "There is no such zone",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Page<ZoneRecord>> list(
            @RestPath UUID zone, @RestQuery Optional<Integer> pageSize, @RestQuery Optional<String> pageToken) {
        PageRequest page = PageRequest.of(pageSize, pageToken);
        String[] after = PageKey.read(page.after(), 3);
        return records.read(
                caller.scope(), zone, (sql, view) -> RecordRepository.list(sql, zone, after, page.size() + 1)
                        .map(rows -> Page.of(
                                rows.stream()
                                        .map(each -> ZoneRecord.of(each, zone, view.serial()))
                                        .toList(),
                                page,
                                each -> PageKey.of(each.name(), each.type(), each.id()))));
    }

    @POST
    @Operation(operationId = "createRecord", summary = "Add a record; a SOA takes the place of the one that is there")
    @APIResponse(
            responseCode = "201",
            description = "The record is new",
            content = @Content(schema = @Schema(implementation = ZoneRecord.class)))
    @APIResponse(
            responseCode = "404",
            description = "There is no such zone",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description = "The zone is suspended, or has what cannot be beside this",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "422",
            description = "The request cannot be carried out in any zone",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<ZoneRecord>> post(
            @RestPath UUID zone,
            @Parameter(description = Flag.VALIDATE_ONLY_MEANS) @RestQuery @DefaultValue("false") Flag validateOnly,
            RecordInput input,
            @Context HttpHeaders headers) {
        return put(zone, UUID.randomUUID(), validateOnly, input, Fence.from(headers), IfMatch.NONE)
                .map(RecordResource::created);
    }

    @PUT
    @Path("/{id}")
    @Operation(operationId = "putRecord", summary = "Make a record, or replace it, under an id of the caller's choice")
    @APIResponse(
            responseCode = "200",
            description = "The record was there, and is now as asked for",
            content = @Content(schema = @Schema(implementation = ZoneRecord.class)))
    @APIResponse(
            responseCode = "201",
            description = "The record is new",
            content = @Content(schema = @Schema(implementation = ZoneRecord.class)))
    @APIResponse(
            responseCode = "404",
            description = "There is no such zone, or the id is of a record in another",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description = "The zone is suspended, or has what cannot be beside this",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "422",
            description = "The request cannot be carried out in any zone",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @Parameter(
            name = HttpHeaders.IF_MATCH,
            in = ParameterIn.HEADER,
            description = "ETags, or *: what it has to be for the request to be carried out",
            schema = @Schema(type = SchemaType.STRING))
    @APIResponse(
            responseCode = "412",
            description = "The record is not what If-Match says",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<ZoneRecord>> put(
            @RestPath UUID zone,
            @RestPath UUID id,
            @Parameter(description = Flag.VALIDATE_ONLY_MEANS) @RestQuery @DefaultValue("false") Flag validateOnly,
            RecordInput input,
            @Context HttpHeaders headers) {
        return put(zone, id, validateOnly, input, Fence.from(headers), IfMatch.from(headers))
                .map(put -> put.isNew() ? created(put) : found(put.record()));
    }

    @GET
    @Path("/{id}")
    @Operation(operationId = "getRecord", summary = "Read a record")
    @APIResponse(
            responseCode = "200",
            description = "The record; its ETag is of it alone",
            content = @Content(schema = @Schema(implementation = ZoneRecord.class)))
    @APIResponse(
            responseCode = "404",
            description = "There is no such zone, or no such record in it",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<ZoneRecord>> get(@RestPath UUID zone, @RestPath UUID id) {
        return records.read(caller.scope(), zone, (sql, view) -> RecordRepository.find(sql, zone, id)
                .map(record -> found(ZoneRecord.of(record, zone, view.serial()))));
    }

    @DELETE
    @Path("/{id}")
    @Operation(operationId = "deleteRecord", summary = "Delete a record")
    @APIResponse(responseCode = "204", description = "There is no such record, or no longer")
    @APIResponse(
            responseCode = "409",
            description = "The zone is suspended, or has what cannot be beside this",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @Parameter(
            name = HttpHeaders.IF_MATCH,
            in = ParameterIn.HEADER,
            description = "ETags, or *: what it has to be for the request to be carried out",
            schema = @Schema(type = SchemaType.STRING))
    @APIResponse(
            responseCode = "412",
            description = "The record is not what If-Match says",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Void> delete(
            @RestPath UUID zone,
            @RestPath UUID id,
            @Parameter(description = Flag.VALIDATE_ONLY_MEANS) @RestQuery @DefaultValue("false") Flag validateOnly,
            @Context HttpHeaders headers) {
        IfMatch condition = IfMatch.from(headers);
        ZoneChange change = ZoneChange.ofRecord(List.of(), id, before -> {
            // one that is gone already is as it is asked to be
            before.find(id).ifPresent(record -> condition.check(Optional.of(ZoneRecord.tagOf(record))));
            return before.remove(id);
        });
        return records.change(caller, zone, Fence.from(headers), 0, validateOnly.isTrue(), found -> change)
                .replaceWithVoid();
    }

    private Uni<Put> put(UUID zone, UUID id, Flag validateOnly, RecordInput input, Fence fence, IfMatch condition) {
        return records.change(caller, zone, fence, 1, validateOnly.isTrue(), found -> {
                    RecordDraft draft = input.read(found.domain(), "");
                    return ZoneChange.ofRecord(List.of(draft.name()), id, before -> {
                        condition.check(before.find(id).map(ZoneRecord::tagOf));
                        return before.put(id, draft);
                    });
                })
                .map(change -> change.map(result -> Put.of(result, id))
                        .orElseThrow(() -> new Fault.NotFound("zone").toException()));
    }

    private static RestResponse<ZoneRecord> found(ZoneRecord record) {
        return RestResponse.ResponseBuilder.ok(record)
                .header(HttpHeaders.ETAG, record.tag())
                .build();
    }

    private static RestResponse<ZoneRecord> created(Put put) {
        ZoneRecord record = put.record();
        return RestResponse.ResponseBuilder.<ZoneRecord>created(
                        URI.create("/v1/zones/%s/records/%s".formatted(record.zoneId(), record.id())))
                .entity(record)
                .header(HttpHeaders.ETAG, record.tag())
                .build();
    }

    private record Put(ZoneRecord record, boolean isNew) {

        static Put of(ZoneChange.Result result, UUID id) {
            ResourceRecord record = result.after().find(id).orElseGet(() -> result.after()
                    .rrset(result.after().apex(), RRType.SOA)
                    .getFirst());
            return new Put(
                    ZoneRecord.of(record, result.zoneId(), result.serial()),
                    result.before().find(record.id()).isEmpty());
        }
    }
}
