package dev.hostwright.gateway.customer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hostwright.gateway.GatewayConfig;
import dev.hostwright.gateway.GatewayConfig.HaltPoint;
import dev.hostwright.gateway.customer.CustomerRepository.Change;
import dev.hostwright.gateway.customer.CustomerRepository.Current;
import dev.hostwright.gateway.customer.CustomerRepository.Draft;
import dev.hostwright.gateway.customer.CustomerRepository.Mark;
import dev.hostwright.gateway.customer.CustomerRepository.Marked;
import dev.hostwright.gateway.customer.CustomerRepository.Running;
import dev.hostwright.gateway.operation.CustomerId;
import dev.hostwright.gateway.operation.Dispatcher;
import dev.hostwright.gateway.operation.IdempotencyKey;
import dev.hostwright.gateway.operation.Kind;
import dev.hostwright.gateway.operation.Operation;
import dev.hostwright.gateway.operation.OperationRepository;
import dev.hostwright.gateway.operation.OperationView;
import dev.hostwright.gateway.operation.Part;
import dev.hostwright.gateway.operation.SecretBox;
import dev.hostwright.gateway.operation.Secrets;
import dev.hostwright.gateway.operation.Status;
import dev.hostwright.gateway.problem.Fault;
import dev.hostwright.gateway.tenant.Scope;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/** Takes requests in: one transaction each, and then a worker is told. */
@ApplicationScoped
class Intake {

    /** What came of a request. */
    sealed interface Taken {

        /**
         * An operation is under way.
         *
         * @param secrets passwords that were made for it, as JSON, while they are to be shown
         * @param fresh it was begun by this request
         */
        record Accepted(Operation operation, Optional<JsonNode> secrets, boolean fresh) implements Taken {
            OperationView view() {
                return OperationView.accepted(operation, secrets);
            }
        }

        /** The customer is so already. */
        record Same(Customer customer) implements Taken {}
    }

    private static final String POST_CUSTOMERS = "POST /v1/customers";

    private final CustomerRepository customers;
    private final OperationRepository operations;
    private final SecretBox box;
    private final Dispatcher dispatcher;
    private final GatewayConfig config;
    private final ObjectMapper json;

    Intake(
            CustomerRepository customers,
            OperationRepository operations,
            SecretBox box,
            Dispatcher dispatcher,
            GatewayConfig config,
            ObjectMapper json) {
        this.customers = customers;
        this.operations = operations;
        this.box = box;
        this.dispatcher = dispatcher;
        this.config = config;
        this.json = json;
    }

    /** A new customer; the same key and request again gives the same answer. */
    Uni<Taken> create(long tenant, CustomerRequest request, IdempotencyKey key) {
        String text = write(request);
        Mark mark = new Mark(key, POST_CUSTOMERS, box.fingerprint(text));
        UUID uuid = UUID.randomUUID();
        CustomerId id = request.id().orElseGet(() -> new CustomerId(uuid.toString()));
        Secrets secrets = request.secrets(Optional.empty());
        Draft draft = provision(tenant, uuid, id, request.desired(), secrets);
        return customers
                .create(draft, Optional.of(mark))
                .chain(made -> made.isPresent()
                        ? Uni.createFrom()
                                .<Taken>item(accepted(made.get(), draft.desired(), secrets))
                                .invoke(this::tell)
                        : customers
                                .marked(tenant, mark)
                                .chain(marked -> marked.isPresent()
                                        ? replay(tenant, marked.get(), text)
                                        : create(tenant, request, key)));
    }

    private Uni<Taken> replay(long tenant, Marked marked, String text) {
        if (!box.isOf(marked.fingerprint(), text)) {
            return new Fault.Invalid(
                            "", "key_reused", "This Idempotency-Key was used for another request; choose a new one.")
                    .toFailure();
        }
        return repeated(tenant, marked.operation(), marked.sealed());
    }

    /** The answer that the request was given before. */
    private Uni<Taken> repeated(long tenant, UUID operation, Optional<String> sealed) {
        return operations
                .find(Scope.of(tenant), operation)
                .map(found -> new Taken.Accepted(
                        found.operation(),
                        sealed.flatMap(text -> shown(read(found.operation().request()), box.open(operation, text))),
                        false));
    }

