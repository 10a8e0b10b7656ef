package dev.hostwright.gateway.work;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.hostwright.gateway.GatewayConfig;
import dev.hostwright.gateway.backend.DbClient;
import dev.hostwright.gateway.backend.DnsClient;
import dev.hostwright.gateway.backend.MailClient;
import dev.hostwright.gateway.backend.Refusal;
import dev.hostwright.gateway.backend.ServiceTokens;
import dev.hostwright.gateway.customer.Desired;
import dev.hostwright.gateway.operation.Kind;
import dev.hostwright.gateway.operation.Operation;
import dev.hostwright.gateway.operation.Outcome;
import dev.hostwright.gateway.operation.Part;
import dev.hostwright.gateway.operation.Secrets;
import dev.hostwright.gateway.operation.Step;
import dev.hostwright.gateway.operation.Transition;
import dev.hostwright.gateway.problem.Problem;
import dev.hostwright.gateway.tenant.Scope;
import io.quarkus.logging.Log;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.eclipse.microprofile.rest.client.inject.RestClient;
import org.jboss.resteasy.reactive.RestResponse;

/** The request of a step, and what its answer means. */
@ApplicationScoped
class ServiceCalls {

    private static final String GROUP = "mail";
    /** PostgreSQL keeps no such character, in no form. */
    private static final String NUL = "\\u0000";

    private static final Duration FOR_EACH_MAILBOX = Duration.ofMillis(250);

    private static final ObjectMapper PLAIN = new ObjectMapper();
    private static final Pattern PASSWORD = Pattern.compile("^(postgres(?:ql)?://[^:/@?#]*):[^@/]*@");

    /** The records of a mail domain, as the mail-service lists them. */
    @RegisterForReflection
    record Records(List<DnsClient.Record> items) {}

