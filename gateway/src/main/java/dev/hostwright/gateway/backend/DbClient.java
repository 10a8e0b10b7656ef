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
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** The part of the db-service API that the gateway uses for a customer. */
@RegisterRestClient(configKey = "db")
@Path("/v1/databases")
public interface DbClient {

    /** A database with a login of its own. */
    @RegisterForReflection
    record Database(String name, String username, String password) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** What is there, as far as a customer wants to know. */
    @RegisterForReflection
    @Schema(
            name = "DatabaseOfCustomer",
            requiredProperties = {"id", "name", "host", "port", "connectionString"})
    record Made(UUID id, String name, Optional<String> username, String host, int port, String connectionString) {}

    @PUT
    @Path("/{id}")
    @Consumes(MediaType.APPLICATION_JSON)
    Uni<RestResponse<String>> put(
            @RestPath UUID id,
            @RestHeader("Authorization") String bearer,
            @RestHeader("X-Operation-Id") UUID operation,
            @RestHeader("X-Operation-Fence") long fence,
            Database body);

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

    @ClientExceptionMapper
    static RuntimeException refused(Response response) {
        return Refusal.of(response);
    }
}
