package dev.hostwright.dns.signing;

import dev.hostwright.dns.Flag;
import dev.hostwright.dns.condition.IfMatch;
import dev.hostwright.dns.dnssec.ParentRecords;
import dev.hostwright.dns.fence.Fence;
import dev.hostwright.dns.problem.Problem;
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

/**
 * {@code /v1/zones/{zone}/dnssec} and {@code /v1/zones/{zone}/ds}: whether a zone is signed, and what follows from it.
 */
@Path("/v1/zones/{zone}")
@Tag(name = "DNSSEC")
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
        responseCode = "503",
        description = "Not now: come again after Retry-After",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
public class SigningResource {

    private final KeyRepository keys;
    private final Caller caller;

    SigningResource(KeyRepository keys, Caller caller) {
        this.keys = keys;
        this.caller = caller;
    }

    @GET
    @Path("/ds")
    @Operation(operationId = "getZoneDs", summary = "Read the DS records that the parent of a signed zone needs")
    @APIResponse(
            responseCode = "200",
            description = "The records, and the key that they are of",
            content = @Content(schema = @Schema(implementation = ParentRecords.class)))
    @APIResponse(
            responseCode = "409",
            description = "The zone is not signed here",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<ParentRecords> ds(@RestPath UUID zone) {
        return keys.parentRecords(caller.scope(), zone);
    }

    @PUT
    @Path("/dnssec")
    @Operation(operationId = "signZone", summary = "Sign a zone, with a new key when it has none")
    @APIResponse(responseCode = "204", description = "The zone is signed")
    @APIResponse(
            responseCode = "409",
            description = "A newer owner was here, the zone is suspended, or it is a SLAVE zone",
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
    public Uni<Void> sign(
            @RestPath UUID zone,
            @Parameter(description = Flag.VALIDATE_ONLY_MEANS) @RestQuery @DefaultValue("false") Flag validateOnly,
            @Context HttpHeaders headers) {
        return keys.sign(caller, zone, validateOnly.isTrue(), Fence.from(headers), IfMatch.from(headers));
    }

    @DELETE
    @Path("/dnssec")
    @Operation(
            operationId = "unsignZone",
            summary = "Sign a zone no longer, and forget its key",
            description =
                    "While the parent has a DS record of that key, or resolvers still keep one, validating resolvers"
                            + " do not resolve the zone: take the DS out first, and wait for its TTL.")
    @APIResponse(responseCode = "204", description = "The zone is not signed")
    @APIResponse(
            responseCode = "409",
            description = "A newer owner was here, the zone is suspended, or it is a SLAVE zone",
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
    public Uni<Void> unsign(
            @RestPath UUID zone,
            @Parameter(description = Flag.VALIDATE_ONLY_MEANS) @RestQuery @DefaultValue("false") Flag validateOnly,
            @Context HttpHeaders headers) {
        return keys.unsign(caller, zone, validateOnly.isTrue(), Fence.from(headers), IfMatch.from(headers));
    }
}
