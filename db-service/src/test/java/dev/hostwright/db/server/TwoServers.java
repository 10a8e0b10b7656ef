package dev.hostwright.db.server;

import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.provision;
import static dev.hostwright.db.Customers.tenant;
import static io.restassured.RestAssured.given;

import dev.hostwright.contract.PostgresResource.Superuser;
import dev.hostwright.contract.Tokens;
import dev.hostwright.db.AnotherPostgres;
import dev.hostwright.db.Customers;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.sql.Connection;
import java.sql.SQLException;

/** What the tests of several servers do: the home server and the one called {@code second}. */
final class TwoServers {

    private TwoServers() {}

    static RequestSpecification asOperator() {
        return given().header("Authorization", "Bearer " + Tokens.operator()).contentType("application/json");
    }

    /** What operators are told of a server. */
    static <T> T shown(String server, String property) {
        return asOperator()
                .get("/v1/servers")
                .then()
                .statusCode(200)
                .extract()
                .path("items.find { it.name == '%s' }.%s".formatted(server, property));
    }

    /** The first database of a new tenant. */
    static Response ofNewTenant(String beginning) {
        return provision(tenant(), name(beginning));
    }

    /** The same, on a server that has that label. */
    static Response provisionOn(long tenant, String name, String label) {
        return Customers.as(tenant)
                .body("{\"name\": \"%s\", \"username\": \"%s\", \"serverLabels\": [\"%s\"]}"
                        .formatted(name, name, label))
                .post("/v1/databases");
    }

    static boolean isOnSecond(Response database) {
        return database.<Integer>path("port") == AnotherPostgres.port();
    }

    static boolean isHome(Response database) {
        return database.<Integer>path("port") == Superuser.port();
    }

    /** Puts a tenant who has nothing yet on a server, as if he had come earlier. */
    static void place(long tenant, String server) throws SQLException {
        Customers.asSuperuser("INSERT INTO placements (tenant_id, server) VALUES (%d, '%s')".formatted(tenant, server));
    }

    /** How many databases a server's own books have. */
    static long databasesOn(int port) throws SQLException {
        try (Connection superuser = Customers.connect(port, "hostwright_db", "postgres", "superuser");
                var statement = superuser.createStatement();
                var rows = statement.executeQuery("SELECT count(*) FROM databases")) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
