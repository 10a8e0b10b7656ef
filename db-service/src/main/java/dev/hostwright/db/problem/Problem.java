package dev.hostwright.db.problem;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.OptionalInt;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jboss.resteasy.reactive.RestResponse;

/**
 * The body of every error response (RFC 9457, {@code application/problem+json}).
 *
 * @param type a URI that names the kind of problem and never changes
 * @param title one sentence, the same for every occurrence of the type
 * @param status the HTTP status code
 * @param detail what went wrong this time, safe to show the caller
 * @param errors which values of the request are to blame; absent when none is
 * @param retryAfter seconds to wait before the same request is worth sending again
 */
@RegisterForReflection
@Schema(requiredProperties = {"type", "title", "status", "detail"})
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        List<Item> errors,
        @JsonIgnore OptionalInt retryAfter) {

    public static final String MEDIA_TYPE = "application/problem+json";

    /**
     * One value that is to blame.
     *
     * @param pointer where it is in the request body (RFC 6901)
     * @param code a word for machines that never changes
     * @param message what is wrong with it
     */
    @RegisterForReflection
    public record Item(String pointer, String code, String message) {}

    static Problem of(Fault fault) {
        return of(fault, "");
    }

    /** The answer to a fault; {@code read} points at the value that was being read when it came up. */
    static Problem of(Fault fault, String read) {
        return switch (fault) {
            case Fault.Malformed(var pointer, var code, var message) ->
                blame("malformed", "A value is malformed", 400, pointer.isEmpty() ? read : pointer, code, message);
            case Fault.Invalid(var pointer, var code, var message) ->
                blame("invalid", "The request cannot be carried out as it is", 422, pointer, code, message);
            case Fault.NotFound(var kind) -> plain("not-found", "Not found", 404, "There is no such " + kind + ".");
            case Fault.Forbidden(var message) -> plain("forbidden", "Not allowed", 403, message);
            case Fault.Differs(var kind, var id) ->
                plain(
                        "differs",
                        "The id is taken by something else",
                        409,
                        "There is a different " + kind + " with the id " + id + " already.");
            case Fault.StaleFence(var seen) ->
                plain(
                        "stale-fence",
                        "A newer owner of the operation was here",
                        409,
                        "The newest fence seen is " + seen + ".");
            case Fault.Deleted(var id) ->
                plain("deleted", "The id was deleted", 409, id + " was deleted; choose a new id.");
            case Fault.Conflict(var pointer, var code, var message) ->
                blame(code.replace('_', '-'), "The present state does not allow this", 409, pointer, code, message);
            case Fault.NotOffered(var message) -> plain("not-offered", "Not offered here", 501, message);
            case Fault.Unavailable(var message, var seconds) ->
                new Problem(
                        "urn:problem:unavailable",
                        "Not available now",
                        503,
                        message,
                        List.of(),
                        OptionalInt.of(seconds));
        };
    }

    static Problem of(Response.StatusType status) {
        return new Problem(
                "about:blank",
                status.getReasonPhrase(),
                status.getStatusCode(),
                status.getReasonPhrase(),
                List.of(),
                OptionalInt.empty());
    }

    static Problem unreadable(String pointer, String message) {
        return blame("malformed", "The body is not the JSON expected", 400, pointer, "json", message);
    }

    private static Problem plain(String type, String title, int status, String detail) {
        return new Problem("urn:problem:" + type, title, status, detail, List.of(), OptionalInt.empty());
    }

    private static Problem blame(String type, String title, int status, String pointer, String code, String message) {
        return new Problem(
                "urn:problem:" + type,
                title,
                status,
                message,
                List.of(new Item(pointer, code, message)),
                OptionalInt.empty());
    }

    RestResponse<Problem> toResponse() {
        RestResponse.ResponseBuilder<Problem> response = RestResponse.ResponseBuilder.<Problem>create(status)
                .entity(this)
                .type(MEDIA_TYPE);
        retryAfter.ifPresent(seconds -> response.header(HttpHeaders.RETRY_AFTER, seconds));
        return response.build();
    }
}
