package dev.hostwright.db.server;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready while the home server answers; that another one does not is told, and is no reason to send no requests here.
 */
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
                .status(servers.home().isUp());
        servers.all()
                .forEach(server ->
                        answer.withData(server.name(), ServerState.of(server).word()));
        return answer.build();
    }
}
