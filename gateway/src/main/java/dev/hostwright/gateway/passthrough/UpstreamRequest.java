package dev.hostwright.gateway.passthrough;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;

/**
 * What is sent to a service; who asks is added on the way.
 *
 * @param target path and query, as they go on the wire
 * @param headers all that are sent but for Authorization, Host and Content-Length
 * @param body empty when there is none
 */
public record UpstreamRequest(HttpMethod method, String target, MultiMap headers, Buffer body) {

    /** A request of the gateway's own that reads. */
    public static UpstreamRequest get(String target) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap().add("Accept", "application/json");
        return new UpstreamRequest(HttpMethod.GET, target, headers, Buffer.buffer());
    }

    /** A request of the gateway's own that creates. */
    public static UpstreamRequest post(String target, Buffer json) {
        return withJson(HttpMethod.POST, target, json);
    }

    /** A request of the gateway's own that may be repeated. */
    public static UpstreamRequest put(String target, Buffer json) {
        return withJson(HttpMethod.PUT, target, json);
    }

    private static UpstreamRequest withJson(HttpMethod method, String target, Buffer json) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap()
                .add("Content-Type", "application/json")
                .add("Accept", "application/json");
        return new UpstreamRequest(method, target, headers, json);
    }

    /** Without the body: it may hold a password. */
    @Override
    public String toString() {
        return method + " " + target;
    }
}
