package dev.hostwright.mail.mailbox;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.hostwright.mail.MailDomain;
import dev.hostwright.mail.fence.Fence;
import dev.hostwright.mail.page.Page;
import dev.hostwright.mail.page.PageRequest;
import dev.hostwright.mail.problem.Problem;
import dev.hostwright.mail.tenant.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;

/** {@code /v1/mailboxes}. */
@Path(MailboxResource.PATH)
@Tag(name = "mailboxes", description = "Where mail is kept, and read by IMAP.")
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
        responseCode = "503",
        description = "Not now; Retry-After says when",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
public class MailboxResource {

    static final String PATH = "/v1/mailboxes";

    private static final String MERGE_PATCH = "application/merge-patch+json";

    private final Mailboxes mailboxes;
    private final MailboxRepository repository;
    private final Caller caller;

    MailboxResource(Mailboxes mailboxes, MailboxRepository repository, Caller caller) {
        this.mailboxes = mailboxes;
        this.repository = repository;
        this.caller = caller;
    }

    /**
     * The body of a POST or PUT.
     *
     * @param tenantId whose it will be; an operator must say, a tenant need not
     */
    @Schema(name = "MailboxRequest", requiredProperties = "email")
    public record Request(
            MailboxAddress email,
            @JsonDeserialize(using = Password.Given.class) Optional<Password> password,
            @JsonDeserialize(using = Quota.Given.class) Optional<Quota> quotaMb,
            Optional<Boolean> enabled,
            Optional<Long> tenantId) {

        NewMailbox mailbox() {
            return new NewMailbox(email, password, quotaMb, enabled);
        }
    }

    /** The body of a PATCH; what is left out stays. */
    @Schema(name = "MailboxChange")
    public record Change(
            @JsonDeserialize(using = Quota.Given.class) Optional<Quota> quotaMb, Optional<Boolean> enabled) {}

    /** The body of a new password; left out, one is made. */
    @Schema(name = "PasswordRequest")
    public record NewPassword(
            @JsonDeserialize(using = Password.Given.class) Optional<Password> password) {}

    @GET
    @Operation(summary = "List mailboxes by address", operationId = "listMailboxes")
    @APIResponse(responseCode = "200", description = "A part of the list")
    public Uni<Page<Mailbox>> list(
            @Parameter(
                            description = "Those of this mail domain only",
                            schema = @Schema(implementation = MailDomain.class))
                    @RestQuery
                    Optional<String> domain,
            @RestQuery Optional<Integer> pageSize,
            @RestQuery Optional<String> pageToken) {
        PageRequest page = PageRequest.of(pageSize, pageToken);
        return repository
                .list(caller.scope(), domain.map(MailDomain::parse), page)
                .map(rows -> Page.of(rows, page, Mailbox::email));
    }

    @POST
    @Operation(summary = "Create a mailbox", operationId = "createMailbox")
    @APIResponse(
            responseCode = "201",
            description = "It is made; the only answer with a password that was made here",
            content = @Content(schema = @Schema(implementation = Mailbox.class)))
    @APIResponse(
            responseCode = "404",
            description = "The tenant has no such mail domain",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description = "The address is taken",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "429",
            description = "Too many passwords of this tenant wait to be hashed; Retry-After says when",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<Mailbox>> create(Request request, @Context HttpHeaders headers) {
        return put(UUID.randomUUID(), request, headers);
    }

    @PUT
    @Path("/{id}")
    @Operation(summary = "Create a mailbox with an id of the caller's choice", operationId = "putMailbox")
    @APIResponse(
            responseCode = "200",
            description = "The same is there already",
            content = @Content(schema = @Schema(implementation = Mailbox.class)))
    @APIResponse(
            responseCode = "201",
            description = "It is made; the only answer with a password that was made here",
            content = @Content(schema = @Schema(implementation = Mailbox.class)))
    @APIResponse(
            responseCode = "404",
            description = "The tenant has no such mail domain, or the id is another tenant's",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description = "The address is taken, or the id",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "429",
            description = "Too many passwords of this tenant wait to be hashed; Retry-After says when",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<Mailbox>> put(@RestPath UUID id, Request request, @Context HttpHeaders headers) {
        long tenant = caller.owner(request.tenantId());
        return mailboxes
                .put(tenant, id, request.mailbox(), caller.isOperator(), Fence.from(headers))
                .map(put -> put.toResponse(PATH, id));
    }

    @GET
    @Path("/{id}")
    @Operation(summary = "Read a mailbox", operationId = "getMailbox")
    @APIResponse(responseCode = "200", description = "The mailbox")
    @APIResponse(
            responseCode = "404",
            description = "There is none",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Mailbox> get(@RestPath UUID id) {
        return repository.find(caller.scope(), id);
    }

    @GET
    @Path("/{id}/usage")
    @Operation(summary = "Read how much is in a mailbox", operationId = "getMailboxUsage")
    @APIResponse(responseCode = "200", description = "What Dovecot has counted")
    @APIResponse(
            responseCode = "404",
            description = "There is none",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Usage> usage(@RestPath UUID id) {
        return repository.usage(caller.scope(), id);
    }

    @PATCH
    @Path("/{id}")
    @Consumes({MERGE_PATCH, MediaType.APPLICATION_JSON})
    @Operation(summary = "Change quota, or switch off and on", operationId = "changeMailbox")
    @APIResponse(responseCode = "200", description = "The mailbox as it is now")
    @APIResponse(
            responseCode = "404",
            description = "There is none",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Mailbox> change(@RestPath UUID id, Change change) {
        return mailboxes.change(caller.scope(), id, change.quotaMb(), change.enabled(), caller.isOperator());
    }

    @PUT
    @Path("/{id}/password")
    @Operation(summary = "Set or make a new password", operationId = "setMailboxPassword")
    @APIResponse(responseCode = "200", description = "The mailbox; the only answer with a password that was made here")
    @APIResponse(
            responseCode = "404",
            description = "There is none",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "429",
            description = "Too many passwords of this tenant wait to be hashed; Retry-After says when",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Mailbox> setPassword(@RestPath UUID id, NewPassword request) {
        return mailboxes.setPassword(caller.scope(), id, request.password());
    }

    @DELETE
    @Path("/{id}")
    @Operation(summary = "Delete a mailbox", operationId = "deleteMailbox")
    @APIResponse(responseCode = "204", description = "It is gone, or was not there")
    @APIResponse(
            responseCode = "409",
            description = "A newer owner of the operation was here, or another made it",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Void> delete(@RestPath UUID id, @Context HttpHeaders headers) {
        return mailboxes.delete(caller.scope(), id, Fence.from(headers));
    }
}
