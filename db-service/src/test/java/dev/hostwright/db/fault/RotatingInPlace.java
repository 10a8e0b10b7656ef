package dev.hostwright.db.fault;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.asSuperuser;
import static dev.hostwright.db.Customers.login;
import static dev.hostwright.db.Customers.state;
import static dev.hostwright.db.Customers.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.response.Response;
import java.sql.Connection;
import java.sql.SQLException;

/** Another password in the place of one that has leaked, whereupon whoever is in is out. */
final class RotatingInPlace extends Work {

    private static final String OTHER = "Open-sesame-43";

    private final String role;
    private final String password;
    private final String id = newId();
    private final Connection thief;

    RotatingInPlace(Home home) throws SQLException {
        super(home, "leaked");
        Response made = login(tenant(), name);
        made.then().statusCode(201);
        this.role = "/v1/roles/" + made.path("id");
        this.password = made.path("password");
        home.letIn(name, "READ_ONLY");
        this.thief = home.enter(name, password);
    }

    @Override
    String method() {
        return "PUT";
    }

    @Override
    String path() {
        return role + "/rotations/" + id;
    }

    @Override
    String body() {
        return "{\"overlap\": false, \"endSessions\": true, \"password\": \"%s\"}".formatted(OTHER);
    }

    private boolean lets(String tried) {
        try {
            home.enter(name, tried).close();
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    @Override
    void assertThatItIsSafe() throws Exception {
        boolean isDone = lets(OTHER);
        assertThat(lets(password)).isNotEqualTo(isDone);
        if (isDone) {
            // others see to it that he is out, though nobody asks again
            asSuperuser("UPDATE rotations SET created_at = now() - interval '1 minute' WHERE id = '%s'".formatted(id));
            until(() -> !state(thief, "SELECT 1").equals("00000"));
        } else {
            assertThat(state(thief, "SELECT 1")).isEqualTo("00000");
        }

        again().then().statusCode(isDone ? 200 : 201);

        assertThat(state(thief, "SELECT 1")).isNotEqualTo("00000");
        thief.close();
        assertThat(lets(OTHER)).isTrue();
        assertThat(lets(password)).isFalse();
        as(tenant()).delete(role).then().statusCode(204);
        assertThatNothingIsLeft();
    }
}
