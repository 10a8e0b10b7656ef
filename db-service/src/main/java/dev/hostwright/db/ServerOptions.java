package dev.hostwright.db;

import io.vertx.pgclient.PgConnectOptions;

/**
 * How this service connects to the server other than through the pool that requests use. Sent in the startup packet,
 * these win over what is stored for a database, which its customer has a say in.
 */
public final class ServerOptions {

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

    /** To the service's own database. */
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
                .addProperty("application_name", "hostwright-db")
                .addProperty("default_transaction_read_only", "off")
                .addProperty("client_min_messages", "error");
    }
}
