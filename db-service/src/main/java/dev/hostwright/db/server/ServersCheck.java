package dev.hostwright.db.server;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Ready while a server answers: whoever is on one that does is served. That another one does not is told. */
@Readiness
@ApplicationScoped
class ServersCheck implements HealthCheck {

    private final Servers servers;

    ServersCheck(Servers servers) {
        this.servers = servers;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder answer = HealthCheckResponse.named("database servers")
                .status(!servers.up().isEmpty());
        servers.all()
                .forEach(server ->
                        answer.withData(server.name(), ServerState.of(server).word()));
        return answer.build();
    }
}
