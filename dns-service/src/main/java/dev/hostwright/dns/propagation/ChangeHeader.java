package dev.hostwright.dns.propagation;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/** Each answer to a change says what to ask {@link ChangeResource} for; by then the change is committed. */
@ApplicationScoped
class ChangeHeader {

    static final String NAME = "Change-Id";

    private final WrittenChange written;
    private final Propagation propagation;

    ChangeHeader(WrittenChange written, Propagation propagation) {
        this.written = written;
        this.propagation = propagation;
    }

    @ServerResponseFilter
    void add(ContainerRequestContext request, ContainerResponseContext response) {
        if (request.getMethod().equals(HttpMethod.GET) || response.getStatus() >= 300) {
            return;
        }
        propagation.soon();
        written.id().ifPresent(id -> response.getHeaders().putSingle(NAME, id.toString()));
    }
}
