package dev.hostwright.dns;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.HttpHeaders;
import org.jboss.resteasy.reactive.RestResponse.StatusCode;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/** Of what a write would only have made there is no address and no ETag: the answer names nothing that is not there. */
@ApplicationScoped
class PreviewAnswer {

    @ServerResponseFilter
    void withoutNames(ContainerRequestContext request, ContainerResponseContext response) {
        if (request.getMethod().equals(HttpMethod.GET)
                || !"true".equals(request.getUriInfo().getQueryParameters().getFirst(Flag.VALIDATE_ONLY))) {
            return;
        }
        if (response.getStatus() == StatusCode.CREATED) {
            response.setStatus(StatusCode.OK);
        }
        response.getHeaders().remove(HttpHeaders.LOCATION);
        response.getHeaders().remove(HttpHeaders.ETAG);
    }
}
