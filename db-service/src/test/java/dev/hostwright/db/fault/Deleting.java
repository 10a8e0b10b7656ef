package dev.hostwright.db.fault;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.asSuperuser;
import static dev.hostwright.db.Customers.login;
import static dev.hostwright.db.Customers.onServer;
import static dev.hostwright.db.Customers.provision;
import static dev.hostwright.db.Customers.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.response.Response;
import java.sql.Connection;
import java.sql.SQLException;

/** The end of a database, or of a login, whose login owns a table in another database as well. */
final class Deleting extends Work {

    private final String kind;
    private final boolean asksAgain;
    private final String id;
    private final String password;

    private Deleting(Home home, String kind, boolean asksAgain) throws SQLException {
        super(home, "deleting");
        this.kind = kind;
        this.asksAgain = asksAgain;
        Response made = kind.equals("databases") ? provision(tenant(), name) : login(tenant(), name);
        made.then().statusCode(201);
        this.id = made.path("id");
        this.password = made.path("password");
        home.settle(name, password);
    }

    /** The client asks again, until it is gone. */
    static Work ofADatabase(Home home) throws SQLException {
        return new Deleting(home, "databases", true);
    }

    /** The client asks once. */
    static Work ofADatabaseOnce(Home home) throws SQLException {
        return new Deleting(home, "databases", false);
    }

    static Work ofALogin(Home home) throws SQLException {
        return new Deleting(home, "roles", true);
    }

    static Work ofALoginOnce(Home home) throws SQLException {
        return new Deleting(home, "roles", false);
    }

    @Override
    String method() {
        return "DELETE";
    }

    @Override
    String path() {
        return "/v1/%s/%s".formatted(kind, id);
    }

    @Override
    String body() {
        return "";
    }

    @Override
    void assertThatItIsSafe() throws Exception {
        Response seen = as(tenant()).get(path());
        boolean isWhole = seen.statusCode() == 200 && seen.path("status").equals("active");
        if (isWhole) {
            try (Connection session = home.enter(name, password)) {
                assertThat(session.isValid(5)).isTrue();
            }
        } else if (!asksAgain) {
            asSuperuser("UPDATE %s SET updated_at = now() - interval '2 minutes' WHERE id = '%s'".formatted(kind, id));
            until(() -> as(tenant()).get(path()).statusCode() == 404);
            assertThat(onServer(name)).isEmpty();
            home.assertThatItKeeps(name);
        }

        again().then().statusCode(204);

        as(tenant()).get(path()).then().statusCode(404);
        assertThatNothingIsLeft();
        home.assertThatItKeeps(name);
    }
}
