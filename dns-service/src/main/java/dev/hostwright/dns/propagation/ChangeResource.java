package dev.hostwright.dns.propagation;

import dev.hostwright.dns.problem.Problem;
import dev.hostwright.dns.tenant.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;

/** {@code /v1/changes}: how far changes of zones are. */
@Path("/v1/changes")
@Tag(name = "changes")
@Produces(MediaType.APPLICATION_JSON)
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
public class ChangeResource {

    private final OutboxRepository outbox;
    private final Caller caller;

    ChangeResource(OutboxRepository outbox, Caller caller) {
        this.outbox = outbox;
        this.caller = caller;
    }

    @GET
    @Path("/{id}")
    @Operation(
            operationId = "getChange",
            summary = "Whether the name servers answer a change, by the Change-Id of its answer")
    @APIResponse(responseCode = "200", description = "How far the change is")
    @APIResponse(
            responseCode = "404",
            description = "There is no such change",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Change> get(@RestPath String id) {
        Change.Id change = Change.Id.fromString(id);
        return outbox.find(caller.scope(), change.zone(), change.serial());
    }
}
