package dev.hostwright.db.fault;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.connect;
import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.provision;
import static dev.hostwright.db.Customers.run;
import static dev.hostwright.db.Customers.seen;
import static dev.hostwright.db.Customers.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hostwright.contract.PostgresResource.Superuser;
import io.restassured.response.Response;
import java.sql.Connection;
import java.sql.SQLException;

/** A tenant with a database that stays, in which other logins of his have something. */
final class Home {

    final long tenant = tenant();
    private final String name = name("home");
    private final String id;

    Home() {
        Response made = provision(tenant, name);
        made.then().statusCode(201);
        id = made.path("id");
    }

    /** The id of a login, which may have been made with a database. */
    String roleId(String username) {
        return as(tenant)
                .get("/v1/roles?pageSize=1000")
                .path("items.find { it.username == '%s' }.id".formatted(username));
    }

    void letIn(String username, String privilege) {
        as(tenant)
                .body("{\"privilege\": \"%s\"}".formatted(privilege))
                .put("/v1/databases/%s/grants/%s".formatted(id, roleId(username)))
                .then()
                .statusCode(200);
    }

    Connection enter(String username, String password) throws SQLException {
        return connect(Superuser.port(), name, username, password);
    }

    /** Lets a login own a table here, of its own name, which has to be found and kept when the login goes. */
    void settle(String username, String password) throws SQLException {
        letIn(username, "OWNER");
        try (Connection session = enter(username, password)) {
            run(session, "SET ROLE NONE", "CREATE TABLE public.%s (n int)".formatted(username));
        }
    }

    void assertThatItKeeps(String table) throws SQLException {
        assertThat(seen(
                        name,
                        "SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relkind = 'r' AND relname = '%s'"
                                .formatted(table)))
                .containsExactly(name + "_own");
    }

    void delete() {
        as(tenant).delete("/v1/databases/" + id).then().statusCode(204);
    }
}
