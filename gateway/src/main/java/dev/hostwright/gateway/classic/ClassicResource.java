package dev.hostwright.gateway.classic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hostwright.gateway.passthrough.Upstream;
import dev.hostwright.gateway.passthrough.UpstreamAnswer;
import dev.hostwright.gateway.passthrough.UpstreamClient;
import dev.hostwright.gateway.passthrough.UpstreamRequest;
import dev.hostwright.gateway.problem.Fault;
import dev.hostwright.gateway.problem.Problem;
import dev.hostwright.gateway.tenant.Caller;
import dev.hostwright.gateway.tenant.Scope;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.util.Map;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;

/** {@code /api}: what {@code /v1} does, in the form of the panel that came before. */
@Path("/api")
@Tag(name = "classic", description = "One call, one thing, and success in the answer")
@APIResponse(
        responseCode = "400",
        description = "A value is malformed",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Refusal.class)))
@APIResponse(
        responseCode = "401",
        description = "No token, or none that is good",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Refusal.class)))
@APIResponse(
        responseCode = "403",
        description = "The token may not do that",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Refusal.class)))
@APIResponse(
        responseCode = "409",
        description = "The present state does not allow this, such as a name that is taken",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Refusal.class)))
@APIResponse(
        responseCode = "413",
        description = "The body is over 1 MiB",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Refusal.class)))
@APIResponse(
        responseCode = "415",
        description = "The body is not JSON",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Refusal.class)))
@APIResponse(
        responseCode = "422",
        description = "The values cannot be together",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Refusal.class)))
@APIResponse(
        responseCode = "502",
        description = "The service behind cannot be reached",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Refusal.class)))
@APIResponse(
        responseCode = "503",
        description = "Not now",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Refusal.class)))
@APIResponse(
        responseCode = "504",
        description = "The service behind did not answer in time",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Refusal.class)))
@Produces(MediaType.APPLICATION_JSON)
public class ClassicResource {

    private static final int CREATED = 201;
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;

    private static final Map<String, String> DATABASE_FIELDS = Map.of("/name", "/databaseName");
    private static final Map<String, String> MAILBOX_FIELDS = Map.of(
            "/quotaMb", "/quota",
            "/domain", "/email",
            "/mailboxes", "/email",
            "/mailboxes/0", "/email",
            "/mailboxes/0/email", "/email",
            "/mailboxes/0/password", "/password",
            "/mailboxes/0/quotaMb", "/quota");

    private final UpstreamClient upstream;
    private final Caller caller;
    private final ObjectMapper json;

    ClassicResource(UpstreamClient upstream, Caller caller, ObjectMapper json) {
        this.upstream = upstream;
        this.caller = caller;
        this.json = json;
    }

    @POST
    @Path("/db-management")
    @Operation(operationId = "classicCreateDatabase", summary = "Make a database and its login, names cleaned first")
    @APIResponse(
            responseCode = "201",
            description = "Made; the answer shows the names given",
            content = @Content(schema = @Schema(implementation = DatabaseMade.class)))
    public Uni<RestResponse<Object>> createDatabase(DatabaseOrder order) {
        Scope tenant = Scope.of(caller.owner(order.tenantId()));
        return post(Upstream.DB, tenant, "/v1/databases", order.toDatabase())
                .map(answer -> shown(answer, Upstream.DB, DatabaseMade::from, DATABASE_FIELDS));
    }

    @POST
    @Path("/email-management/accounts")
    @Operation(operationId = "classicCreateAccount", summary = "Make a mailbox, and its mail domain if need be")
    @APIResponse(
            responseCode = "201",
            description = "Made",
            content = @Content(schema = @Schema(implementation = AccountMade.class)))
    public Uni<RestResponse<Object>> createAccount(AccountOrder order) {
        Scope tenant = Scope.of(caller.owner(order.tenantId()));
        return createMailbox(tenant, order)
                .chain(answer -> answer.status() == NOT_FOUND
                        ? createMailDomain(tenant, order)
                        : Uni.createFrom().item(answer))
                .map(answer -> shown(answer, Upstream.MAIL, ClassicResource::account, MAILBOX_FIELDS));
    }

    @POST
    @Path("/domains")
    @Operation(operationId = "classicCreateDomain", summary = "Make a zone with its default records")
    @APIResponse(
            responseCode = "201",
            description = "Made",
            content = @Content(schema = @Schema(implementation = DomainMade.class)))
    public Uni<RestResponse<Object>> createDomain(DomainOrder order) {
        Scope tenant = Scope.of(caller.owner(order.tenantId()));
        return post(Upstream.DNS, tenant, "/v1/zones", order.toZone())
                .map(answer -> shown(answer, Upstream.DNS, DomainMade::from, Map.of()));
    }

    private Uni<UpstreamAnswer> createMailbox(Scope tenant, AccountOrder order) {
        return post(Upstream.MAIL, tenant, "/v1/mailboxes", order.toMailbox());
    }

    /** Two first mailboxes of a domain may come at once: the later one finds the domain there, and is made in it. */
    private Uni<UpstreamAnswer> createMailDomain(Scope tenant, AccountOrder order) {
        return post(Upstream.MAIL, tenant, "/v1/mail-domains", order.toMailDomain())
                .chain(answer -> answer.status() == CONFLICT
                        ? createMailbox(tenant, order).map(second -> second.status() == NOT_FOUND ? answer : second)
                        : Uni.createFrom().item(answer));
    }

    private Uni<UpstreamAnswer> post(Upstream service, Scope tenant, String path, ObjectNode body) {
        return upstream.send(service, tenant, UpstreamRequest.post(path, Buffer.buffer(body.toString())));
    }

    /** A mailbox comes alone, or as the one in the domain that was made with it. */
    private static AccountMade account(JsonNode answer) {
        return AccountMade.from(
                answer.path("mailboxes").path(0).isObject()
                        ? answer.path("mailboxes").path(0)
                        : answer);
    }

    private RestResponse<Object> shown(
            UpstreamAnswer answer, Upstream service, Function<JsonNode, Object> made, Map<String, String> fields) {
        RestResponse.ResponseBuilder<Object> response = RestResponse.ResponseBuilder.create(answer.status());
        try {
            if (answer.status() == CREATED) {
                answer.location().ifPresent(location -> response.header("Location", location));
                return response.entity(made.apply(json.readTree(answer.body().getBytes())))
                        .type(MediaType.APPLICATION_JSON)
                        .build();
            }
            if (json.readTree(answer.body().getBytes()) instanceof ObjectNode problem && problem.has("type")) {
                answer.retryAfter().ifPresent(seconds -> response.header("Retry-After", seconds));
                return response.entity(refusal(problem, fields))
                        .type(Problem.MEDIA_TYPE)
                        .build();
            }
        } catch (IOException | IllegalArgumentException e) {
            // what the service sent is not what it promises
        }
        throw new Fault.UpstreamUnavailable(service.title()).toException();
    }

    /** The service's refusal, pointing at the fields as they are called here. */
    private static ObjectNode refusal(ObjectNode problem, Map<String, String> fields) {
        for (JsonNode error : problem.path("errors")) {
            if (error instanceof ObjectNode item) {
                String pointer = item.path("pointer").asText();
                item.put("pointer", fields.getOrDefault(pointer, pointer));
            }
        }
        return problem.put("success", false);
    }
}
