package dev.hostwright.dns.zone;

import dev.hostwright.dns.DnsConfig;
import dev.hostwright.dns.Flag;
import dev.hostwright.dns.HeavyWork;
import dev.hostwright.dns.condition.IfMatch;
import dev.hostwright.dns.dnssec.SigningKey;
import dev.hostwright.dns.dnssec.SigningKeys;
import dev.hostwright.dns.fence.Fence;
import dev.hostwright.dns.page.Page;
import dev.hostwright.dns.page.PageRequest;
import dev.hostwright.dns.problem.Fault;
import dev.hostwright.dns.problem.Problem;
import dev.hostwright.dns.propagation.WrittenChange;
import dev.hostwright.dns.rdata.RecordDraft;
import dev.hostwright.dns.rdata.RecordInput;
import dev.hostwright.dns.rdata.ResourceRecord;
import dev.hostwright.dns.tenant.Caller;
import dev.hostwright.dns.tenant.Scope;
import dev.hostwright.dns.zone.ZoneRepository.NewZone;
import io.quarkus.logging.Log;
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
import java.time.Clock;
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

/** {@code /v1/zones}. */
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
        responseCode = "503",
        description = "Not now: come again after Retry-After",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
public class ZoneResource {

    private final ZoneRepository zones;
    private final DefaultRecords defaults;
    private final SigningKeys keys;
    private final DnsConfig config;
    private final Clock clock;
    private final Caller caller;
    private final HeavyWork heavy;
    private final WrittenChange written;

    ZoneResource(
            ZoneRepository zones,
            DefaultRecords defaults,
            SigningKeys keys,
            DnsConfig config,
            Clock clock,
            Caller caller,
            HeavyWork heavy,
            WrittenChange written) {
        this.zones = zones;
        this.defaults = defaults;
        this.keys = keys;
        this.config = config;
        this.clock = clock;
        this.caller = caller;
        this.heavy = heavy;
        this.written = written;
    }

    @GET
    @Operation(operationId = "listZones", summary = "List zones by domain")
    @APIResponse(responseCode = "200", description = "A page of the zones")
    public Uni<Page<Zone>> list(@RestQuery Optional<Integer> pageSize, @RestQuery Optional<String> pageToken) {
        PageRequest page = PageRequest.of(pageSize, pageToken);
        return zones.list(caller.scope(), page)
                .map(rows -> Page.of(rows, page, zone -> zone.domain().value()));
    }

