package dev.hostwright.gateway.work;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hostwright.gateway.GatewayConfig;
import dev.hostwright.gateway.backend.DbClient;
import dev.hostwright.gateway.backend.DnsClient;
import dev.hostwright.gateway.backend.MailClient;
import dev.hostwright.gateway.backend.ServiceTokens;
import dev.hostwright.gateway.customer.Desired;
import dev.hostwright.gateway.operation.Kind;
import dev.hostwright.gateway.operation.Operation;
import dev.hostwright.gateway.operation.Outcome;
import dev.hostwright.gateway.operation.Part;
import dev.hostwright.gateway.operation.Secrets;
import dev.hostwright.gateway.operation.Step;
import dev.hostwright.gateway.operation.Transition;
import dev.hostwright.gateway.tenant.Scope;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.eclipse.microprofile.rest.client.inject.RestClient;
import org.jboss.resteasy.reactive.RestResponse;

/** The request of a step. */
@ApplicationScoped
class ServiceCalls {

    private static final String GROUP = "mail";
    private static final Duration FOR_EACH_MAILBOX = Duration.ofMillis(250);

    private static final Pattern PASSWORD = Pattern.compile("^(postgres(?:ql)?://[^:/@?#]*):[^@/]*@");

    /** The records of a mail domain, as the mail-service lists them. */
    @RegisterForReflection
    record Records(List<DnsClient.Record> items) {}

    private final DbClient db;
    private final MailClient mail;
    private final DnsClient dns;
    private final ServiceTokens tokens;
    private final Answers answers;
    private final ObjectMapper json;
    private final Duration timeout;

    ServiceCalls(
            @RestClient DbClient db,
            @RestClient MailClient mail,
            @RestClient DnsClient dns,
            ServiceTokens tokens,
            Answers answers,
            ObjectMapper json,
            GatewayConfig config) {
        this.db = db;
        this.mail = mail;
        this.dns = dns;
        this.tokens = tokens;
        this.answers = answers;
        this.json = json;
        this.timeout = config.callTimeout();
    }

    /** Sends it once; whatever happens is an outcome, and never a failure. */
    Uni<Outcome> send(Operation operation, Transition.Call call, Supplier<Secrets> secrets) {
        boolean removing = call.undo() || operation.kind().isRemoval();
        Desired desired = desired(operation);
        return Uni.createFrom()
                .deferred(() -> request(operation, call, desired, secrets))
                .map(result -> (Outcome) new Outcome.Done(result))
                .ifNoItem()
                .after(timeout(timeout, call.part(), desired, removing))
                .fail()
                .onFailure()
                .recoverWithItem(e -> Answers.failed(call.part(), removing, e));
    }

    /** A mailbox's password is hashed slowly on purpose: the more of them, the longer the answer takes. */
    static Duration timeout(Duration timeout, Part part, Desired desired, boolean removing) {
        int mailboxes = part == Part.MAIL && !removing
                ? desired.mail().map(mail -> mail.mailboxes().size()).orElse(0)
                : 0;
        return timeout.plus(FOR_EACH_MAILBOX.multipliedBy(mailboxes));
    }

    private Uni<Optional<String>> request(
            Operation operation, Transition.Call call, Desired desired, Supplier<Secrets> secrets) {
        Step step = operation.step(call.part());
        return switch (operation.kind()) {
            case PROVISION, UPDATE ->
                call.undo() ? delete(operation, step, true) : put(operation, step, desired, secrets.get());
            case DEPROVISION -> delete(operation, step, false);
            case SUSPEND, RESUME -> suspension(operation, step, (operation.kind() == Kind.SUSPEND) != call.undo());
        };
    }

    private Uni<Optional<String>> put(Operation operation, Step step, Desired desired, Secrets secrets) {
        String bearer = bearer(operation);
        UUID id = step.resourceId();
        return switch (step.part()) {
            case DATABASE ->
                db.put(id, bearer, operation.id(), operation.fence(), database(desired, secrets))
                        .map(answer -> answers.read(answer, DbClient.Made.class))
                        .map(ServiceCalls::withoutPassword)
                        .map(this::write);
            case MAIL ->
                mail.put(id, bearer, operation.id(), operation.fence(), mail(desired, secrets))
                        .map(answer -> answers.read(answer, MailClient.Made.class))
                        .map(this::write);
            case DNS ->
                dns.put(id, bearer, operation.id(), operation.fence(), zone(desired))
                        .map(answer -> answers.read(answer, DnsClient.Made.class))
                        .map(this::write);
            case MAIL_RECORDS ->
                mail.records(Part.MAIL.resourceId(operation.customer()), bearer)
                        .map(answer -> answers.read(answer, Records.class))
                        .map(records -> new DnsClient.Group(records.items()))
                        .chain(group -> dns.putGroup(id, GROUP, bearer, operation.id(), operation.fence(), group))
                        .map(Answers::good)
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
        return answer.map(Answers::good).map(any -> Optional.empty());
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
        return answer.map(Answers::good).map(any -> Optional.empty());
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
