package dev.hostwright.mail.alias;

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

/** {@code /v1/mail-domains/{domainId}/alias}. */
@Path("/v1/mail-domains/{domainId}/alias")
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
        description = "There is no such mail domain, or it is no alias",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "503",
        description = "Not now; Retry-After says when",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
public class AliasResource {

    private final AliasRepository repository;
    private final Caller caller;

    AliasResource(AliasRepository repository, Caller caller) {
        this.repository = repository;
        this.caller = caller;
    }

    @GET
    @Operation(summary = "Read which domain this one stands for", operationId = "getDomainAlias")
    @APIResponse(responseCode = "200", description = "The alias")
    public Uni<DomainAlias> get(@RestPath UUID domainId) {
        return repository.find(caller.scope(), domainId);
    }

    @PUT
    @Operation(
            summary = "Let a domain stand for another",
            description =
                    "Mail to an address in it goes where that address of the other domain leads, and who may send as"
                            + " the one may send as the other. It has no addresses of its own meanwhile.",
            operationId = "putDomainAlias")
    @APIResponse(responseCode = "200", description = "The alias as it is now")
    @APIResponse(
            responseCode = "409",
            description =
                    "It has addresses of its own, one of the two is the other end of an alias, or mail would go round",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "422",
            description = "It would stand for itself",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<DomainAlias> put(@RestPath UUID domainId, DomainAlias.Request request) {
        return repository
                .put(caller.scope(), domainId, request.target())
                .invoke(put -> Log.infof("event=domain-alias-set domain=%s target=%s", put.domain(), put.target()));
    }

    @DELETE
    @Operation(summary = "Let a domain stand for itself again", operationId = "deleteDomainAlias")
    @APIResponse(responseCode = "204", description = "It is no alias")
    public Uni<Void> delete(@RestPath UUID domainId) {
        return repository
                .delete(caller.scope(), domainId)
                .invoke(gone -> gone.ifPresent(alias ->
                        Log.infof("event=domain-alias-ended domain=%s target=%s", alias.domain(), alias.target())))
                .replaceWithVoid();
    }
}
