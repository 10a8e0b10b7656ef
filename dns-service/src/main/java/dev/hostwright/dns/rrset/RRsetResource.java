package dev.hostwright.dns.rrset;

import dev.hostwright.dns.DnsName;
import dev.hostwright.dns.Flag;
import dev.hostwright.dns.condition.IfMatch;
import dev.hostwright.dns.fence.Fence;
import dev.hostwright.dns.page.Page;
import dev.hostwright.dns.page.PageRequest;
import dev.hostwright.dns.problem.Fault;
import dev.hostwright.dns.problem.Problem;
import dev.hostwright.dns.rdata.RRType;
import dev.hostwright.dns.rdata.RecordInput;
import dev.hostwright.dns.rdata.ResourceRecord;
import dev.hostwright.dns.tenant.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

/** {@code /v1/zones/{zone}/rrsets}: all records of one owner and type at a time. */
@Path("/v1/zones/{zone}/rrsets")
@Tag(name = "rrsets")
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
public class RRsetResource {

    private final RecordRepository records;
    private final Caller caller;

    RRsetResource(RecordRepository records, Caller caller) {
        this.records = records;
        this.caller = caller;
    }

    /**
     * What an RRset is to be.
     *
     * @param ttl seconds; when absent it stays what it is
     */
    @Schema(requiredProperties = "records")
    public record RRsetInput(
            @Schema(minimum = "0", maximum = "2147483647", examples = "3600")
            Optional<Long> ttl,

            List<RecordInput.Data> records) {

        public RRsetInput {
            if (records.isEmpty() || records.contains(null)) {
                throw new Fault.Malformed(
                                "/records", "required", "There is at least one record; to have none, DELETE the RRset.")
                        .toException();
            }
        }

        private RRsetDrafts read(DnsName zone, DnsName owner, RRType type) {
            return new RRsetDrafts(
                    owner, type, RecordInput.seconds(ttl, ""), RecordInput.rrset(zone, owner, type, ttl, records, ""));
        }
    }

