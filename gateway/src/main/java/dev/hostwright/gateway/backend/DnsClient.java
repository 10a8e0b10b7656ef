package dev.hostwright.gateway.backend;

import io.quarkus.rest.client.reactive.ClientExceptionMapper;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
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

/** The part of the dns-service API that the gateway uses for a customer. */
@RegisterRestClient(configKey = "dns")
@Path("/v1/zones")
public interface DnsClient {

    /** A zone with records of the customer. */
    @RegisterForReflection
    record Zone(String domain, Optional<String> type, List<Record> records) {}

    /** A record as text (RFC 1035 section 5.1), its name relative to the zone. */
    @RegisterForReflection
    record Record(String name, String type, String content, Optional<Long> ttl, Optional<Integer> prio) {}

    /** Records that belong together and are replaced together. */
    @RegisterForReflection
    record Group(List<Record> records) {}

    /** What is there, as far as a customer wants to know. */
    @RegisterForReflection
    @Schema(
            name = "ZoneOfCustomer",
            requiredProperties = {"id", "domain", "type", "serial", "nameServers"})
    record Made(UUID id, String domain, String type, long serial, List<String> nameServers) {}

    @PUT
    @Path("/{id}")
    @Consumes(MediaType.APPLICATION_JSON)
    Uni<RestResponse<String>> put(
            @RestPath UUID id,
            @RestHeader("Authorization") String bearer,
            @RestHeader("X-Operation-Id") UUID operation,
            @RestHeader("X-Operation-Fence") long fence,
            Zone body);

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

    @PUT
    @Path("/{id}/record-groups/{name}")
    @Consumes(MediaType.APPLICATION_JSON)
    Uni<RestResponse<String>> putGroup(
            @RestPath UUID id,
            @RestPath String name,
            @RestHeader("Authorization") String bearer,
            @RestHeader("X-Operation-Id") UUID operation,
            @RestHeader("X-Operation-Fence") long fence,
            Group body);

    @DELETE
    @Path("/{id}/record-groups/{name}")
    Uni<RestResponse<String>> deleteGroup(
            @RestPath UUID id,
            @RestPath String name,
            @RestHeader("Authorization") String bearer,
            @RestHeader("X-Operation-Id") UUID operation,
            @RestHeader("X-Operation-Fence") long fence,
            @RestHeader("X-Operation-Undo") @Nullable Boolean undo);

    @ClientExceptionMapper
    static RuntimeException refused(Response response) {
        return Refusal.of(response);
    }
}
