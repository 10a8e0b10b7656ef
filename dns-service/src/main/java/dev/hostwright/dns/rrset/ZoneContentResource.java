package dev.hostwright.dns.rrset;

import dev.hostwright.dns.DnsName;
import dev.hostwright.dns.Flag;
import dev.hostwright.dns.condition.IfMatch;
import dev.hostwright.dns.fence.Fence;
import dev.hostwright.dns.problem.Fault;
import dev.hostwright.dns.problem.Problem;
import dev.hostwright.dns.rdata.RRType;
import dev.hostwright.dns.rdata.RecordInput;
import dev.hostwright.dns.tenant.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;

/** {@code /v1/zones/{id}}: what is in a zone, changed as a whole. */
@Path("/v1/zones")
@Tag(name = "zones")
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
        responseCode = "404",
        description = "There is no such zone",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "409",
        description = "The zone is suspended, or has what cannot be beside this",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "412",
        description = "The zone is no longer what If-Match says",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "503",
        description = "Not now: come again after Retry-After",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
public class ZoneContentResource {

    private final RecordRepository records;
    private final Caller caller;

    ZoneContentResource(RecordRepository records, Caller caller) {
        this.records = records;
        this.caller = caller;
    }

    /** RRsets that are to be what is said here; all others stay as they are. */
    @Schema(requiredProperties = "rrsets")
    public record ZonePatch(List<RRsetPatch> rrsets) {

        public ZonePatch {
            if (rrsets.contains(null)) {
                throw new Fault.Malformed("/rrsets", "required", "An RRset is an object.").toException();
            }
        }

        private int size() {
            return Math.max(
                    rrsets.size(),
                    rrsets.stream().mapToInt(each -> each.records.size()).sum());
        }

        private List<RRsetDrafts> read(DnsName zone) {
            List<RRsetDrafts> all = new ArrayList<>();
            Set<Object> named = new HashSet<>();
            for (int i = 0; i < rrsets.size(); i++) {
                RRsetDrafts one = rrsets.get(i).read(zone, "/rrsets/" + i);
                if (!named.add(List.of(one.name(), one.type()))) {
                    throw new Fault.Invalid("/rrsets/" + i, "duplicate", "An RRset is changed once in a request.")
                            .toException();
                }
                all.add(one);
            }
            return all;
        }
    }

    /**
     * What one RRset is to be.
     *
     * @param name relative to the zone, {@code @} for its apex, or absolute
     * @param ttl seconds; when absent it stays what it is
     * @param records when there are none, the RRset is deleted
     */
    @Schema(requiredProperties = {"name", "type", "records"})
    public record RRsetPatch(
            @Schema(examples = "www") String name,
            RRType type,

            @Schema(minimum = "0", maximum = "2147483647", examples = "3600")
            Optional<Long> ttl,

            List<RecordInput.Data> records) {

        public RRsetPatch {
            if (records.contains(null)) {
                throw new Fault.Malformed("/records", "required", "A record is an object.").toException();
            }
        }

        private RRsetDrafts read(DnsName zone, String pointer) {
            DnsName owner = RecordInput.owner(name, zone, pointer);
            return new RRsetDrafts(
                    owner,
                    type,
                    RecordInput.seconds(ttl, pointer),
                    RecordInput.rrset(zone, owner, type, ttl, records, pointer));
        }
    }

    @PATCH
    @Path("/{id}")
    @Operation(
            operationId = "patchZone",
            summary = "Make some RRsets exactly these, in one change with one serial; one without records is deleted")
    @APIResponse(
            responseCode = "200",
            description = "The RRsets are as asked for, or with validateOnly would be",
            content = @Content(schema = @Schema(implementation = ZoneDifference.class)))
    @APIResponse(
            responseCode = "422",
            description = "The request cannot be carried out in any zone",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @Parameter(
            name = HttpHeaders.IF_MATCH,
            in = ParameterIn.HEADER,
            description = "ETags of the zone, or *: what it has to be for the request to be carried out",
            schema = @Schema(type = SchemaType.STRING))
    public Uni<RestResponse<ZoneDifference>> patch(
            @RestPath UUID id,
            @Parameter(description = "Only say what would change, and what is doubtful about it; nothing is stored")
                    @RestQuery
                    @DefaultValue("false")
                    Flag validateOnly,
            ZonePatch input,
            @Context HttpHeaders headers) {
        IfMatch condition = IfMatch.from(headers);
        return records.change(caller, id, Fence.from(headers), input.size(), validateOnly.isTrue(), zone -> {
                    condition.check(Optional.of(zone.tag()));
                    List<RRsetDrafts> all = input.read(zone.domain());
                    return ZoneChange.of(all.stream().map(RRsetDrafts::name).toList(), before -> before.replace(all));
                })
                .map(change -> change.map(ZoneContentResource::answer)
                        .orElseThrow(() -> new Fault.NotFound("zone").toException()));
    }

    @PUT
    @Path("/{id}/file")
    @Consumes("text/dns")
    @Operation(
            operationId = "putZoneFile",
            summary = "Make a zone what a master file (RFC 1035) says, in one change with one serial",
            description = "The serial in the file is not taken over. $INCLUDE is refused, and $GENERATE makes as many"
                    + " records as a zone may have at most. Every error has its line and column as"
                    + " /line/3/column/7; of very many the first ones are shown.")
    @RequestBody(
            required = true,
            content = @Content(mediaType = "text/dns", schema = @Schema(type = SchemaType.STRING)))
    @APIResponse(
            responseCode = "200",
            description = "The zone is what the file says, or with validateOnly would be",
            content = @Content(schema = @Schema(implementation = ZoneDifference.class)))
    @Parameter(
            name = HttpHeaders.IF_MATCH,
            in = ParameterIn.HEADER,
            description = "ETags of the zone, or *: what it has to be for the request to be carried out",
            schema = @Schema(type = SchemaType.STRING))
    public Uni<RestResponse<ZoneDifference>> putFile(
            @RestPath UUID id,
            @Parameter(description = "Only say what would change, and what is doubtful about it; nothing is stored")
                    @RestQuery
                    @DefaultValue("false")
                    Flag validateOnly,
            @Parameter(description = "Also when more than 30 % of the records of a zone of 10 or more would be deleted")
                    @RestQuery
                    @DefaultValue("false")
                    Flag allowDeletions,
            String file,
            @Context HttpHeaders headers) {
        boolean anyLoss = allowDeletions.isTrue() || validateOnly.isTrue();
        return records.replace(
                        caller, id, Fence.from(headers), IfMatch.from(headers), file, anyLoss, validateOnly.isTrue())
                .map(change -> change.map(ZoneContentResource::answer)
                        .orElseThrow(() -> new Fault.NotFound("zone").toException()));
    }

    private static RestResponse<ZoneDifference> answer(ZoneChange.Result result) {
        RestResponse.ResponseBuilder<ZoneDifference> response =
                RestResponse.ResponseBuilder.ok(ZoneDifference.of(result));
        result.tag().ifPresent(tag -> response.header(HttpHeaders.ETAG, tag));
        return response.build();
    }
}