    @GET
    @Operation(operationId = "listRRsets", summary = "List the RRsets of a zone by owner")
    @APIResponse(responseCode = "200", description = "A page of the RRsets")
    @APIResponse(
            responseCode = "404",
            description = "There is no such zone",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Page<RRset>> list(
            @RestPath UUID zone, @RestQuery Optional<Integer> pageSize, @RestQuery Optional<String> pageToken) {
        PageRequest page = PageRequest.of(pageSize, pageToken);
        String[] after = PageKey.read(page.after(), 2);
        return records.read(
                caller.scope(), zone, (sql, view) -> RecordRepository.listRRsets(sql, zone, after, page.size() + 1)
                        .map(rows -> page(rows, view.serial(), page)));
    }

    @PUT
    @Path("/{owner}/{type}")
    @Operation(operationId = "putRRset", summary = "Make an RRset exactly this; a record that stays keeps its id")
    @APIResponse(
            responseCode = "200",
            description = "The RRset was there, and is now as asked for",
            content = @Content(schema = @Schema(implementation = RRset.class)))
    @APIResponse(
            responseCode = "201",
            description = "The RRset is new",
            content = @Content(schema = @Schema(implementation = RRset.class)))
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
    @Parameter(
            name = HttpHeaders.IF_MATCH,
            in = ParameterIn.HEADER,
            description = "ETags, or *: what it has to be for the request to be carried out",
            schema = @Schema(type = SchemaType.STRING))
    @APIResponse(
            responseCode = "412",
            description = "The RRset is not what If-Match says",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<RRset>> put(
            @RestPath UUID zone,
            @RestPath String owner,
            @RestPath RRType type,
            @Parameter(description = Flag.VALIDATE_ONLY_MEANS) @RestQuery @DefaultValue("false") Flag validateOnly,
            RRsetInput input,
            @Context HttpHeaders headers) {
        IfMatch condition = IfMatch.from(headers);
        return records.change(
                        caller, zone, Fence.from(headers), input.records().size(), validateOnly.isTrue(), found -> {
                            DnsName name = DnsName.owner(owner, found.domain());
                            RRsetDrafts drafts = input.read(found.domain(), name, type);
                            return ZoneChange.of(List.of(name), before -> {
                                condition.check(RRset.tagOf(before.rrset(name, type)));
                                return before.replace(List.of(drafts));
                            });
                        })
                .map(change -> change.map(result -> answer(result, owner, type))
                        .orElseThrow(() -> new Fault.NotFound("zone").toException()));
    }

    @GET
    @Path("/{owner}/{type}")
    @Operation(operationId = "getRRset", summary = "Read an RRset")
    @APIResponse(
            responseCode = "200",
            description = "The RRset; its ETag is of it alone, so no change elsewhere in the zone makes another",
            content = @Content(schema = @Schema(implementation = RRset.class)))
    @APIResponse(
            responseCode = "404",
            description = "There is no such zone, or no such RRset in it",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<RRset>> get(@RestPath UUID zone, @RestPath String owner, @RestPath RRType type) {
        return records.read(caller.scope(), zone, (sql, view) -> RecordRepository.rrset(
                        sql, zone, DnsName.owner(owner, view.domain()), type)
                .map(rows -> {
                    if (rows.isEmpty()) {
                        throw new Fault.NotFound("RRset").toException();
                    }
                    RRset rrset = RRset.of(rows, view.serial());
                    return RestResponse.ResponseBuilder.ok(rrset)
                            .header(HttpHeaders.ETAG, rrset.tag())
                            .build();
                }));
    }

    @DELETE
    @Path("/{owner}/{type}")
    @Operation(operationId = "deleteRRset", summary = "Delete an RRset")
    @APIResponse(responseCode = "204", description = "There is no such RRset, or no longer")
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
            description = "The RRset is not what If-Match says",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Void> delete(
            @RestPath UUID zone,
            @RestPath String owner,
            @RestPath RRType type,
            @Parameter(description = Flag.VALIDATE_ONLY_MEANS) @RestQuery @DefaultValue("false") Flag validateOnly,
            @Context HttpHeaders headers) {
        IfMatch condition = IfMatch.from(headers);
        return records.change(caller, zone, Fence.from(headers), 0, validateOnly.isTrue(), found -> {
                    DnsName name = DnsName.owner(owner, found.domain());
                    return ZoneChange.of(List.of(name), before -> {
                        // one that is gone already is as it is asked to be
                        RRset.tagOf(before.rrset(name, type)).ifPresent(tag -> condition.check(Optional.of(tag)));
                        return before.removeRRset(name, type);
                    });
                })
                .replaceWithVoid();
    }

    private static RestResponse<RRset> answer(ZoneChange.Result result, String owner, RRType type) {
        DnsName name = DnsName.owner(owner, result.after().apex());
        RRset rrset = RRset.of(result.after().rrset(name, type), result.serial());
        if (!result.before().rrset(name, type).isEmpty()) {
            return RestResponse.ResponseBuilder.ok(rrset)
                    .header(HttpHeaders.ETAG, rrset.tag())
                    .build();
        }
        return RestResponse.ResponseBuilder.<RRset>created(
                        URI.create("/v1/zones/%s/rrsets/%s./%s".formatted(result.zoneId(), name, type)))
                .entity(rrset)
                .header(HttpHeaders.ETAG, rrset.tag())
                .build();
    }

    /** Where the rows were cut, the last RRset may not be whole: it is the first of the next page. */
    private static Page<RRset> page(List<ResourceRecord> rows, long serial, PageRequest asked) {
        List<RRset> sets = rrsets(rows, serial);
        int whole = rows.size() < RecordRepository.MAX_PAGE_ROWS ? sets.size() : sets.size() - 1;
        PageRequest page = whole < sets.size() ? new PageRequest(Math.min(asked.size(), whole), asked.after()) : asked;
        return Page.of(sets, page, each -> PageKey.of(each.name(), each.type()));
    }

    private static List<RRset> rrsets(List<ResourceRecord> rows, long serial) {
        Map<String, List<ResourceRecord>> sets = new LinkedHashMap<>();
        for (ResourceRecord row : rows) {
            sets.computeIfAbsent(PageKey.of(row.name(), row.type()), key -> new ArrayList<>())
                    .add(row);
        }
        return sets.values().stream().map(set -> RRset.of(set, serial)).toList();
    }
}
