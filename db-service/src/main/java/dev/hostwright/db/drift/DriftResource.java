package dev.hostwright.db.drift;

import dev.hostwright.db.problem.Problem;
import dev.hostwright.db.tenant.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** {@code /v1/drift}. */
@Path("/v1/drift")
@Tag(name = "drift", description = "Where the servers are not as the books say, for operators")
@RolesAllowed(Caller.OPERATOR)
@APIResponse(
        responseCode = "401",
        description = "no token, or a bad one",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "403",
        description = "the token is no operator's",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "503",
        description = "not now; Retry-After says when",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
public class DriftResource {

    private final DriftRepository repository;

    DriftResource(DriftRepository repository) {
        this.repository = repository;
    }

    @GET
    @Operation(operationId = "getDrift", summary = "Compares the books with the servers, and changes nothing")
    @APIResponse(
            responseCode = "200",
            description = "what was found",
            content = @Content(schema = @Schema(implementation = Drift.class)))
    public Uni<Drift> get() {
        return repository.drift();
    }
}
