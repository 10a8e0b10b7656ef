package dev.hostwright.mail.dkim;

import dev.hostwright.mail.problem.Problem;
import dev.hostwright.mail.tenant.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;

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
        return keys.find(caller.scope(), id).map(found -> new DkimKey.Keys(found.keys()));
    }
}
