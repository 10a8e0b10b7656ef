package dev.hostwright.db;

import io.vertx.pgclient.PgConnectOptions;
import java.time.Duration;

/**
 * How this service connects to a server. Sent in the startup packet, these win over what is stored for the role or for
 * a database, which its customer has a say in.
 */
public final class ServerOptions {

    /** Longer than a server takes that is there, and shorter than callers wait. */
    private static final Duration CONNECTING = Duration.ofSeconds(5);

    private static final int ATTEMPTS_MORE = 3;

    private ServerOptions() {}

    /**
     * To a database of a customer's, where nothing is waited for long and no name is looked up but PostgreSQL's own.
     */
    public static PgConnectOptions visiting(DbConfig.Server server, String database) {
        return to(server, database)
                .addProperty("search_path", "pg_catalog")
                .addProperty("lock_timeout", "1000")
                .addProperty("statement_timeout", "10000");
    }

    /** To the service's own database, again and again for requests. */
    public static PgConnectOptions requests(DbConfig.Server server) {
        return own(server).setCachePreparedStatements(true).setReconnectAttempts(ATTEMPTS_MORE);
    }

    /** To the service's own database. A lock is waited for longer than any of ours holds one. */
    public static PgConnectOptions own(DbConfig.Server server) {
        return to(server, server.database())
                .addProperty("search_path", "pg_catalog,public,pg_temp")
                .addProperty("lock_timeout", "2000")
                .addProperty("statement_timeout", "60000")
                .addProperty("idle_in_transaction_session_timeout", "60000");
    }

    private static PgConnectOptions to(DbConfig.Server server, String database) {
        return new PgConnectOptions()
                .setHost(server.host())
                .setPort(server.port())
                .setUser(server.username())
                .setPassword(server.password())
                .setDatabase(database)
                .setConnectTimeout((int) CONNECTING.toMillis())
                .addProperty("application_name", "hostwright-db")
                .addProperty("default_transaction_read_only", "off")
                .addProperty("client_min_messages", "error");
    }
}
