package dev.hostwright.db.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.quarkus.logging.Log;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.vertx.pgclient.PgException;
import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import java.io.CharConversionException;
import java.io.IOException;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/** The one place where failures become HTTP responses. */
class ProblemMappers {

    @ServerExceptionMapper
    RestResponse<Problem> refused(FaultException e) {
        return Problem.of(e.fault()).toResponse();
    }

    /** Quarkus maps this type itself, to another format, unless an application does. */
    @ServerExceptionMapper
    RestResponse<Problem> unreadable(MismatchedInputException e) {
        return read(e).toResponse();
    }

    /** The first bytes of a body say which Unicode it is in, and then it is not that. */
    @ServerExceptionMapper
    RestResponse<Problem> unreadable(CharConversionException e) {
        return Problem.unreadable("", "The body is not JSON in UTF-8.").toResponse();
    }

    /** Jackson and JAX-RS both wrap what a value type throws, so the fault is looked for among the causes. */
    @ServerExceptionMapper
    RestResponse<Problem> http(WebApplicationException e) {
        String read = "";
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof FaultException refusal) {
                return Problem.of(refusal.fault(), read).toResponse();
            }
            if (cause instanceof JsonMappingException mapping && read.isEmpty()) {
                read = pointer(mapping);
            }
        }
        if (e.getCause() instanceof JsonProcessingException unreadable) {
            return read(unreadable).toResponse();
        }
        // A path or query parameter that does not parse is not "not found", which JAX-RS makes of it.
        if (e instanceof NotFoundException && e.getCause() instanceof IllegalArgumentException) {
            return Problem.of(new Fault.Malformed("parameter", "A part of the path or the query does not parse."))
                    .toResponse();
        }
        return Problem.of(e.getResponse().getStatusInfo()).toResponse();
    }

    @ServerExceptionMapper
    RestResponse<Problem> notAllowed(NotAllowedException e, ContainerRequestContext request) {
        RestResponse<Problem> response =
                Problem.of(RestResponse.Status.METHOD_NOT_ALLOWED).toResponse();
        response.getHeaders().putSingle(HttpHeaders.ALLOW, AllowedMethods.of(request));
        return response;
    }

    @ServerExceptionMapper({UnauthorizedException.class, AuthenticationFailedException.class})
    RestResponse<Problem> unauthenticated(RuntimeException e) {
        RestResponse<Problem> response =
                Problem.of(RestResponse.Status.UNAUTHORIZED).toResponse();
        response.getHeaders().putSingle(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        return response;
    }

    @ServerExceptionMapper
    RestResponse<Problem> forbidden(ForbiddenException e) {
        return Problem.of(new Fault.Forbidden("This token may not do that.")).toResponse();
    }

    /**
     * A failure of PostgreSQL that passes is no bug: come again. It is lost, starting, full (08, 53, 57P), or two
     * transactions met: not serializable, a deadlock, a lock or a statement that took too long.
     */
    @ServerExceptionMapper
    RestResponse<Problem> database(PgException e) {
        String state = String.valueOf(e.getSqlState());
        return switch (state) {
            case "40001", "40P01", "55P03", "57014" -> {
                Log.warnf("cause=database-busy state=%s message=%s", state, e.getMessage());
                yield Problem.of(new Fault.Unavailable("The database is busy; send the request again.", 1))
                        .toResponse();
            }
            default ->
                state.startsWith("08") || state.startsWith("53") || state.startsWith("57P") ? databaseAway(e) : bug(e);
        };
    }

    /** The connection to PostgreSQL could not be made, or was lost in the middle. */
    @ServerExceptionMapper({IOException.class, io.vertx.core.VertxException.class})
    RestResponse<Problem> databaseAway(Throwable e) {
        if (e instanceof JsonProcessingException) {
            return bug(e);
        }
        Log.warnf("cause=database-away message=%s", e.getMessage());
        return Problem.of(new Fault.Unavailable("The database does not answer; send the request again.", 2))
                .toResponse();
    }

    @ServerExceptionMapper
    RestResponse<Problem> bug(Throwable e) {
        if (e instanceof io.vertx.core.impl.NoStackTraceThrowable) {
            return databaseAway(e); // the pool's queue is full
        }
        Log.error("unexpected failure", e);
        return Problem.of(RestResponse.Status.INTERNAL_SERVER_ERROR).toResponse();
    }

    private static Problem read(JsonProcessingException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof FaultException refusal) {
                return Problem.of(refusal.fault(), pointer(e));
            }
        }
        return Problem.unreadable(pointer(e), reason(e));
    }

    /** Jackson's own sentences name our classes, so the reader is told in ours. */
    private static String reason(JsonProcessingException e) {
        return switch (e) {
            case UnrecognizedPropertyException unknown ->
                "There is no field '%s' here.".formatted(unknown.getPropertyName());
            case MismatchedInputException mismatch
            when mismatch.getTargetType() != null ->
                mismatch.getMessage() != null && mismatch.getMessage().startsWith("Null value for creator property")
                        ? "This field is required."
                        : "The value here is missing or of another type.";
            case MismatchedInputException mismatch -> "The body is missing or of another type.";
            default -> {
                var at = e.getLocation();
                yield at == null
                        ? "The body is not JSON."
                        : "The body is not JSON: see line %d, column %d.".formatted(at.getLineNr(), at.getColumnNr());
            }
        };
    }

    /** Where Jackson was, as a JSON pointer (RFC 6901). */
    private static String pointer(@Nullable Throwable e) {
        if (!(e instanceof JsonMappingException mapping)) {
            return "";
        }
        StringBuilder pointer = new StringBuilder();
        for (JsonMappingException.Reference step : mapping.getPath()) {
            pointer.append('/');
            if (step.getFieldName() == null) {
                pointer.append(step.getIndex());
            } else {
                pointer.append(step.getFieldName().replace("~", "~0").replace("/", "~1"));
            }
        }
        return pointer.toString();
    }
}
