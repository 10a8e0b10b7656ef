package dev.hostwright.gateway.work;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.hostwright.gateway.backend.Refusal;
import dev.hostwright.gateway.operation.Outcome;
import dev.hostwright.gateway.operation.Part;
import dev.hostwright.gateway.problem.Problem;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.TimeoutException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jboss.resteasy.reactive.RestResponse;

/** What the answer of a service, or its silence, means. */
@ApplicationScoped
class Answers {

    /** PostgreSQL keeps no such character, in no form. */
    private static final String NUL = "\\u0000";

    private static final ObjectMapper PLAIN = new ObjectMapper();
    /** An answer that says it is good, and cannot be read. */
    private static final class Garbage extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Garbage(String message) {
            super(message, null, false, false);
        }
    }

    private final ObjectReader lenient;

    Answers(ObjectMapper json) {
        this.lenient = json.reader().without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    }

    static RestResponse<String> good(RestResponse<String> answer) {
        int status = answer.getStatus();
        if (status != 200 && status != 201 && status != 204) {
            throw new Garbage("The answer has a status that is not expected: " + status + ".");
        }
        return answer;
    }

    /** What a service made, from an answer that says it did. */
    <T> T read(RestResponse<String> answer, Class<T> type) {
        String body = good(answer).getEntity();
        try {
            T made = body == null || body.isEmpty() || body.contains(NUL)
                    ? null
                    : lenient.forType(type).readValue(body);
            if (made != null) {
                return made;
            }
        } catch (JsonProcessingException e) {
            Log.warnf("cause=unreadable-answer type=%s at=%s", type.getSimpleName(), e.getLocation());
        }
        throw new Garbage("The answer cannot be read.");
    }

    /** What a call came to that brought no good answer. */
    static Outcome failed(Part part, boolean removing, Throwable e) {
        return switch (e) {
            case Refusal refusal -> refused(part, removing, refusal);
            case TimeoutException late -> unknown(part, 504, "did not answer in time");
            case Garbage garbage -> unknown(part, 502, "answered something else: " + garbage.getMessage());
            default -> {
                boolean late = isTimeout(e);
                if (!late && !(rootOf(e) instanceof java.io.IOException)) {
                    Log.warnf("cause=call-failed step=%s failure=%s", part.word(), e);
                }
                yield late ? unknown(part, 504, "did not answer in time") : unknown(part, 502, "cannot be reached");
            }
        };
    }

    private static boolean isTimeout(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof java.util.concurrent.TimeoutException
                    || cause instanceof io.netty.handler.timeout.TimeoutException
                    || cause instanceof java.net.SocketTimeoutException) {
                return true;
            }
        }
        return false;
    }

    private static Throwable rootOf(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root;
    }

    /** What an error status means (the table of the Open Service Broker API, section "Orphan Mitigation"). */
    static Outcome refused(Part part, boolean removing, Refusal refusal) {
        Problem why = problem(part, refusal);
        int status = refusal.status();
        if (removing && (status == 404 || status == 410 || why.type().endsWith(":not-ours"))) {
            return new Outcome.Done(Optional.empty());
        }
        // our token is not taken, which the client cannot change; what blames a field is the client's
        boolean ours = status == 401 || status == 403 && why.errors().isEmpty();
        boolean passes = status == 408 || status == 425 || status == 429 || status >= 500;
        boolean overtaken = why.type().endsWith(":stale-fence") || why.type().endsWith(":deleted");
        return ours || passes || overtaken || status < 400
                ? new Outcome.Unknown(why, refusal.retryAfter())
                : new Outcome.Refused(why);
    }

    private static Outcome unknown(Part part, int status, String what) {
        return new Outcome.Unknown(
                new Problem(
                        status == 504 ? "urn:problem:upstream-timeout" : "urn:problem:upstream-unavailable",
                        "A service behind did not do its part",
                        status,
                        "The %s service %s.".formatted(service(part), what),
                        List.of(),
                        OptionalInt.empty()),
                Optional.empty());
    }

    private static String service(Part part) {
        return switch (part) {
            case DATABASE -> "db";
            case MAIL -> "mail";
            case DNS, MAIL_RECORDS -> "dns";
        };
    }

    /** The service's problem, pointing into the request of the customer. */
    private static Problem problem(Part part, Refusal refusal) {
        JsonNode body;
        try {
            body = PLAIN.readTree(refusal.body().replace(NUL, ""));
        } catch (JsonProcessingException e) {
            body = com.fasterxml.jackson.databind.node.MissingNode.getInstance();
        }
        if (!body.isObject()) {
            return new Problem(
                    "urn:problem:upstream-refused",
                    "A service behind refused it",
                    refusal.status(),
                    "The %s service answered with status %d.".formatted(service(part), refusal.status()),
                    List.of(),
                    OptionalInt.empty());
        }
        Problem said = Problem.read(body);
        return new Problem(
                said.type(),
                said.title(),
                refusal.status(),
                said.detail(),
                said.errors().stream()
                        .map(item -> new Problem.Item(pointer(part, item.pointer()), item.code(), item.message()))
                        .toList(),
                OptionalInt.empty());
    }

    private static String pointer(Part part, String pointer) {
        return switch (part) {
            case DATABASE -> "/database" + pointer;
            case MAIL -> pointer.equals("/domain") ? pointer : "/mail" + pointer;
            case DNS -> pointer.equals("/domain") ? pointer : "/dns" + pointer;
            case MAIL_RECORDS -> "/mail";
        };
    }
}
