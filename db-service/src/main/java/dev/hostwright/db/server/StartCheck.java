package dev.hostwright.db.server;

import io.quarkus.logging.Log;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.stream.Collectors;

/** Refuses to start when the service's role may not do what the service will be asked to. */
@Singleton
class StartCheck {

    private final ServerRepository server;

    StartCheck(ServerRepository server) {
        this.server = server;
    }

    /** The one place that waits: the service takes no requests yet, and must not before this is known. */
    void check(@Observes @Priority(1) StartupEvent starting) {
        List<ServerRepository.MissingRight> missing =
                server.missingRights().subscribeAsCompletionStage().join();
        for (ServerRepository.MissingRight right : missing) {
            if (!right.required()) {
                Log.warnf("event=right-advised run-as-superuser=\"%s\"", right.statement());
            }
        }
        String required = missing.stream()
                .filter(ServerRepository.MissingRight::required)
                .map(ServerRepository.MissingRight::statement)
                .collect(Collectors.joining("\n  "));
        if (!required.isEmpty()) {
            throw new IllegalStateException(
                    "The database role of this service lacks rights. Run as a superuser:\n  " + required);
        }
    }
}