    /** The customer of that name, as the request says it: made, added to, or there already. */
    Uni<Taken> put(long tenant, CustomerId id, CustomerRequest request) {
        return change(tenant, id, found -> {
            Optional<Current> current = found.filter(some -> some.customer().isLive());
            if (current.isEmpty()) {
                Secrets secrets = request.secrets(Optional.empty());
                return new Change.Create(provision(tenant, UUID.randomUUID(), id, request.desired(), secrets));
            }
            Customer customer = current.get().customer();
            Desired desired = request.desired();
            Optional<Running> running = current.get().running();
            if (running.isPresent() ? isUnderWay(running.get(), desired) : desired.equals(customer.desired())) {
                return new Change.Keep(current.get());
            }
            if (running.isPresent()) {
                throw inProgress(running.get()).toException();
            }
            return add(customer, desired, request.secrets(Optional.of(customer.desired())));
        });
    }

    private static boolean isUnderWay(Running running, Desired desired) {
        return running.desired().equals(desired) && (running.kind() == Kind.PROVISION || running.kind() == Kind.UPDATE);
    }

    private Change add(Customer customer, Desired desired, Secrets secrets) {
        if (!desired.extend(customer.desired())) {
            throw new Fault.Conflict(
                            "",
                            "differs",
                            "The customer %s is there and is another one; a part may be added to it, and none changed."
                                    .formatted(customer.id()))
                    .toException();
        }
        if (customer.suspended()) {
            throw new Fault.Conflict("", "suspended", "The customer is suspended; resume it first.").toException();
        }
        List<Part> there = customer.desired().parts();
        List<Part> parts =
                desired.parts().stream().filter(part -> !there.contains(part)).toList();
        return new Change.Follow(draft(customer, Kind.UPDATE, desired, parts, secrets), Status.ACTIVE);
    }

    /** One transaction, what is read after it, and the word to a worker. */
    private Uni<Taken> change(long tenant, CustomerId id, Function<Optional<Current>, Change> decision) {
        return customers
                .change(tenant, id, decision)
                .chain(changed -> taken(tenant, changed))
                .invoke(this::tell);
    }

    private Uni<Taken> taken(long tenant, CustomerRepository.Changed changed) {
        return switch (changed.change()) {
            case Change.Create(var draft) -> begun(changed, draft);
            case Change.Follow(var draft, var meanwhile) -> begun(changed, draft);
            case Change.Keep(var current) ->
                current.running()
                        .map(running -> repeated(tenant, running.operation(), running.sealed()))
                        .orElseGet(() -> Uni.createFrom().item(new Taken.Same(current.customer())));
        };
    }

    private Uni<Taken> begun(CustomerRepository.Changed changed, Draft draft) {
        return Uni.createFrom().item(accepted(changed.operation().orElseThrow(), draft.desired(), draft.secrets()));
    }

    /** Takes the customer and all it has away. */
    Uni<Taken> delete(long tenant, CustomerId id) {
        return follow(
                tenant,
                id,
                Kind.DEPROVISION,
                Status.DELETING,
                customer -> Optional.of(customer.desired().parts()));
    }

    /**
     * Shuts the customer out, or lets it in again; what it has stays. Nothing begins when it is so already: undoing
     * that would change what was so before.
     */
    Uni<Taken> suspend(long tenant, CustomerId id, boolean suspended) {
        return follow(tenant, id, suspended ? Kind.SUSPEND : Kind.RESUME, Status.ACTIVE, customer -> {
            if (customer.status() != Status.ACTIVE) {
                throw new Fault.Conflict("", "not_active", "The customer is not active.").toException();
            }
            return customer.suspended() == suspended
                    ? Optional.empty()
                    : Optional.of(customer.desired().parts().stream()
                            .filter(part -> part != Part.MAIL_RECORDS)
                            .toList());
        });
    }

    /** Begins an operation with these parts, unless one of the kind is under way, or there is nothing to do. */
    private Uni<Taken> follow(
            long tenant, CustomerId id, Kind kind, Status meanwhile, Function<Customer, Optional<List<Part>>> parts) {
        return change(tenant, id, found -> {
            Current current = found.orElseThrow(() -> new Fault.NotFound("customer").toException());
            Optional<Running> running = current.running();
            if (running.isPresent() && running.get().kind() != kind) {
                throw inProgress(running.get()).toException();
            }
            if (running.isPresent()) {
                return new Change.Keep(current);
            }
            Customer customer = current.customer();
            return parts.apply(customer)
                    .<Change>map(some ->
                            new Change.Follow(draft(customer, kind, customer.desired(), some, Secrets.NONE), meanwhile))
                    .orElseGet(() -> new Change.Keep(current));
        });
    }

