package dev.hostwright.dns.rrset;

import dev.hostwright.dns.Flag;
import dev.hostwright.dns.condition.IfMatch;
import dev.hostwright.dns.fence.Fence;
import dev.hostwright.dns.problem.Fault;
import dev.hostwright.dns.problem.Problem;
import dev.hostwright.dns.rdata.RecordDraft;
import dev.hostwright.dns.rdata.RecordInput;
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
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
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

/** {@code /v1/zones/{zone}/record-groups}: records that another part of the system keeps in a zone. */
@Path("/v1/zones/{zone}/record-groups/{name}")
@Tag(name = "record groups")
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
public class RecordGroupResource {

    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    private final RecordRepository records;
    private final Caller caller;

    RecordGroupResource(RecordRepository records, Caller caller) {
        this.records = records;
        this.caller = caller;
    }

    /** The records that a group is to have; what the user has of his own is left out. */
    @Schema(requiredProperties = "records")
    public record RecordGroupInput(List<RecordInput> records) {

        public RecordGroupInput {
            if (records.contains(null)) {
                throw new Fault.Malformed("/records", "required", "A record is an object.").toException();
            }
        }
    }

    @PUT
    @Operation(operationId = "putRecordGroup", summary = "Make a group's records exactly these, in one change")
    @APIResponse(
            responseCode = "200",
            description = "The group is as asked for",
            content = @Content(schema = @Schema(implementation = RecordGroup.class)))
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
            description = "The group is not what If-Match says",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<RecordGroup>> put(
            @RestPath UUID zone,
            @RestPath String name,
            @Parameter(description = Flag.VALIDATE_ONLY_MEANS) @RestQuery @DefaultValue("false") Flag validateOnly,
            RecordGroupInput input,
            @Context HttpHeaders headers) {
        String group = checked(name);
        IfMatch condition = IfMatch.from(headers);
        return records.change(
                        caller, zone, Fence.from(headers), input.records().size(), validateOnly.isTrue(), found -> {
                            List<RecordDraft> drafts = RecordInput.readAll(input.records(), found.domain(), "/records");
                            return ZoneChange.ofGroup(
                                    drafts.stream().map(RecordDraft::name).toList(), group, before -> {
                                        condition.check(Optional.of(RecordGroup.tagOf(before.group(group))));
                                        return before.putGroup(group, drafts);
                                    });
                        })
                .map(change -> change.map(result -> answer(RecordGroup.of(
                                group, zone, result.serial(), result.after().group(group))))
                        .orElseThrow(() -> new Fault.NotFound("zone").toException()));
    }

    @GET
    @Operation(operationId = "getRecordGroup", summary = "Read a group; one that was never put has no records")
    @APIResponse(
            responseCode = "200",
            description = "The group; its ETag is of its records alone",
            content = @Content(schema = @Schema(implementation = RecordGroup.class)))
    @APIResponse(
            responseCode = "404",
            description = "There is no such zone",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<RecordGroup>> get(@RestPath UUID zone, @RestPath String name) {
        String group = checked(name);
        return records.read(caller.scope(), zone, (sql, view) -> RecordRepository.group(sql, zone, group)
                .map(rows -> answer(RecordGroup.of(group, zone, view.serial(), rows))));
    }

    @DELETE
    @Operation(operationId = "deleteRecordGroup", summary = "Take a group's records out of the zone, and no others")
    @APIResponse(responseCode = "204", description = "There is no such group, or no longer")
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
            description = "The group is not what If-Match says",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Void> delete(
            @RestPath UUID zone,
            @RestPath String name,
            @Parameter(description = Flag.VALIDATE_ONLY_MEANS) @RestQuery @DefaultValue("false") Flag validateOnly,
            @Context HttpHeaders headers) {
        String group = checked(name);
        IfMatch condition = IfMatch.from(headers);
        ZoneChange change = ZoneChange.ofGroup(List.of(), group, before -> {
            condition.check(Optional.of(RecordGroup.tagOf(before.group(group))));
            return before.removeGroup(group);
        });
        return records.change(caller, zone, Fence.from(headers), 0, validateOnly.isTrue(), found -> change)
                .replaceWithVoid();
    }

    private static RestResponse<RecordGroup> answer(RecordGroup group) {
        return RestResponse.ResponseBuilder.ok(group)
                .header(HttpHeaders.ETAG, group.tag())
                .build();
    }

    private static String checked(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new Fault.Malformed("group", "A group's name has 1 to 63 lower-case letters, digits and hyphens.")
                    .toException();
        }
        return name;
    }
}
