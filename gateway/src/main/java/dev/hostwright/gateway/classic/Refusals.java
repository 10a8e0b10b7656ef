package dev.hostwright.gateway.classic;

import dev.hostwright.gateway.problem.Problem;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/** Gives every problem under {@code /api} its {@code success: false}, also one that no endpoint of ours made. */
class Refusals {

    @ServerResponseFilter
    void mark(ContainerRequestContext request, ContainerResponseContext response) {
        if (response.getEntity() instanceof Problem problem
                && request.getUriInfo().getPath().startsWith("/api/")) {
            response.setEntity(new Refusal(problem));
        }
    }
}
