package dev.hostwright.gateway.passthrough;

import dev.hostwright.gateway.prefer.Prefer;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/**
 * What a service answered.
 *
 * @param headers all that came; {@link #shown()} passes on the few that mean the same from here
 */
public record UpstreamAnswer(int status, MultiMap headers, Buffer body) {

    private static final List<String> PASSED = List.of(
            "Content-Type",
            "Content-Language",
            "Content-Disposition",
            "ETag",
            "Last-Modified",
            "Retry-After",
            "Allow",
            "Cache-Control",
            "Vary",
            Prefer.APPLIED,
            "Change-Id");

    /** Where the service says the thing is, without the service's own host and port. */
    public Optional<String> location() {
        return Optional.ofNullable(relative(headers.get("Location")));
    }

    /** Seconds, or a date, before which the same is not worth asking again. */
    public Optional<String> retryAfter() {
        return Optional.ofNullable(headers.get("Retry-After"));
    }

    /** The answer as the caller gets it. */
    public RestResponse.ResponseBuilder<byte[]> shown() {
        RestResponse.ResponseBuilder<byte[]> response = RestResponse.ResponseBuilder.create(status);
        if (body.length() > 0) {
            response.entity(body.getBytes());
        }
        for (String name : PASSED) {
            headers.getAll(name).forEach(value -> response.header(name, value));
        }
        location().ifPresent(location -> response.header("Location", location));
        return response;
    }

    /** Says what comes, before its body is passed on. */
    void announce(HttpServerResponse response) {
        response.setStatusCode(status);
        for (String name : PASSED) {
            response.headers().add(name, headers.getAll(name));
        }
        response.headers().add("Content-Length", headers.getAll("Content-Length"));
    }

    /** Without the body: it may hold a password. */
    @Override
    public String toString() {
        return String.valueOf(status);
    }

    private static @Nullable String relative(@Nullable String location) {
        if (location == null) {
            return null;
        }
        try {
            URI uri = URI.create(location);
            String path = uri.getRawPath();
            if (path == null || !path.startsWith("/v1/")) {
                return null;
            }
            return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
        } catch (IllegalArgumentException e) {
            return null; // not a URI, so nothing that a caller could follow
        }
    }
}