    @POST
    @Operation(operationId = "createZone", summary = "Make a zone, with an id of the service's choice")
    @APIResponse(
            responseCode = "201",
            description = "The zone is new",
            content = @Content(schema = @Schema(implementation = Zone.class)))
    @APIResponse(
            responseCode = "409",
            description = "The domain is taken",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "422",
            description = "The records contradict each other",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<Zone>> post(
            @Parameter(description = Flag.VALIDATE_ONLY_MEANS) @RestQuery @DefaultValue("false") Flag validateOnly,
            ZoneInput input,
            @Context HttpHeaders headers) {
        return putZone(UUID.randomUUID(), validateOnly.isTrue(), input, Fence.from(headers), IfMatch.NONE);
    }

    @PUT
    @Path("/{id}")
    @Operation(operationId = "putZone", summary = "Make a zone, with an id of the caller's choice")
    @APIResponse(
            responseCode = "200",
            description = "The same zone was there already",
            content = @Content(schema = @Schema(implementation = Zone.class)))
    @APIResponse(
            responseCode = "201",
            description = "The zone is new",
            content = @Content(schema = @Schema(implementation = Zone.class)))
    @APIResponse(
            responseCode = "404",
            description = "The id is another tenant's",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description = "The id or the domain is taken, the id was deleted, or a newer owner was here",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "422",
            description = "The records contradict each other",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @Parameter(
            name = HttpHeaders.IF_MATCH,
            in = ParameterIn.HEADER,
            description = "ETags, or *: what it has to be for the request to be carried out",
            schema = @Schema(type = SchemaType.STRING))
    @APIResponse(
            responseCode = "412",
            description = "The zone is not what If-Match says",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<Zone>> put(
            @RestPath UUID id,
            @Parameter(description = Flag.VALIDATE_ONLY_MEANS) @RestQuery @DefaultValue("false") Flag validateOnly,
            ZoneInput input,
            @Context HttpHeaders headers) {
        return putZone(id, validateOnly.isTrue(), input, Fence.from(headers), IfMatch.from(headers));
    }

    @GET
    @Path("/{id}")
    @Operation(operationId = "getZone", summary = "Read a zone")
    @APIResponse(
            responseCode = "200",
            description = "The zone; its ETag changes with each change of its records too",
            content = @Content(schema = @Schema(implementation = Zone.class)))
    @APIResponse(
            responseCode = "404",
            description = "There is no such zone",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<Zone>> get(@RestPath UUID id) {
        return zones.find(caller.scope(), id).map(ZoneResource::found);
    }

    @DELETE
    @Path("/{id}")
    @Operation(operationId = "deleteZone", summary = "Delete a zone with all its records")
    @APIResponse(responseCode = "204", description = "There is no such zone, or no longer")
    @APIResponse(
            responseCode = "409",
            description = "A newer owner was here, or the zone is not what the operation made",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @Parameter(
            name = HttpHeaders.IF_MATCH,
            in = ParameterIn.HEADER,
            description = "ETags, or *: what it has to be for the request to be carried out",
            schema = @Schema(type = SchemaType.STRING))
    @APIResponse(
            responseCode = "412",
            description = "The zone is not what If-Match says",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Void> delete(
            @RestPath UUID id,
            @Parameter(description = Flag.VALIDATE_ONLY_MEANS) @RestQuery @DefaultValue("false") Flag validateOnly,
            @Context HttpHeaders headers) {
        boolean preview = validateOnly.isTrue();
        return zones.delete(caller.scope(), id, preview, Fence.from(headers), IfMatch.from(headers))
                .invoke(zone -> zone.filter(found -> !preview).ifPresent(this::deleted))
                .replaceWithVoid();
    }

    private void deleted(Zone zone) {
        Log.infof("event=zone-deleted tenant=%d zone=%s domain=%s", zone.tenantId(), zone.id(), zone.domain());
        written.is(zone.id(), zone.serial());
    }

    @PUT
    @Path("/{id}/suspension")
    @Operation(operationId = "suspendZone", summary = "Refuse changes by the tenant")
    @APIResponse(responseCode = "204", description = "The zone is suspended")
    @APIResponse(
            responseCode = "404",
            description = "There is no such zone",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description = "A newer owner was here",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @Parameter(
            name = HttpHeaders.IF_MATCH,
            in = ParameterIn.HEADER,
            description = "ETags, or *: what it has to be for the request to be carried out",
            schema = @Schema(type = SchemaType.STRING))
    @APIResponse(
            responseCode = "412",
            description = "The zone is not what If-Match says",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Void> suspend(
            @RestPath UUID id,
            @Parameter(description = Flag.VALIDATE_ONLY_MEANS) @RestQuery @DefaultValue("false") Flag validateOnly,
            @Context HttpHeaders headers) {
        return suspend(id, true, validateOnly.isTrue(), headers);
    }

    @DELETE
    @Path("/{id}/suspension")
    @Operation(operationId = "resumeZone", summary = "Take changes by the tenant again")
    @APIResponse(responseCode = "204", description = "The zone is not suspended")
    @APIResponse(
            responseCode = "404",
            description = "There is no such zone",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description = "A newer owner was here",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @Parameter(
            name = HttpHeaders.IF_MATCH,
            in = ParameterIn.HEADER,
            description = "ETags, or *: what it has to be for the request to be carried out",
            schema = @Schema(type = SchemaType.STRING))
    @APIResponse(
            responseCode = "412",
            description = "The zone is not what If-Match says",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Void> resume(
            @RestPath UUID id,
            @Parameter(description = Flag.VALIDATE_ONLY_MEANS) @RestQuery @DefaultValue("false") Flag validateOnly,
            @Context HttpHeaders headers) {
        return suspend(id, false, validateOnly.isTrue(), headers);
    }

    @GET
    @Path("/{id}/file")
    @Produces("text/dns")
    @Operation(operationId = "getZoneFile", summary = "Read a zone as a master file (RFC 1035)")
    @APIResponse(responseCode = "200", description = "The file", content = @Content(mediaType = "text/dns"))
    @APIResponse(
            responseCode = "404",
            description = "There is no such zone",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<String> file(@RestPath UUID id) {
        return zones.file(caller.scope(), id);
    }

    private Uni<Void> suspend(UUID id, boolean suspended, boolean preview, HttpHeaders headers) {
        return zones.suspend(caller.scope(), id, suspended, preview, Fence.from(headers), IfMatch.from(headers))
                .invoke(zone -> {
                    if (!preview) {
                        Log.infof(
                                "event=zone-%s tenant=%d zone=%s",
                                suspended ? "suspended" : "resumed", zone.tenantId(), id);
                    }
                })
                .replaceWithVoid();
    }

    private Uni<RestResponse<Zone>> putZone(UUID id, boolean preview, ZoneInput input, Fence fence, IfMatch condition) {
        long tenant = caller.owner(input.tenantId());
        ZoneName name = ZoneName.of(input.domain(), config.reservedTlds());
        if (!caller.isOperator()) {
            name.checkTenantMayHave();
        }
        Scope scope = caller.scope();
        int size = input.recordsOrNone().size();
        RecordInput.checkCount(size, config.maxRequestRecords());
        return heavy.run(size, () -> read(id, tenant, name, input, fence))
                .chain(asked -> put(scope, asked, preview, condition));
    }

    /** A condition is of a zone that is there, so under one none is made. */
    private Uni<RestResponse<Zone>> put(Scope scope, NewZone asked, boolean preview, IfMatch condition) {
        Uni<Optional<Zone>> made =
                condition.isThere() ? Uni.createFrom().item(Optional.empty()) : zones.create(scope, asked, preview);
        return made.invoke(zone -> zone.filter(created -> !preview).ifPresent(ZoneResource::logCreated))
                .chain(zone -> zone.map(created -> Uni.createFrom().item(created(created)))
                        .orElseGet(() ->
                                zones.match(scope, asked, preview, condition).map(ZoneResource::found)))
                .invoke(answer -> {
                    if (!preview) {
                        written.is(answer.getEntity().id(), answer.getEntity().serial());
                    }
                });
    }

    private static RestResponse<Zone> found(Zone zone) {
        return RestResponse.ResponseBuilder.ok(zone)
                .header(HttpHeaders.ETAG, zone.tag())
                .build();
    }

    private NewZone read(UUID id, long tenant, ZoneName name, ZoneInput input, Fence fence) {
        ZoneType type = input.typeOrDefault();
        Optional<String> masters = input.masters();
        List<RecordDraft> asked = RecordInput.readAll(input.recordsOrNone(), name.domain(), "/records");
        Serial serial = type == ZoneType.SLAVE ? new Serial(0) : Serial.first(clock);
        List<ResourceRecord> records = type == ZoneType.SLAVE ? List.of() : defaults.of(name, serial, asked);
        if (records.size() > config.maxZoneRecords()) {
            throw new Fault.Conflict(
                            "/records",
                            "zone_full",
                            "A zone has %d records at most.".formatted(config.maxZoneRecords()))
                    .toException();
        }
        boolean signed = type != ZoneType.SLAVE && input.dnssec().orElse(config.dnssec());
        Optional<SigningKey> key = signed ? Optional.of(keys.next()) : Optional.empty();
        return new NewZone(id, tenant, name, type, masters, serial, key, input.dnssec(), records, asked, fence);
    }

    private static void logCreated(Zone zone) {
        Log.infof(
                "event=zone-created tenant=%d zone=%s domain=%s serial=%d",
                zone.tenantId(), zone.id(), zone.domain(), zone.serial());
    }

    private static RestResponse<Zone> created(Zone zone) {
        return RestResponse.ResponseBuilder.<Zone>created(URI.create("/v1/zones/" + zone.id()))
                .entity(zone)
                .header(HttpHeaders.ETAG, zone.tag())
                .build();
    }
}
