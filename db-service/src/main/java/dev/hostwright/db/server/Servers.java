package dev.hostwright.db.server;

import dev.hostwright.db.DbConfig;
import dev.hostwright.db.problem.Fault;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.vertx.mutiny.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The servers that the settings name, of which one is the home of the index. */
@ApplicationScoped
public class Servers {

    private static final String HOME = "default";

    /** It is in the names of files. */
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    /**
     * The one that has the fewest for its weight, as if it had got this one already; the full ones last, because they
     * may have room again.
     */
    private static final Comparator<Server> MOST_ROOM = Comparator.comparing(Servers::seemsFull)
            .thenComparing(
                    server -> (server.databases() + 1.0) / server.settings().weight())
            .thenComparing(Server::name);

    private final Server home;
    private final List<Server> all;

    Servers(DbConfig config, Vertx vertx, MeterRegistry metrics) {
        Map<String, DbConfig.Server> settings = new TreeMap<>(config.servers());
        if (settings.put(HOME, config.server()) != null) {
            throw new IllegalStateException("The server '%s' is the one of DATABASE_HOST.".formatted(HOME));
        }
        this.all = settings.entrySet().stream()
                .map(named -> new Server(named.getKey(), named.getValue(), config, vertx))
                .toList();
        this.home = named(HOME).orElseThrow();
        for (Server server : all) {
            if (!NAME.matcher(server.name()).matches()) {
                throw new IllegalStateException(
                        "The name of a server is small letters, digits and hyphens: '%s'.".formatted(server));
            }
            if (server.settings().weight() < 1) {
                throw new IllegalStateException("The weight of the server '%s' is 1 or more.".formatted(server));
            }
            Tags tags = Tags.of("server", server.name());
            metrics.gauge("db.server.up", tags, server, any -> any.isUp() ? 1 : 0);
            metrics.gauge("db.server.databases", tags, server, Server::databases);
        }
    }

    /** The one that the index is on. */
    public Server home() {
        return home;
    }

    /** By name. */
    public List<Server> all() {
        return all;
    }

    /** Those that answer. */
    public List<Server> up() {
        return all.stream().filter(Server::isUp).toList();
    }

    public Optional<Server> named(String name) {
        return all.stream().filter(server -> server.name().equals(name)).findFirst();
    }

    /** Those that may take a new tenant, the best first. */
    List<Server> candidates(Set<ServerLabel> labels) {
        if (all.stream().noneMatch(server -> server.labels().containsAll(labels))) {
            throw new Fault.Invalid("/serverLabels", "no_such_server", "No server has these labels.").toException();
        }
        return all.stream()
                .filter(server ->
                        server.isUp() && !server.isDrained() && server.labels().containsAll(labels))
                .sorted(MOST_ROOM)
                .toList();
    }

    private static boolean seemsFull(Server server) {
        return server.capacity().isPresent()
                && server.databases() >= server.capacity().getAsInt();
    }

    @PreDestroy
    void close() {
        all.forEach(Server::close);
    }
}
