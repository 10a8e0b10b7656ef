package dev.hostwright.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** A tenant with one customer to be made: all its names are its own, so no test meets another. */
final class Shop {

    final long tenant = ThreadLocalRandom.current().nextLong(1_000, 1_000_000_000_000L);
    final String word = "shop" + Long.toString(tenant, 36);
    final String domain = word + ".test";
    final String database = word + "_db";
    final String login = word + "_app";
    final LocalStack stack;
    final Leftovers leftovers;

    Shop(LocalStack stack) {
        this.stack = stack;
        this.leftovers = new Leftovers(stack.postgres());
    }

    /** A database, two mailboxes, a forwarder and a zone with a record of its own. */
    String wish() {
        return wish(database, domain, domain, "{\"name\": \"shop\", \"type\": \"A\", \"content\": \"192.0.2.10\"}");
    }

    /** The same with a database name, a domain of the mail, a domain, or a record that may be refused. */
    String wish(String databaseName, String mailDomain, String zone, String record) {
        return """
                {"domain": "%s",
                 "database": {"name": "%s", "username": "%s", "password": "%s"},
                 "mail": {"mailboxes": [{"email": "info@%s", "password": "%s"}, {"email": "office@%s"}],
                          "forwarders": [{"source": "sales@%s", "destinations": ["info@%s"]}]},
                 "dns": {"records": [%s]}}
                """.formatted(
                        zone,
                        databaseName,
                        login,
                        password(),
                        mailDomain,
                        password(),
                        mailDomain,
                        mailDomain,
                        mailDomain,
                        record);
    }

    String password() {
        return "Sesame-" + word + "-42";
    }

    /** The tenant at the gateway. */
    ApiClient gateway() {
        return at(Service.GATEWAY);
    }

    /** The tenant at one of the services. */
    ApiClient at(Service service) {
        return new ApiClient(stack.http(), stack.url(service), stack.key().tenantToken(tenant, Duration.ofHours(1)));
    }

    Customers customers() {
        return new Customers(gateway());
    }

    /** Makes the customer and waits for the operation's end. */
    JsonNode provision() {
        return provision(wish());
    }

    JsonNode provision(String wish) {
        return end(customers().create(wish));
    }

    JsonNode end(Answer accepted) {
        return customers().end(accepted);
    }

    /** What a service says about the part of that name of an operation. */
    JsonNode part(JsonNode operation, String name) {
        return gateway().get(path(operation, name)).expect(200).json();
    }

    static String path(JsonNode operation, String name) {
        return step(operation, name).path("resource").asText();
    }

    /** The step of that name; there must be one. */
    static JsonNode step(JsonNode operation, String name) {
        for (JsonNode step : operation.path("steps")) {
            if (step.path("name").asText().equals(name)) {
                return step;
            }
        }
        throw new AssertionError("no step " + name + " in " + operation);
    }

    /** Logs in to the shop's database with its password. */
    Connection logIn() throws SQLException {
        return DriverManager.getConnection(stack.postgres().url(database), login, password());
    }

    /** What a query finds in a service's database, the first column of each row. */
    List<String> look(Service service, String query, Object... parameters) {
        try (Connection sql = stack.postgres().connect(service.database());
                PreparedStatement statement = sql.prepareStatement(query)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            List<String> found = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(rows.getString(1));
                }
            }
            return found;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    void assertEverythingIsThere() throws SQLException {
        try (Connection sql = logIn()) {
            assertThat(sql.isValid(5)).isTrue();
        }
        assertThat(look(Service.MAIL, "SELECT email FROM email_accounts WHERE tenant_id = ? ORDER BY email", tenant))
                .containsExactly("info@" + domain, "office@" + domain);
        assertThat(look(Service.MAIL, "SELECT source FROM email_forwarders WHERE tenant_id = ?", tenant))
                .containsExactly("sales@" + domain);
        assertThat(look(Service.DNS, "SELECT domain FROM dns_zones WHERE tenant_id = ?", tenant))
                .containsExactly(domain);
        assertThat(look(Service.DNS, "SELECT content FROM dns_records WHERE tenant_id = ? AND type = 'A'", tenant))
                .contains("192.0.2.10");
    }

    /** The databases that were deleted and can be restored. */
    List<String> kept() {
        List<String> ids = new ArrayList<>();
        gateway()
                .get("/v1/databases?status=deleted")
                .expect(200)
                .json()
                .path("items")
                .forEach(database -> ids.add(database.path("id").asText()));
        return ids;
    }

    /** Gives up what was deleted and can be restored. */
    void purge() {
        kept().forEach(id ->
                gateway().delete("/v1/databases/" + id + "?purge=true").expect(204));
    }

    /** Nothing in the tables of the three services, on the PostgreSQL server, and no secret in the gateway. */
    void assertNothingIsLeft() {
        assertThat(leftovers.of(tenant, database, login)).isEmpty();
    }
}