    /** An answer that says it is good, and cannot be read. */
    private static final class Garbage extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Garbage(String message) {
            super(message, null, false, false);
        }
    }

    private final DbClient db;
    private final MailClient mail;
    private final DnsClient dns;
    private final ServiceTokens tokens;
    private final ObjectMapper json;
    private final ObjectReader lenient;
    private final Duration timeout;

    ServiceCalls(
            @RestClient DbClient db,
            @RestClient MailClient mail,
            @RestClient DnsClient dns,
            ServiceTokens tokens,
            ObjectMapper json,
            GatewayConfig config) {
        this.db = db;
        this.mail = mail;
        this.dns = dns;
        this.tokens = tokens;
        this.json = json;
        this.lenient = json.reader().without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        this.timeout = config.callTimeout();
    }

    /** Sends it once; whatever happens is an outcome, and never a failure. */
    Uni<Outcome> send(Operation operation, Transition.Call call, Supplier<Secrets> secrets) {
        boolean removing = call.undo() || operation.kind().isRemoval();
        return Uni.createFrom()
                .deferred(() -> request(operation, call, secrets))
                .map(result -> (Outcome) new Outcome.Done(result))
                .ifNoItem()
                .after(timeout(timeout, call.part(), desired(operation), removing))
                .fail()
                .onFailure()
                .recoverWithItem(e -> failed(call.part(), removing, e));
    }

    /** A mailbox's password is hashed slowly on purpose: the more of them, the longer the answer takes. */
    static Duration timeout(Duration timeout, Part part, Desired desired, boolean removing) {
        int mailboxes = part == Part.MAIL && !removing
                ? desired.mail().map(mail -> mail.mailboxes().size()).orElse(0)
                : 0;
        return timeout.plus(FOR_EACH_MAILBOX.multipliedBy(mailboxes));
    }

    private Uni<Optional<String>> request(Operation operation, Transition.Call call, Supplier<Secrets> secrets) {
        Step step = operation.step(call.part());
        return switch (operation.kind()) {
            case PROVISION, UPDATE -> call.undo() ? delete(operation, step, true) : put(operation, step, secrets.get());
            case DEPROVISION -> delete(operation, step, false);
            case SUSPEND, RESUME -> suspension(operation, step, (operation.kind() == Kind.SUSPEND) != call.undo());
        };
    }

    private Uni<Optional<String>> put(Operation operation, Step step, Secrets secrets) {
        Desired desired = desired(operation);
        String bearer = bearer(operation);
        UUID id = step.resourceId();
        return switch (step.part()) {
            case DATABASE ->
                db.put(id, bearer, operation.id(), operation.fence(), database(desired, secrets))
                        .map(answer -> made(answer, DbClient.Made.class))
                        .map(ServiceCalls::withoutPassword)
                        .map(this::write);
            case MAIL ->
                mail.put(id, bearer, operation.id(), operation.fence(), mail(desired, secrets))
                        .map(answer -> made(answer, MailClient.Made.class))
                        .map(this::write);
            case DNS ->
                dns.put(id, bearer, operation.id(), operation.fence(), zone(desired))
                        .map(answer -> made(answer, DnsClient.Made.class))
                        .map(this::write);
            case MAIL_RECORDS ->
                mail.records(Part.MAIL.resourceId(operation.customer()), bearer)
                        .map(answer -> made(answer, Records.class))
                        .map(records -> new DnsClient.Group(records.items()))
                        .chain(group -> dns.putGroup(id, GROUP, bearer, operation.id(), operation.fence(), group))
                        .map(ServiceCalls::good)
                        .map(answer -> Optional.empty());
        };
    }

    private Uni<Optional<String>> delete(Operation operation, Step step, boolean undo) {
        String bearer = bearer(operation);
        UUID id = step.resourceId();
        Boolean flag = undo ? Boolean.TRUE : null;
        Uni<RestResponse<String>> answer =
                switch (step.part()) {
                    case DATABASE -> db.delete(id, bearer, operation.id(), operation.fence(), flag);
                    case MAIL -> mail.delete(id, bearer, operation.id(), operation.fence(), flag);
                    case DNS -> dns.delete(id, bearer, operation.id(), operation.fence(), flag);
                    case MAIL_RECORDS -> dns.deleteGroup(id, GROUP, bearer, operation.id(), operation.fence(), flag);
                };
        return answer.map(ServiceCalls::good).map(any -> Optional.empty());
    }

    private Uni<Optional<String>> suspension(Operation operation, Step step, boolean suspend) {
        String bearer = bearer(operation);
        UUID id = step.resourceId();
        Uni<RestResponse<String>> answer =
                switch (step.part()) {
                    case DATABASE ->
                        suspend
                                ? db.suspend(id, bearer, operation.id(), operation.fence())
                                : db.resume(id, bearer, operation.id(), operation.fence());
                    case MAIL ->
                        suspend
                                ? mail.suspend(id, bearer, operation.id(), operation.fence())
                                : mail.resume(id, bearer, operation.id(), operation.fence());
                    case DNS, MAIL_RECORDS ->
                        suspend
                                ? dns.suspend(id, bearer, operation.id(), operation.fence())
                                : dns.resume(id, bearer, operation.id(), operation.fence());
                };
        return answer.map(ServiceCalls::good).map(any -> Optional.empty());
    }

    private String bearer(Operation operation) {
        return "Bearer " + tokens.forScope(Scope.of(operation.tenantId()));
    }

    private static DbClient.Database database(Desired desired, Secrets secrets) {
        Desired.Database wanted = desired.database().orElseThrow();
        return new DbClient.Database(
                wanted.name(),
                wanted.username(),
                secrets.at("/database/password").orElseThrow());
    }

    private static MailClient.MailDomain mail(Desired desired, Secrets secrets) {
        Desired.Mail wanted = desired.mail().orElseThrow();
        List<MailClient.Mailbox> mailboxes = new ArrayList<>();
        for (Desired.Mailbox mailbox : wanted.mailboxes()) {
            String password = secrets.at("/mail/mailboxes/" + mailboxes.size() + "/password")
                    .orElseThrow();
            mailboxes.add(new MailClient.Mailbox(mailbox.email(), password, mailbox.quotaMb()));
        }
        return new MailClient.MailDomain(
                desired.domain().name(),
                mailboxes,
                wanted.forwarders().stream()
                        .map(forwarder -> new MailClient.Forwarder(forwarder.source(), forwarder.destinations()))
                        .toList());
    }

    private static DnsClient.Zone zone(Desired desired) {
        Desired.Dns wanted = desired.dns().orElseThrow();
        return new DnsClient.Zone(
                desired.domain().name(),
                wanted.type().map(Enum::name),
                wanted.records().stream()
                        .map(record -> new DnsClient.Record(
                                record.name(), record.type(), record.content(), record.ttl(), record.prio()))
                        .toList());
    }

    /** What a customer is shown later; its password was shown once, and is not kept. */
    private static DbClient.Made withoutPassword(DbClient.Made made) {
        return new DbClient.Made(
                made.id(),
                made.name(),
                made.username(),
                made.host(),
                made.port(),
                PASSWORD.matcher(made.connectionString()).replaceFirst("$1@"));
    }

    private static RestResponse<String> good(RestResponse<String> answer) {
        int status = answer.getStatus();
        if (status != 200 && status != 201 && status != 204) {
            throw new Garbage("The answer has a status that is not expected: " + status + ".");
        }
        return answer;
    }

    private <T> T made(RestResponse<String> answer, Class<T> type) {
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

    private static Outcome failed(Part part, boolean removing, Throwable e) {
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
    private static Outcome refused(Part part, boolean removing, Refusal refusal) {
        Problem why = problem(part, refusal);
        int status = refusal.status();
        if (removing && (status == 404 || status == 410 || why.type().endsWith(":not-ours"))) {
            return new Outcome.Done(Optional.empty());
        }
        boolean ours = status == 401 || status == 403; // our token is not taken: nothing the client could change
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

    private Desired desired(Operation operation) {
        try {
            return json.readValue(operation.request(), Desired.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private Optional<String> write(Object value) {
        try {
            return Optional.of(json.writeValueAsString(value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
