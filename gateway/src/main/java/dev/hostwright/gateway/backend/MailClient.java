package dev.hostwright.gateway.backend;

import io.quarkus.rest.client.reactive.ClientExceptionMapper;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** The part of the mail-service API that the gateway uses for a customer. */
@RegisterRestClient(configKey = "mail")
@Path("/v1/mail-domains")
public interface MailClient {

    /** A mail domain with what is in it. */
    @RegisterForReflection
    record MailDomain(String domain, List<Mailbox> mailboxes, List<Forwarder> forwarders) {}

    /** An address with a mailbox of its own. */
    @RegisterForReflection
    record Mailbox(String email, String password, Optional<Integer> quotaMb) {
        @Override
        public String toString() {
            return email;
        }
    }

    /** An address whose mail goes elsewhere. */
    @RegisterForReflection
    record Forwarder(String source, List<String> destinations) {}

    /** What is there, as far as a customer wants to know. */
    @RegisterForReflection
    @Schema(
            name = "MailOfCustomer",
            requiredProperties = {"id", "domain", "mailboxes", "forwarders"})
    record Made(UUID id, String domain, List<MadeMailbox> mailboxes, List<MadeForwarder> forwarders) {}

    @RegisterForReflection
    @Schema(
            name = "MailboxOfCustomer",
            requiredProperties = {"id", "email", "quotaMb", "enabled"})
    record MadeMailbox(UUID id, String email, int quotaMb, boolean enabled, Optional<String> mailboxPath) {}

    @RegisterForReflection
    @Schema(
            name = "ForwarderOfCustomer",
            requiredProperties = {"id", "source", "destinations", "enabled"})
    record MadeForwarder(UUID id, String source, List<String> destinations, boolean enabled) {}

    @PUT
    @Path("/{id}")
    @Consumes(MediaType.APPLICATION_JSON)
    Uni<RestResponse<String>> put(
            @RestPath UUID id,
            @RestHeader("Authorization") String bearer,
            @RestHeader("X-Operation-Id") UUID operation,
            @RestHeader("X-Operation-Fence") long fence,
            MailDomain body);

    @DELETE
    @Path("/{id}")
    Uni<RestResponse<String>> delete(
            @RestPath UUID id,
            @RestHeader("Authorization") String bearer,
            @RestHeader("X-Operation-Id") UUID operation,
            @RestHeader("X-Operation-Fence") long fence,
            @RestHeader("X-Operation-Undo") @Nullable Boolean undo);

    @PUT
    @Path("/{id}/suspension")
    Uni<RestResponse<String>> suspend(
            @RestPath UUID id,
            @RestHeader("Authorization") String bearer,
            @RestHeader("X-Operation-Id") UUID operation,
            @RestHeader("X-Operation-Fence") long fence);

    @DELETE
    @Path("/{id}/suspension")
    Uni<RestResponse<String>> resume(
            @RestPath UUID id,
            @RestHeader("Authorization") String bearer,
            @RestHeader("X-Operation-Id") UUID operation,
            @RestHeader("X-Operation-Fence") long fence);

    /** What is to be published in the zone, so that mail arrives and is believed. */
    @GET
    @Path("/{id}/records")
    Uni<RestResponse<String>> records(@RestPath UUID id, @RestHeader("Authorization") String bearer);

    @ClientExceptionMapper
    static RuntimeException refused(Response response) {
        return Refusal.of(response);
    }
}
