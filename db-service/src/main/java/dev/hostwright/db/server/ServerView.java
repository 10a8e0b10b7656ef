package dev.hostwright.db.server;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A server, as operators see it.
 *
 * @param host what customers are told to connect to
 * @param databases how many were on it when they were last counted, with the deleted ones that are kept
 * @param capacity how many it may hold; absent when there is no limit
 * @param weight how many it gets for each one of a server of weight 1
 */
@Schema(
        name = "DatabaseServer",
        requiredProperties = {"name", "state", "host", "port", "databases", "weight", "labels"})
public record ServerView(
        String name,
        ServerState state,
        String host,
        int port,
        long databases,
        Optional<Integer> capacity,
        int weight,
        List<ServerLabel> labels) {

    static ServerView of(Server server) {
        OptionalInt capacity = server.capacity();
        return new ServerView(
                server.name(),
                ServerState.of(server),
                server.publicHost(),
                server.publicPort(),
                server.databases(),
                capacity.isPresent() ? Optional.of(capacity.getAsInt()) : Optional.empty(),
                server.settings().weight(),
                server.settings().labels().map(List::copyOf).orElse(List.of()));
    }
}
