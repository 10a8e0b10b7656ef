package dev.hostwright.gateway.problem;

import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;
import java.util.Set;
import java.util.TreeSet;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.handlers.ClassRoutingHandler;
import org.jboss.resteasy.reactive.server.handlers.RestInitialHandler.InitialMatch;
import org.jboss.resteasy.reactive.server.mapping.RequestMapper;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveContainerRequestContext;
import org.jboss.resteasy.reactive.server.spi.ServerRestHandler;

/**
 * Which methods a path takes, for {@code Allow} (RFC 9110 section 10.2.1). RESTEasy says it in no 405, and to OPTIONS
 * it says what any path of the same class takes; when it does better, this can go.
 */
@Provider
@PreMatching
class AllowedMethods implements ContainerRequestFilter {

    /** Answers OPTIONS, unless a resource does so itself. */
    @Override
    public void filter(ContainerRequestContext request) {
        if (!request.getMethod().equals(HttpMethod.OPTIONS)) {
            return;
        }
        Set<String> methods = served(request);
        if (methods.isEmpty()) {
            throw new NotFoundException();
        }
        if (!methods.contains(HttpMethod.OPTIONS)) {
            request.abortWith(
                    Response.noContent().header(HttpHeaders.ALLOW, of(request)).build());
        }
    }

    /** The field's value: what the path takes, in alphabetical order. */
    static String of(ContainerRequestContext request) {
        Set<String> methods = served(request);
        methods.add(HttpMethod.OPTIONS);
        return String.join(", ", methods);
    }

    /** The methods of the resources' own table, looked through as a request is; HEAD comes with GET. */
    private static Set<String> served(ContainerRequestContext request) {
        ResteasyReactiveRequestContext context = (ResteasyReactiveRequestContext)
                ((ResteasyReactiveContainerRequestContext) request).getServerRequestContext();
        String path = context.getPathWithoutPrefix();
        RequestMapper<InitialMatch> classes =
                new RequestMapper<>(context.getDeployment().getClassMappers());
        Set<String> methods = new TreeSet<>();
        for (var match = classes.map(path); match != null; match = classes.continueMatching(path, match)) {
            String rest = match.remaining.isEmpty() ? "/" : match.remaining;
            for (ServerRestHandler handler : match.value.handlers) {
                if (handler instanceof ClassRoutingHandler routing) {
                    routing.getMappers().forEach((method, paths) -> {
                        if (method != null && paths.map(rest) != null) {
                            methods.add(method);
                        }
                    });
                }
            }
        }
        if (methods.contains(HttpMethod.GET)) {
            methods.add(HttpMethod.HEAD);
        }
        return methods;
    }
}
