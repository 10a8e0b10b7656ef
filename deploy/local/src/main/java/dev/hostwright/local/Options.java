package dev.hostwright.local;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/**
 * What a stack is told before it starts.
 *
 * @param root the top of the source tree
 * @param state where its files go: keys, logs, the data of PostgreSQL, stack.env
 * @param ports the services' ports on 127.0.0.1; 0 means any free one
 * @param postgresPort the port of PostgreSQL on 127.0.0.1; 0 means any free one
 * @param durable whether PostgreSQL waits for the disk, as in production; a stack to try things does not
 * @param servers whether the servers that serve what the services keep are started too
 * @param settings environment variables for the services, beyond what they need to find each other
 */
public record Options(
        Path root,
        Path state,
        Map<Service, Integer> ports,
        int postgresPort,
        boolean durable,
        boolean servers,
        Map<String, String> settings) {

    public Options {
        ports = Map.copyOf(ports);
        settings = Map.copyOf(settings);
    }

    /** All ports any free one, and no waiting for the disk. */
    public static Options anyPorts(Path root, Path state) {
        Map<Service, Integer> ports = new EnumMap<>(Service.class);
        for (Service service : Service.values()) {
            ports.put(service, 0);
        }
        return new Options(root, state, ports, 0, false, false, Map.of());
    }

    /**
     * The ports that the environment names: GATEWAY_PORT, DB_SERVICE_PORT, MAIL_SERVICE_PORT, DNS_SERVICE_PORT, PGPORT.
     */
    static Options fromEnvironment(Path root, Path state, Map<String, String> environment) {
        Map<Service, Integer> ports = new EnumMap<>(Service.class);
        for (Service service : Service.values()) {
            ports.put(service, port(environment, service.setting() + "_PORT", service.usualPort()));
        }
        return new Options(root, state, ports, port(environment, "PGPORT", 0), false, false, Map.of());
    }

    /** The same with a PostgreSQL that waits for the disk. */
    public Options withDurability() {
        return new Options(root, state, ports, postgresPort, true, servers, settings);
    }

    /** The same with a name server and mail servers. */
    public Options withServers() {
        return new Options(root, state, ports, postgresPort, durable, true, settings);
    }

    /** The same with more settings for the services. */
    public Options withSettings(Map<String, String> more) {
        return new Options(root, state, ports, postgresPort, durable, servers, more);
    }

    int port(Service service) {
        return ports.getOrDefault(service, 0);
    }

    private static int port(Map<String, String> environment, String name, int otherwise) {
        String value = environment.getOrDefault(name, "");
        if (value.isEmpty()) {
            return otherwise;
        }
        if (!value.matches("[0-9]{1,5}") || Integer.parseInt(value) > 65_535) {
            throw new StackException("%s=%s is no port: 0 (any free one) to 65535.".formatted(name, value));
        }
        return Integer.parseInt(value);
    }

    /** The top of the source tree: the folder above this one that has deploy/postgres/roles.sql. */
    public static Path findRoot() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("deploy/postgres/roles.sql"))) {
                return folder;
            }
        }
        throw new StackException(
                "deploy/postgres/roles.sql is not above " + Path.of("").toAbsolutePath());
    }
}
