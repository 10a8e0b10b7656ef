package dev.hostwright.mail.apppassword;

import dev.hostwright.mail.fence.Fence;
import dev.hostwright.mail.problem.Problem;
import dev.hostwright.mail.tenant.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestResponse;

/** {@code /v1/mailboxes/{mailboxId}/app-passwords}. */
@Path(AppPasswordResource.PATH)
@Tag(name = "app-passwords", description = "Passwords of a mailbox for one program each.")
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
        description = "There is no such mailbox",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "503",
        description = "Not now; Retry-After says when",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
public class AppPasswordResource {

    static final String PATH = "/v1/mailboxes/{mailboxId}/app-passwords";

    private final AppPasswords appPasswords;
    private final AppPasswordRepository repository;
    private final Caller caller;

    AppPasswordResource(AppPasswords appPasswords, AppPasswordRepository repository, Caller caller) {
        this.appPasswords = appPasswords;
        this.repository = repository;
        this.caller = caller;
    }

    @GET
    @Operation(summary = "List the app passwords of a mailbox, the oldest first", operationId = "listAppPasswords")
    @APIResponse(responseCode = "200", description = "All of them, the passwords themselves left out")
    public Uni<AppPassword.All> list(@RestPath UUID mailboxId) {
        return repository.list(caller.scope(), mailboxId).map(AppPassword.All::new);
    }

    @POST
    @Operation(summary = "Make an app password", operationId = "createAppPassword")
    @APIResponse(
            responseCode = "201",
            description = "It is made; the only answer with the password",
            content = @Content(schema = @Schema(implementation = AppPassword.class)))
    @APIResponse(
            responseCode = "409",
            description = "The mailbox has as many as it may",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<AppPassword>> create(
            @RestPath UUID mailboxId, NewAppPassword request, @Context HttpHeaders headers) {
        return put(mailboxId, UUID.randomUUID(), request, headers);
    }

    @PUT
    @Path("/{id}")
    @Operation(summary = "Make an app password with an id of the caller's choice", operationId = "putAppPassword")
    @APIResponse(
            responseCode = "200",
            description = "The same is there already; its password is not shown again",
            content = @Content(schema = @Schema(implementation = AppPassword.class)))
    @APIResponse(
            responseCode = "201",
            description = "It is made; the only answer with the password",
            content = @Content(schema = @Schema(implementation = AppPassword.class)))
    @APIResponse(
            responseCode = "409",
            description = "The id is taken or was deleted, or the mailbox has as many as it may",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<AppPassword>> put(
            @RestPath UUID mailboxId, @RestPath UUID id, NewAppPassword request, @Context HttpHeaders headers) {
        return appPasswords
                .put(caller.scope(), mailboxId, id, request, Fence.from(headers))
                .map(put -> put.toResponse(PATH.replace("{mailboxId}", mailboxId.toString()), id));
    }

    @DELETE
    @Path("/{id}")
    @Operation(
            summary = "Revoke an app password",
            description = "What is open for the mailbox ends, whatever password it was opened with.",
            operationId = "deleteAppPassword")
    @APIResponse(responseCode = "204", description = "It opens nothing any more, or was not there")
    @APIResponse(
            responseCode = "409",
            description = "A newer owner of the operation was here",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Void> delete(@RestPath UUID mailboxId, @RestPath UUID id, @Context HttpHeaders headers) {
        return appPasswords.delete(caller.scope(), mailboxId, id, Fence.from(headers));
    }
}
