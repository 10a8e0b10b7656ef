package dev.hostwright.mail.dkim;

import dev.hostwright.mail.problem.Problem;
import dev.hostwright.mail.tenant.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestResponse;

/** {@code /v1/mail-domains/{id}/dkim-keys}. */
@Path("/v1/mail-domains/{id}/dkim-keys")
@Tag(
        name = "dkim-keys",
        description = "The keys that a domain's outgoing mail is signed with; never their private half.")
@APIResponse(
        responseCode = "400",
        description = "A value is malformed",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "401",
        description = "No token, or one that is not valid",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "403",
        description = "The token may not do that",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "404",
        description = "There is no such mail domain",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "503",
        description = "Not now; Retry-After says when",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
public class DkimResource {

    private final DkimKeys keys;
    private final Caller caller;

    DkimResource(DkimKeys keys, Caller caller) {
        this.keys = keys;
        this.caller = caller;
    }

    @GET
    @Operation(summary = "List a mail domain's DKIM keys, the oldest first", operationId = "listDkimKeys")
    @APIResponse(responseCode = "200", description = "The keys")
    public Uni<DkimKey.Keys> list(@RestPath UUID id) {
        return keys.list(caller.scope(), id);
    }

    @POST
    @Operation(
            summary = "Begin a rotation: new keys beside those that sign",
            description = "They are pending: in the records to publish. Say so when they are in the zone"
                    + " (PUT …/publication), and some time after that they take the place of the old ones.",
            operationId = "rotateDkimKeys")
    @APIResponse(
            responseCode = "201",
            description = "All keys of the domain",
            content = @Content(schema = @Schema(implementation = DkimKey.Keys.class)))
    @APIResponse(
            responseCode = "409",
            description = "A rotation is under way",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "429",
            description = "Too much work of this tenant waits; Retry-After says when",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<DkimKey.Keys>> rotate(@RestPath UUID id) {
        return keys.rotate(caller.scope(), id)
                .map(all -> RestResponse.ResponseBuilder.create(RestResponse.Status.CREATED, all)
                        .build());
    }

    @PUT
    @Path("/publication")
    @Operation(
            summary = "Say that all keys are in the zone, as GET /v1/mail-domains/{id}/records has them",
            operationId = "publishDkimKeys")
    @APIResponse(responseCode = "200", description = "All keys of the domain")
    public Uni<DkimKey.Keys> publish(@RestPath UUID id) {
        return keys.publish(caller.scope(), id);
    }

    @PUT
    @Path("/activation")
    @Operation(
            summary = "Sign with the new keys at once, which are in the zone",
            description =
                    "For a private key that is no secret any more. Who has looked for the new key before it was there"
                            + " does not believe the first messages.",
            operationId = "activateDkimKeys")
    @APIResponse(responseCode = "200", description = "All keys of the domain")
    public Uni<DkimKey.Keys> activate(@RestPath UUID id) {
        return keys.activate(caller.scope(), id);
    }

    @DELETE
    @Path("/{selector}")
    @Operation(summary = "Forget a key that does not sign", operationId = "deleteDkimKey")
    @APIResponse(responseCode = "204", description = "There is no such key, or no longer")
    @APIResponse(
            responseCode = "409",
            description = "Mail is signed with it",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Void> delete(@RestPath UUID id, @RestPath String selector) {
        return keys.delete(caller.scope(), id, selector);
    }
}
