package dev.hostwright.gateway.backend;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.Optional;

/** A service answered with an error. */
public final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String body;
    private final transient Optional<Duration> retryAfter;

    public Refusal(int status, String body, Optional<Duration> retryAfter) {
        super("a service answered " + status, null, false, false);
        this.status = status;
        this.body = body;
        this.retryAfter = retryAfter;
    }

    static Refusal of(Response response) {
        return new Refusal(
                response.getStatus(),
                response.hasEntity() ? response.readEntity(String.class) : "",
                seconds(response.getHeaderString(HttpHeaders.RETRY_AFTER)));
    }

    private static Optional<Duration> seconds(@org.jspecify.annotations.Nullable String retryAfter) {
        if (retryAfter == null || !retryAfter.matches("\\d{1,9}")) {
            return Optional.empty();
        }
        return Optional.of(Duration.ofSeconds(Long.parseLong(retryAfter)));
    }

    public int status() {
        return status;
    }

    /** The problem document, if it is one. */
    public String body() {
        return body;
    }

    /** How long the service asked to be left alone. */
    public Optional<Duration> retryAfter() {
        return retryAfter;
    }
}