    /** A failed operation once more, as a new one; what was given as a password then is not known any more. */
    Uni<Taken> again(Operation failed) {
        CustomerId id = new CustomerId(failed.customerId());
        long tenant = failed.tenantId();
        return switch (failed.kind()) {
            case SUSPEND -> suspend(tenant, id, true);
            case RESUME -> suspend(tenant, id, false);
            case DEPROVISION -> delete(tenant, id);
            case PROVISION, UPDATE -> change(tenant, id, found -> again(failed, found));
        };
    }

    private Change again(Operation failed, Optional<Current> found) {
        Desired desired = read(failed.request());
        CustomerId id = new CustomerId(failed.customerId());
        Optional<Customer> live = found.map(Current::customer).filter(Customer::isLive);
        Optional<Running> running = found.flatMap(Current::running);
        if (running.isPresent()) {
            throw inProgress(running.get()).toException();
        }
        if (live.isEmpty()) {
            Secrets secrets = CustomerRequest.secrets(desired, Optional.empty(), Map.of());
            return new Change.Create(provision(failed.tenantId(), UUID.randomUUID(), id, desired, secrets));
        }
        Desired there = live.get().desired();
        if (failed.kind() == Kind.PROVISION || desired.equals(there)) {
            throw new Fault.Conflict("", "customer_exists", "There is a customer " + id + " by now.").toException();
        }
        return add(live.get(), desired, CustomerRequest.secrets(desired, Optional.of(there), Map.of()));
    }

    private Draft provision(long tenant, UUID uuid, CustomerId id, Desired desired, Secrets secrets) {
        UUID operation = Operation.newId();
        return new Draft(
                operation,
                tenant,
                uuid,
                id,
                Kind.PROVISION,
                desired,
                desired.parts(),
                secrets,
                sealed(operation, secrets));
    }

    private Draft draft(Customer customer, Kind kind, Desired desired, List<Part> parts, Secrets secrets) {
        UUID operation = Operation.newId();
        return new Draft(
                operation,
                customer.tenantId(),
                customer.uuid(),
                customer.id(),
                kind,
                desired,
                parts,
                secrets,
                sealed(operation, secrets));
    }

    private Optional<String> sealed(UUID operation, Secrets secrets) {
        return secrets.given().isEmpty() && secrets.made().isEmpty()
                ? Optional.empty()
                : Optional.of(box.seal(operation, secrets));
    }

    private Taken.Accepted accepted(Operation operation, Desired desired, Secrets secrets) {
        return new Taken.Accepted(operation, shown(desired, secrets), true);
    }

    private void tell(Taken taken) {
        if (taken instanceof Taken.Accepted accepted && accepted.fresh()) {
            config.reached(HaltPoint.AFTER_INTAKE_COMMIT);
            Operation operation = accepted.operation();
            Log.infof(
                    "event=operation-accepted tenant=%d operation=%s kind=%s customer=%s",
                    operation.tenantId(), operation.id(), operation.kind().word(), operation.customerId());
            dispatcher.dispatch(operation.id());
        }
    }

    /** The passwords that were made here, beside what they are for. */
    private Optional<JsonNode> shown(Desired desired, Secrets secrets) {
        if (secrets.made().isEmpty()) {
            return Optional.empty();
        }
        ObjectNode shown = json.createObjectNode();
        String database = secrets.made().get("/database/password");
        if (database != null) {
            desired.database().ifPresent(made -> shown.putObject("database")
                    .put("username", made.username())
                    .put("password", database));
        }
        List<Desired.Mailbox> mailboxes =
                desired.mail().map(Desired.Mail::mailboxes).orElse(List.of());
        ArrayNode list = json.createArrayNode();
        for (int i = 0; i < mailboxes.size(); i++) {
            String password = secrets.made().get("/mail/mailboxes/" + i + "/password");
            if (password != null) {
                list.addObject().put("email", mailboxes.get(i).email()).put("password", password);
            }
        }
        if (!list.isEmpty()) {
            shown.set("mailboxes", list);
        }
        return Optional.of(shown);
    }

    static Fault inProgress(Running running) {
        return new Fault.Conflict(
                "",
                "operation_in_progress",
                "An operation (%s) is under way for the customer: %s"
                        .formatted(running.kind().word(), OperationView.path(running.operation())));
    }

    private Desired read(String text) {
        try {
            return json.readValue(text, Desired.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private String write(Object value) {
        try {
            return json.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
