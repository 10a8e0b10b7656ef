package dev.hostwright.gateway.customer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hostwright.gateway.backend.DbClient;
import dev.hostwright.gateway.backend.DnsClient;
import dev.hostwright.gateway.backend.MailClient;
import dev.hostwright.gateway.operation.CustomerId;
import dev.hostwright.gateway.operation.OperationView;
import dev.hostwright.gateway.operation.Part;
import dev.hostwright.gateway.operation.Status;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * One incarnation of a customer: what it is to have, and what the services said that it has.
 *
 * @param uuid the incarnation, which the ids of its resources come from
 * @param operation the last one that was begun for it
 */
record Customer(
        UUID uuid,
        long tenantId,
        CustomerId id,
        Status status,
        boolean suspended,
        Desired desired,
        JsonNode resources,
        UUID operation,
        long revision,
        Instant createdAt,
        Instant updatedAt) {

    /** A customer as its client sees it. */
    @Schema(
            name = "Customer",
            requiredProperties = {"id", "tenantId", "domain", "status", "suspended", "links", "createdAt", "updatedAt"})
    @RegisterForReflection
    record View(
            CustomerId id,
            long tenantId,
            Domain domain,
            Status status,
            boolean suspended,

            @Schema(implementation = DbClient.Made.class) Optional<JsonNode> database,

            @Schema(implementation = MailClient.Made.class) Optional<JsonNode> mail,

            @Schema(implementation = DnsClient.Made.class) Optional<JsonNode> dns,

            Links links,
            Instant createdAt,
            Instant updatedAt,

            @Schema(
                    type = SchemaType.OBJECT,
                    description = "passwords that were made here, shown in the answer to the request only")
            Optional<JsonNode> secrets) {}

    /** Where to go on from here. */
    @Schema(
            name = "CustomerLinks",
            requiredProperties = {"self", "operation"})
    @RegisterForReflection
    record Links(String self, String operation) {}

    String etag() {
        return "r" + revision;
    }

    boolean isLive() {
        return status != Status.FAILED && status != Status.DELETED;
    }

    String path() {
        return "/v1/customers/" + id;
    }

    View view(Optional<JsonNode> secrets) {
        return new View(
                id,
                tenantId,
                desired.domain(),
                status,
                suspended,
                resource(Part.DATABASE),
                resource(Part.MAIL),
                resource(Part.DNS),
                new Links(path(), OperationView.path(operation)),
                createdAt,
                updatedAt,
                secrets);
    }

    private Optional<JsonNode> resource(Part part) {
        return Optional.ofNullable(resources.get(part.word()));
    }
}
