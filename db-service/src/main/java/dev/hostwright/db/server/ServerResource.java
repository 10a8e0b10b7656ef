package dev.hostwright.db.server;

import dev.hostwright.db.page.Page;
import dev.hostwright.db.problem.Problem;
import dev.hostwright.db.tenant.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** {@code /v1/servers}. */
@Path("/v1/servers")
@Tag(name = "servers", description = "The PostgreSQL servers that databases are placed on, for operators")
@RolesAllowed(Caller.OPERATOR)
@APIResponse(
        responseCode = "401",
        description = "no token, or a bad one",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
@APIResponse(
        responseCode = "403",
        description = "the token is no operator's",
        content = @Content(mediaType = Problem.MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
public class ServerResource {

    private final Servers servers;

    ServerResource(Servers servers) {
        this.servers = servers;
    }

    @GET
    @Operation(operationId = "listServers", summary = "Lists the servers by name, as they were when last looked at")
    @APIResponse(responseCode = "200", description = "all of them")
    public Uni<Page<ServerView>> list() {
        return Uni.createFrom()
                .item(new Page<>(servers.all().stream().map(ServerView::of).toList(), Optional.empty()));
    }
}
