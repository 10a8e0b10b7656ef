package dev.hostwright.gateway.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
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

    private static final long LINGER_MILLIS = 2_000;

    private final ObjectMapper json;

    RouterProblems(ObjectMapper json) {
        this.json = json;
    }

    void install(@Observes Router router) {
        router.route()
                .order(Integer.MIN_VALUE)
                .handler(this::refuseOtherProtocols)
                .handler(this::refuseLargeBody)
                .failureHandler(this::refused);
    }

    /** The router's own refusals, such as of a request without a host. */
    private void refused(RoutingContext context) {
        if (context.statusCode() >= 400 && context.statusCode() < 500) {
            answer(context, context.statusCode());
        } else {
            context.next();
        }
    }

    /** What is read as HTTP/1.1 and is not: of another version, or for more than one host (RFC 9112 section 3.2). */
    private void refuseOtherProtocols(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (request.version() == null) {
            answer(context, 505);
        } else if (request.headers().getAll(HttpHeaders.HOST).size() > 1) {
            answer(context, 400);
        } else {
            context.next();
        }
    }

    private void refuseLargeBody(RoutingContext context) {
        HttpServerRequest request = context.request();
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        boolean tooLong = length != null && (length.length() > 7 || Long.parseLong(length) > BodyLimit.BYTES);
        boolean ofAnyLength = length == null
                && (request.version() == HttpVersion.HTTP_2
                        || request.headers().contains(HttpHeaders.TRANSFER_ENCODING));
        if (tooLong || ofAnyLength) {
            context.addHeadersEndHandler(headers -> leaveTheRest(context));
        }
        if (tooLong) {
            answer(context, 413);
        } else {
            context.next();
        }
    }

    /**
     * What is still coming of a body that is too long is not kept, and the connection ends with the answer; a little
     * later than that, for an answer on a connection that is closed while its client sends is easily lost.
     */
    private static void leaveTheRest(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (context.response().getStatusCode() != 413) {
            return;
        }
        request.handler(null);
        if (request.version() != HttpVersion.HTTP_2) { // where a connection is more than this request
            context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            context.vertx().setTimer(LINGER_MILLIS, late -> request.connection().close());
        }
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
