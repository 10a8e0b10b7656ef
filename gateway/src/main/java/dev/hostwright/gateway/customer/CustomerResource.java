package dev.hostwright.gateway.customer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hostwright.gateway.operation.CustomerId;
import dev.hostwright.gateway.operation.IdempotencyKey;
import dev.hostwright.gateway.operation.OperationRepository;
import dev.hostwright.gateway.operation.OperationView;
import dev.hostwright.gateway.operation.Part;
import dev.hostwright.gateway.page.Page;
import dev.hostwright.gateway.page.PageRequest;
import dev.hostwright.gateway.prefer.Prefer;
import dev.hostwright.gateway.problem.Fault;
import dev.hostwright.gateway.problem.Problem;
import dev.hostwright.gateway.tenant.Caller;
import dev.hostwright.gateway.tenant.Scope;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;

/** Customers: a database, mail and a zone with one call, or nothing at all. */
@Path("/v1/customers")
@Tag(name = "customers", description = "A database, mail and a domain with one call, or nothing at all.")
@APIResponse(
        responseCode = "400",
        description = "malformed",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "401",
        description = "no token, or not a good one",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "403",
        description = "the token may not do that",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "503",
        description = "not now",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
public class CustomerResource {

    private static final String KEY =
            "Marks the request: sent again within 7 days it does nothing new and is answered the same.";
    private static final String PREFER =
            "wait=N answers when it is done, within N seconds (30 at most); respond-async does not wait.";

    /** What a request would do. */
    @Schema(
            name = "Plan",
            requiredProperties = {"valid", "plan"})
    @RegisterForReflection
    record Plan(boolean valid, List<PlannedStep> plan) {}

    /** A part that would be made. */
    @Schema(name = "PlannedStep", requiredProperties = "name")
    @RegisterForReflection
    record PlannedStep(Part name) {}

    private final Intake intake;
    private final CustomerRepository customers;
    private final OperationRepository operations;
    private final MailRecords records;
    private final Caller caller;

    CustomerResource(
            Intake intake,
            CustomerRepository customers,
            OperationRepository operations,
            MailRecords records,
            Caller caller) {
        this.intake = intake;
        this.customers = customers;
        this.operations = operations;
        this.records = records;
        this.caller = caller;
    }

    @POST
    @Operation(operationId = "createCustomer", summary = "Begins a customer with all its parts")
    @APIResponse(
            responseCode = "202",
            description = "begun; Location is the operation",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = OperationView.class)))
    @APIResponse(
            responseCode = "201",
            description = "done within the time of Prefer: wait; Location is the customer",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Customer.View.class)))
    @APIResponse(
            responseCode = "200",
            description = "validateOnly: it would be begun",
            content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Plan.class)))
    @APIResponse(
            responseCode = "409",
            description = "there is such a customer; or failed in time, with nothing left",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "422",
            description = "cannot be, or the key was used for another request; or failed in time, with nothing left",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "502",
            description = "failed in time, because of a service behind; nothing is left",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "504",
            description = "failed in time, because a service behind did not answer; nothing is left",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<Object>> create(
            @Parameter(description = KEY) @RestHeader("Idempotency-Key") Optional<String> idempotencyKey,
            @Parameter(description = PREFER, schema = @Schema(type = SchemaType.STRING)) @RestHeader(Prefer.HEADER)
                    List<String> prefer,
            @RestQuery Optional<Boolean> validateOnly,
            CustomerRequest request) {
        long tenant = caller.owner(request.tenantId());
        if (validateOnly.orElse(false)) {
            return plan(tenant, request.id(), request);
        }
        IdempotencyKey key = IdempotencyKey.from(idempotencyKey);
        return intake.create(tenant, request, key).chain(taken -> answer(taken, Prefer.from(prefer)));
    }

    @PUT
    @Path("/{id}")
    @Operation(
            operationId = "putCustomer",
            summary = "Makes a customer, or adds a part to it",
            description =
                    "Passwords count for parts that are new; those of parts that are there are changed at /v1/roles and /v1/mailboxes.")
    @APIResponse(
            responseCode = "202",
            description = "begun, or under way already; Location is the operation",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = OperationView.class)))
    @APIResponse(
            responseCode = "201",
            description = "done within the time of Prefer: wait; Location is the customer",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Customer.View.class)))
    @APIResponse(
            responseCode = "200",
            description = "it is so already",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Customer.View.class)))
    @APIResponse(
            responseCode = "409",
            description = "there is another one, or something is under way for it",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "422",
            description = "cannot be",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "502",
            description = "failed in time, because of a service behind",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "504",
            description = "failed in time, because a service behind did not answer",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<Object>> put(
            @RestPath CustomerId id,
            @Parameter(description = PREFER, schema = @Schema(type = SchemaType.STRING)) @RestHeader(Prefer.HEADER)
                    List<String> prefer,
            @RestQuery Optional<Boolean> validateOnly,
            CustomerRequest request) {
        if (request.id().isPresent() && !request.id().get().equals(id)) {
            throw new Fault.Invalid("/id", "other_id", "The id in the body is not the one in the path.").toException();
        }
        long tenant = caller.owner(request.tenantId());
        if (validateOnly.orElse(false)) {
            return plan(tenant, Optional.empty(), request);
        }
        return intake.put(tenant, id, request).chain(taken -> answer(taken, Prefer.from(prefer)));
    }

    @GET
    @Operation(operationId = "listCustomers", summary = "The customers, a page at a time")
    @APIResponse(responseCode = "200", description = "a page")
    public Uni<Page<Customer.View>> list(@RestQuery Optional<Integer> pageSize, @RestQuery Optional<String> pageToken) {
        PageRequest page = PageRequest.of(pageSize, pageToken);
        return customers
                .list(caller.scope(), page)
                .map(rows -> Page.of(rows, page, CustomerRepository::key))
                .map(rows -> new Page<>(
                        rows.items().stream()
                                .map(customer -> customer.view(Optional.empty()))
                                .toList(),
                        rows.nextPageToken()));
    }

    @GET
    @Path("/{id}")
    @Operation(operationId = "getCustomer", summary = "A customer with what it has")
    @APIResponse(
            responseCode = "200",
            description = "the customer, with an ETag",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Customer.View.class)))
    @APIResponse(responseCode = "304", description = "as it was at that ETag")
    @APIResponse(
            responseCode = "404",
            description = "there is none",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<Object>> get(
            @RestPath CustomerId id,
            @Parameter(description = "for operators, when two tenants have a customer of that id") @RestQuery
                    Optional<Long> tenantId,
            @RestHeader("If-None-Match") Optional<String> ifNoneMatch) {
        return tenant(id, tenantId).chain(tenant -> customers.find(tenant, id)).map(found -> {
            Customer customer = found.orElseThrow(() -> new Fault.NotFound("customer").toException())
                    .customer();
            if (ifNoneMatch
                    .filter(tag -> tag.contains("\"" + customer.etag() + "\""))
                    .isPresent()) {
                return ResponseBuilder.create(RestResponse.Status.NOT_MODIFIED, (Object) null)
                        .header(HttpHeaders.ETAG, "\"" + customer.etag() + "\"")
                        .build();
            }
            return found(customer, customer.view(Optional.empty()));
        });
    }

    @DELETE
    @Path("/{id}")
    @Operation(operationId = "deleteCustomer", summary = "Takes a customer away, and all it has")
    @APIResponse(
            responseCode = "202",
            description = "begun, or under way already; Location is the operation",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = OperationView.class)))
    @APIResponse(
            responseCode = "404",
            description = "there is none",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description = "something else is under way for it",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<Object>> delete(@RestPath CustomerId id, @RestQuery Optional<Long> tenantId) {
        return tenant(id, tenantId)
                .chain(tenant -> intake.delete(tenant, id))
                .chain(taken -> answer(taken, Prefer.NOTHING));
    }

    @POST
    @Path("/{id}/suspend")
    @Operation(operationId = "suspendCustomer", summary = "Shuts a customer out; what it has stays")
    @APIResponse(
            responseCode = "200",
            description = "it is so already",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Customer.View.class)))
    @APIResponse(
            responseCode = "202",
            description = "begun, or under way already; Location is the operation",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = OperationView.class)))
    @APIResponse(
            responseCode = "404",
            description = "there is none",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description = "it is not active, or something is under way for it",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<Object>> suspend(@RestPath CustomerId id, @RestQuery Optional<Long> tenantId) {
        return tenant(id, tenantId)
                .chain(tenant -> intake.suspend(tenant, id, true))
                .chain(taken -> answer(taken, Prefer.NOTHING));
    }

    @POST
    @Path("/{id}/resume")
    @Operation(operationId = "resumeCustomer", summary = "Lets a customer in again")
    @APIResponse(
            responseCode = "200",
            description = "it is so already",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Customer.View.class)))
    @APIResponse(
            responseCode = "202",
            description = "begun, or under way already; Location is the operation",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = OperationView.class)))
    @APIResponse(
            responseCode = "404",
            description = "there is none",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description = "it is not active, or something is under way for it",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<Object>> resume(@RestPath CustomerId id, @RestQuery Optional<Long> tenantId) {
        return tenant(id, tenantId)
                .chain(tenant -> intake.suspend(tenant, id, false))
                .chain(taken -> answer(taken, Prefer.NOTHING));
    }

    @PUT
    @Path("/{id}/mail-records")
    @Operation(
            operationId = "putMailRecords",
            summary = "Puts the mail records into the zone once more, when they are others by now",
            description =
                    "After POST /v1/mail-domains/{id}/dkim-keys, or when the operator has moved the mail servers; it"
                            + " may be repeated. What the customer has of its own in the zone is left alone.")
    @APIResponse(responseCode = "204", description = "they are in the zone")
    @APIResponse(
            responseCode = "404",
            description = "there is none",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "409",
            description = "it is not active, has no mail or no zone, or something is under way for it; or the zone has"
                    + " what cannot be beside them",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "502",
            description = "a service behind cannot be reached",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    @APIResponse(
            responseCode = "504",
            description = "a service behind did not answer in time",
            content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
    public Uni<RestResponse<byte[]>> putMailRecords(@RestPath CustomerId id, @RestQuery Optional<Long> tenantId) {
        return tenant(id, tenantId).chain(tenant -> records.put(tenant, id));
    }

    /** Whose customer is meant: the token's own tenant's, or for an operator the one that has it. */
    private Uni<Long> tenant(CustomerId id, Optional<Long> asked) {
        Scope scope = caller.scope();
        if (scope.tenant() != null || asked.isPresent()) {
            return Uni.createFrom().item(caller.owner(asked));
        }
        return customers.tenants(id).map(tenants -> switch (tenants.size()) {
            case 0 -> throw new Fault.NotFound("customer").toException();
            case 1 -> tenants.getFirst();
            default ->
                throw new Fault.Malformed("tenant", "Several tenants have such a customer: say ?tenantId=.")
                        .toException();
        });
    }

    private Uni<RestResponse<Object>> plan(long tenant, Optional<CustomerId> id, CustomerRequest request) {
        Plan plan = new Plan(
                true, request.desired().parts().stream().map(PlannedStep::new).toList());
        return id.map(named -> customers.find(tenant, named))
                .orElseGet(() -> Uni.createFrom().item(Optional.empty()))
                .invoke(found -> {
                    if (found.filter(some -> some.customer().isLive()).isPresent()) {
                        throw new Fault.Conflict("/id", "customer_exists", "There is a customer of that id already.")
                                .toException();
                    }
                })
                .map(found -> RestResponse.ok((Object) plan));
    }

    private Uni<RestResponse<Object>> answer(Intake.Taken taken, Prefer prefer) {
        return switch (taken) {
            case Intake.Taken.Same(var customer) ->
                Uni.createFrom().item(found(customer, customer.view(Optional.empty())));
            case Intake.Taken.Accepted accepted -> answer(accepted, prefer);
        };
    }

    private Uni<RestResponse<Object>> answer(Intake.Taken.Accepted accepted, Prefer prefer) {
        if (!prefer.waits()) {
            return Uni.createFrom().item(applied(accepted(accepted), prefer));
        }
        Scope scope = Scope.of(accepted.operation().tenantId());
        return operations
                .awaitDone(scope, accepted.operation().id(), prefer.time())
                .chain(found -> ended(accepted, found))
                .map(response -> applied(response, prefer));
    }

    /** The end, if it came in time. */
    private Uni<RestResponse<Object>> ended(Intake.Taken.Accepted accepted, OperationRepository.Found found) {
        if (!found.operation().isDone()) {
            return Uni.createFrom().item(accepted(accepted));
        }
        if (found.operation().error().isPresent()) {
            return Uni.createFrom().item(failed(found.operation().error().get()));
        }
        CustomerId id = new CustomerId(found.operation().customerId());
        Optional<JsonNode> secrets = accepted.secrets();
        return customers
                .find(found.operation().tenantId(), id)
                .map(some -> some.orElseThrow(() -> new Fault.NotFound("customer").toException())
                        .customer())
                .map(customer -> ResponseBuilder.create(RestResponse.Status.CREATED, (Object) customer.view(secrets))
                        .header(HttpHeaders.LOCATION, customer.path())
                        .header(HttpHeaders.ETAG, "\"" + customer.etag() + "\"")
                        .build());
    }

    /** A service's refusal keeps what it says; its status says whether the state or the request was to blame. */
    @SuppressWarnings("unchecked")
    private static RestResponse<Object> failed(Problem error) {
        int status =
                switch (error.status()) {
                    case 409, 502, 504 -> error.status();
                    default -> 422;
                };
        return (RestResponse<Object>) (RestResponse<?>) error.withStatus(status).toResponse();
    }

    private static RestResponse<Object> accepted(Intake.Taken.Accepted accepted) {
        return ResponseBuilder.create(RestResponse.Status.ACCEPTED, (Object) accepted.view())
                .header(
                        HttpHeaders.LOCATION,
                        OperationView.path(accepted.operation().id()))
                .header(HttpHeaders.RETRY_AFTER, 1)
                .build();
    }

    private static RestResponse<Object> applied(RestResponse<Object> response, Prefer prefer) {
        prefer.waitApplied().ifPresent(applied -> response.getHeaders().putSingle(Prefer.APPLIED, applied));
        return response;
    }

    private static RestResponse<Object> found(Customer customer, Customer.View view) {
        return ResponseBuilder.create(RestResponse.Status.OK, (Object) view)
                .header(HttpHeaders.ETAG, "\"" + customer.etag() + "\"")
                .build();
    }
}
