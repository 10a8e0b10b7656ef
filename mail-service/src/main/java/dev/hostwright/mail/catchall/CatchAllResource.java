package dev.hostwright.mail.catchall;

import dev.hostwright.mail.MailConfig;
import dev.hostwright.mail.problem.Problem;
import dev.hostwright.mail.tenant.Caller;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;

/** {@code /v1/mail-domains/{domainId}/catch-all}. */
@Path("/v1/mail-domains/{domainId}/catch-all")
@Tag(name = "mail-domains", description = "Domains that receive mail here, with their mailboxes and forwarders.")
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
        description = "There is no such mail domain, or it has no catch-all",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "503",
        description = "Not now; Retry-After says when",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
public class CatchAllResource {

    private final CatchAllRepository repository;
    private final MailConfig config;
    private final Caller caller;

    CatchAllResource(CatchAllRepository repository, MailConfig config, Caller caller) {
        this.repository = repository;
        this.config = config;
        this.caller = caller;
    }

    @GET
    @Operation(summary = "Read where mail for unknown addresses goes", operationId = "getCatchAll")
    @APIResponse(responseCode = "200", description = "The catch-all")
    public Uni<CatchAll> get(@RestPath UUID domainId) {
        return repository.find(caller.scope(), domainId);
    }

    @PUT
    @Operation(
            summary = "Take mail for all addresses that nobody has",
            description = "One that is there and switched off is still refused.",
            operationId = "putCatchAll")
    @APIResponse(responseCode = "200", description = "The catch-all as it is now")
    @APIResponse(
            responseCode = "422",
            description = "A destination is unknown",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<CatchAll> put(@RestPath UUID domainId, CatchAll.Request request) {
        return repository
                .put(
                        caller.scope(),
                        domainId,
                        request.permitted(config.forwarding().maxDestinations()))
                .invoke(put -> Log.infof(
                        "event=catch-all-set domain=%s destinations=%d",
                        put.domain(), put.destinations().size()));
    }

    @DELETE
    @Operation(summary = "Refuse mail for addresses that nobody has", operationId = "deleteCatchAll")
    @APIResponse(responseCode = "204", description = "There is none")
    public Uni<Void> delete(@RestPath UUID domainId) {
        return repository
                .delete(caller.scope(), domainId)
                .invoke(gone -> {
                    if (gone) {
                        Log.infof("event=catch-all-deleted domain=%s", domainId);
                    }
                })
                .replaceWithVoid();
    }
}
