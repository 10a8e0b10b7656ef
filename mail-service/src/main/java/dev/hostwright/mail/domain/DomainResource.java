package dev.hostwright.mail.domain;

import dev.hostwright.mail.fence.Fence;
import dev.hostwright.mail.limit.NewLimit;
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
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;

/** {@code /v1/mail-domains}. */
@Path(DomainResource.PATH)
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
        responseCode = "503",
        description = "Not now; Retry-After says when",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
public class DomainResource {

    static final String PATH = "/v1/mail-domains";

    private static final String MERGE_PATCH = "application/merge-patch+json";

    private final Domains domains;
    private final DomainRepository repository;
    private final Caller caller;

    DomainResource(Domains domains, DomainRepository repository, Caller caller) {
        this.domains = domains;
        this.repository = repository;
        this.caller = caller;
    }

    /** The body of a PATCH; what is left out stays. */
    @Schema(name = "MailDomainChange")
    public record Change(
            Optional<Boolean> enabled, NewLimit maxMailboxes, NewLimit maxForwarders, NewLimit maxQuotaMb) {

        List<NewLimit> limits() {
            return List.of(maxMailboxes, maxForwarders, maxQuotaMb);
        }
    }

    @GET
    @Operation(summary = "List mail domains by name, without what is in them", operationId = "listMailDomains")
    @APIResponse(responseCode = "200", description = "A part of the list")
    public Uni<Page<HostedDomain>> list(@RestQuery Optional<Integer> pageSize, @RestQuery Optional<String> pageToken) {
        PageRequest page = PageRequest.of(pageSize, pageToken);
        return repository.list(caller.scope(), page).map(rows -> Page.of(rows, page, HostedDomain::domain));
    }

    @POST
    @Operation(
            summary = "Create a mail domain with its mailboxes and forwarders, all or nothing",
            operationId = "createMailDomain")
    @APIResponse(
            responseCode = "201",
            description = "It is made; the only answer with the passwords that were made here",
            content = @Content(schema = @Schema(implementation = HostedDomain.class)))
    @APIResponse(
            responseCode = "422",
            description = "A part contradicts another, or a destination is unknown",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description = "The domain is taken",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "429",
            description = "Too many passwords of this tenant wait to be hashed; Retry-After says when",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<HostedDomain>> create(NewDomain request, @Context HttpHeaders headers) {
        return put(UUID.randomUUID(), request, headers);
    }

    @PUT
    @Path("/{id}")
    @Operation(
            summary =
                    "Create a mail domain with its mailboxes and forwarders, all or nothing, with an id of the caller's choice",
            operationId = "putMailDomain")
    @APIResponse(
            responseCode = "200",
            description = "The same is there already",
            content = @Content(schema = @Schema(implementation = HostedDomain.class)))
    @APIResponse(
            responseCode = "201",
            description = "It is made; the only answer with the passwords that were made here",
            content = @Content(schema = @Schema(implementation = HostedDomain.class)))
    @APIResponse(
            responseCode = "404",
            description = "The id is another tenant's",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "422",
            description = "A part contradicts another, or a destination is unknown",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description = "The domain is taken, or the id",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "429",
            description = "Too many passwords of this tenant wait to be hashed; Retry-After says when",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<HostedDomain>> put(@RestPath UUID id, NewDomain request, @Context HttpHeaders headers) {
        long tenant = caller.owner(request.tenantId());
        return domains.put(tenant, id, request, caller.isOperator(), Fence.from(headers))
                .map(put -> put.toResponse(PATH, id));
    }

    @GET
    @Path("/{id}")
    @Operation(
            summary = "Read a mail domain with the numbers of its mailboxes and forwarders",
            description = "Which they are: GET /v1/mailboxes?domain=… and /v1/forwarders?domain=….",
            operationId = "getMailDomain")
    @APIResponse(responseCode = "200", description = "The mail domain")
    @APIResponse(
            responseCode = "404",
            description = "There is none",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<HostedDomain> get(@RestPath UUID id) {
        return repository.find(caller.scope(), id);
    }

    @PATCH
    @Path("/{id}")
    @Consumes({MERGE_PATCH, MediaType.APPLICATION_JSON})
    @Operation(
            summary = "Switch off and on, and, by an operator, limit",
            description = "A limit below what is there is taken: what is there stays, and no more is added.",
            operationId = "changeMailDomain")
    @APIResponse(responseCode = "200", description = "The mail domain as it is now")
    @APIResponse(
            responseCode = "404",
            description = "There is none",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<HostedDomain> change(@RestPath UUID id, Change change) {
        return domains.change(caller.scope(), id, change, caller.isOperator());
    }

    @GET
    @Path("/{id}/records")
    @Operation(summary = "What to publish in the domain's zone", operationId = "getMailDomainRecords")
    @APIResponse(responseCode = "200", description = "MX, SPF, DKIM, DMARC, SRV of the mail programs' ports, TLS-RPT")
    @APIResponse(
            responseCode = "404",
            description = "There is none",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<DnsRecord.Records> records(@RestPath UUID id) {
        return domains.records(caller.scope(), id);
    }

    @PUT
    @Path("/{id}/suspension")
    @Operation(summary = "Stop delivery and login; everything stays", operationId = "suspendMailDomain")
    @APIResponse(responseCode = "204", description = "It is suspended")
    @APIResponse(
            responseCode = "404",
            description = "There is none",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description = "A newer owner of the operation was here",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Void> suspend(@RestPath UUID id, @Context HttpHeaders headers) {
        return domains.suspend(caller.scope(), id, true, Fence.from(headers));
    }

    @DELETE
    @Path("/{id}/suspension")
    @Operation(summary = "Take up delivery and login again", operationId = "resumeMailDomain")
    @APIResponse(responseCode = "204", description = "It is not suspended")
    @APIResponse(
            responseCode = "404",
            description = "There is none",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description = "A newer owner of the operation was here",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Void> resume(@RestPath UUID id, @Context HttpHeaders headers) {
        return domains.suspend(caller.scope(), id, false, Fence.from(headers));
    }

    @DELETE
    @Path("/{id}")
    @Operation(summary = "Delete a mail domain with everything in it", operationId = "deleteMailDomain")
    @APIResponse(responseCode = "204", description = "It is gone, or was not there")
    @APIResponse(
            responseCode = "409",
            description = "A newer owner of the operation was here, or another made it",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<Void> delete(@RestPath UUID id, @Context HttpHeaders headers) {
        return domains.delete(caller.scope(), id, Fence.from(headers));
    }
}
