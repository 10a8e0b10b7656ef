package dev.hostwright.local;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What is there of a tenant, looked for behind the services' backs: in every table that has a tenant, whatever it is
 * called, and in the catalogs of the server.
 */
public final class Leftovers {

    /** That an id, or an address, was deleted is remembered on purpose: that is no leftover. */
    private static final Set<String> MEMORIES = Set.of("tombstones", "deleted_addresses");

    private static final String TABLES_WITH_A_TENANT = """
            SELECT table_schema, table_name
              FROM information_schema.columns
              JOIN information_schema.tables USING (table_schema, table_name)
             WHERE column_name = 'tenant_id' AND table_type = 'BASE TABLE'
             ORDER BY table_name
            """;

    private static final String NAMED = """
            SELECT 'database ' || datname FROM pg_database WHERE datname = ANY (?)
             UNION ALL
            SELECT 'role ' || rolname FROM pg_roles WHERE rolname = ANY (?)
            """;

    /** The gateway keeps the history of a customer, but nothing that is alive and nothing secret. */
    private static final String ALIVE_IN_THE_GATEWAY = """
            SELECT 'customer ' || public_id || ' is ' || status
              FROM customer WHERE tenant_id = ? AND status NOT IN ('failed', 'deleted')
             UNION ALL
            SELECT 'operation ' || id || ' is ' || phase FROM operation WHERE tenant_id = ? AND phase <> 'done'
             UNION ALL
            SELECT 'secrets of operation ' || operation_id FROM operation_secret WHERE tenant_id = ?
            """;

    private final PostgresServer postgres;

    public Leftovers(PostgresServer postgres) {
        this.postgres = postgres;
    }

    /**
     * Everything of a tenant: rows, what is alive in the gateway, and those names as databases and roles on the server.
     */
    public List<String> of(long tenant, String... names) {
        List<String> found = new ArrayList<>();
        for (Service service : List.of(Service.DB, Service.MAIL, Service.DNS)) {
            found.addAll(rows(service, tenant));
        }
        found.addAll(aliveInGateway(tenant));
        found.addAll(onServer(names));
        return found;
    }

    /** The rows that a tenant has in a service's tables, as {@code table: count}; empty when there is nothing. */
    public List<String> rows(Service service, long tenant) {
        List<String> found = new ArrayList<>();
        try (Connection sql = postgres.connect(service.database());
                PreparedStatement tables = sql.prepareStatement(TABLES_WITH_A_TENANT);
                ResultSet names = tables.executeQuery()) {
            while (names.next()) {
                String table = names.getString("table_name");
                long rows = MEMORIES.contains(table) ? 0 : count(sql, names.getString("table_schema"), table, tenant);
                if (rows > 0) {
                    found.add("%s.%s: %d".formatted(service.database(), table, rows));
                }
            }
            return found;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long count(Connection sql, String schema, String table, long tenant) throws SQLException {
        String count = "SELECT count(*) FROM \"%s\".\"%s\" WHERE tenant_id = ?".formatted(schema, table);
        try (PreparedStatement statement = sql.prepareStatement(count)) {
            statement.setLong(1, tenant);
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                return result.getLong(1);
            }
        }
    }

    private List<String> aliveInGateway(long tenant) {
        try (Connection sql = postgres.connect(Service.GATEWAY.database());
                PreparedStatement statement = sql.prepareStatement(ALIVE_IN_THE_GATEWAY)) {
            for (int i = 1; i <= 3; i++) {
                statement.setLong(i, tenant);
            }
            return strings(statement);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> strings(PreparedStatement statement) throws SQLException {
        List<String> found = new ArrayList<>();
        try (ResultSet result = statement.executeQuery()) {
            while (result.next()) {
                found.add(result.getString(1));
            }
        }
        return found;
    }

    /** Which of those names are a database or a role on the server. */
    public List<String> onServer(String... names) {
        try (Connection sql = postgres.connect("postgres");
                PreparedStatement statement = sql.prepareStatement(NAMED)) {
            statement.setArray(1, sql.createArrayOf("text", names));
            statement.setArray(2, sql.createArrayOf("text", names));
            return strings(statement);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
