package dev.hostwright.dns.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;

/** Refusals that the HTTP server makes before a resource is reached, in the same form as ours. */
@Singleton
class RouterProblems {

    /** Bytes of a request body; {@code quarkus.http.limits.max-body-size} cuts off one that does not say its size. */
    private static final long MAX_BODY = 1024 * 1024;

    private final ObjectMapper json;

    RouterProblems(ObjectMapper json) {
        this.json = json;
    }

    void install(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).handler(this::refuseLargeBody);
        for (int status : new int[] {400, 401, 403, 404, 405, 413, 414, 415, 431, 500, 503}) {
            router.errorHandler(status, context -> answer(context, status));
        }
    }

    private void refuseLargeBody(RoutingContext context) {
        String length = context.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length == null || length.length() <= 7 && Long.parseLong(length) <= MAX_BODY) {
            context.next();
            return;
        }
        if (context.request().version() != HttpVersion.HTTP_2) {
            // What is still coming is not read: the connection ends with the answer (HTTP/2 has no such header).
            context.response().putHeader(HttpHeaders.CONNECTION, "close");
        }
        answer(context, 413);
    }

    private void answer(RoutingContext context, int status) {
        HttpServerResponse response = context.response();
        if (response.ended() || response.headWritten()) {
            return;
        }
        try {
            String body = json.writeValueAsString(Problem.of(Response.Status.fromStatusCode(status)));
            response.setStatusCode(status)
                    .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                    .end(body);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
