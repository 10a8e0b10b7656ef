package dev.hostwright.gateway.passthrough;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hostwright.gateway.prefer.Prefer;
import dev.hostwright.gateway.tenant.Caller;
import io.smallrye.mutiny.Uni;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.OPTIONS;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestResponse;

/**
 * Everything that a service owns, at the same path as there. The service decides; only the token is another, and no
 * header passes that the service would take for the gateway's own word.
 */
@Path("/v1/{collection: databases|drift|roles|servers|mail-domains|mailboxes|forwarders|zones|changes}{rest: (/.*)?}")
public class PassThroughResource {

    /** What a caller may say to a service. X-Operation-*, X-Forwarded-*, Host and Cookie are not among it. */
    private static final List<String> PASSED = List.of(
            "Accept",
            "Accept-Language",
            "Content-Type",
            "Idempotency-Key",
            "If-Match",
            "If-None-Match",
            "Last-Event-ID",
            Prefer.HEADER,
            "traceparent",
            "tracestate");

    private final UpstreamClient upstream;
    private final Caller caller;
    private final ObjectMapper json;

    PassThroughResource(UpstreamClient upstream, Caller caller, ObjectMapper json) {
        this.upstream = upstream;
        this.caller = caller;
        this.json = json;
    }

    @GET
    @Operation(hidden = true)
    public Uni<RestResponse<byte[]>> get(@Context HttpServerRequest request) {
        return pass(HttpMethod.GET, request, new byte[0]);
    }

    @HEAD
    @Operation(hidden = true)
    public Uni<RestResponse<byte[]>> head(@Context HttpServerRequest request) {
        return pass(HttpMethod.HEAD, request, new byte[0]);
    }

    @OPTIONS
    @Operation(hidden = true)
    public Uni<RestResponse<byte[]>> options(@Context HttpServerRequest request) {
        return pass(HttpMethod.OPTIONS, request, new byte[0]);
    }

    @POST
    @Operation(hidden = true)
    public Uni<RestResponse<byte[]>> post(@Context HttpServerRequest request, byte[] body) {
        return pass(HttpMethod.POST, request, body);
    }

    @PUT
    @Operation(hidden = true)
    public Uni<RestResponse<byte[]>> put(@Context HttpServerRequest request, byte[] body) {
        return pass(HttpMethod.PUT, request, body);
    }

    @PATCH
    @Operation(hidden = true)
    public Uni<RestResponse<byte[]>> patch(@Context HttpServerRequest request, byte[] body) {
        return pass(HttpMethod.PATCH, request, body);
    }

    @DELETE
    @Operation(hidden = true)
    public Uni<RestResponse<byte[]>> delete(@Context HttpServerRequest request, byte[] body) {
        return pass(HttpMethod.DELETE, request, body);
    }

    private Uni<RestResponse<byte[]>> pass(HttpMethod method, HttpServerRequest request, byte[] body) {
        Target target = Target.of(request.path(), request.query());
        Upstream service = Upstream.owning(target.collection());
        boolean lenient = isLenient(method, target, request);
        byte[] passed = lenient ? withLenientNames(body) : body;
        UpstreamRequest asked =
                new UpstreamRequest(method, target.toString(), headers(request.headers()), Buffer.buffer(passed));
        Uni<UpstreamAnswer> answer = method == HttpMethod.GET && target.isFile()
                ? upstream.download(service, caller.scope(), asked, request.response())
                : upstream.send(service, caller.scope(), asked);
        return answer.map(UpstreamAnswer::shown)
                .map(shown -> lenient ? shown.header(Prefer.APPLIED, Prefer.LENIENT) : shown)
                .map(RestResponse.ResponseBuilder::build);
    }

    private static MultiMap headers(MultiMap sent) {
        MultiMap passed = MultiMap.caseInsensitiveMultiMap();
        for (String name : PASSED) {
            passed.add(name, sent.getAll(name));
        }
        return passed;
    }

    private static boolean isLenient(HttpMethod method, Target target, HttpServerRequest request) {
        return target.collection().equals("databases")
                && target.isCollectionOrMember()
                && (method == HttpMethod.POST || method == HttpMethod.PUT)
                && Prefer.from(request.headers().getAll(Prefer.HEADER)).lenient();
    }

    /** A body that is no object, or no JSON at all, goes on as it is: the service says best what is wrong with it. */
    private byte[] withLenientNames(byte[] body) {
        try {
            if (!(json.readTree(body) instanceof ObjectNode database)) {
                return body;
            }
            for (String field : List.of("name", "username")) {
                if (database.path(field).isTextual()) {
                    database.put(field, LenientName.of(database.path(field).textValue(), "/" + field));
                }
            }
            return json.writeValueAsBytes(database);
        } catch (JsonProcessingException e) {
            return body;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
