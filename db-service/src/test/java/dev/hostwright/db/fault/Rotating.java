package dev.hostwright.db.fault;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.login;
import static dev.hostwright.db.Customers.onServer;
import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.response.Response;
import java.sql.SQLException;
import java.util.List;

/** A second login with another password, beside the first. */
final class Rotating extends Work {

    private static final String OTHER = "Open-sesame-43";

    private final String role;
    private final String password;
    private final String path;

    Rotating(Home home) {
        super(home, "rotating");
        Response made = login(tenant(), name);
        made.then().statusCode(201);
        this.role = "/v1/roles/" + made.path("id");
        this.password = made.path("password");
        this.path = role + "/rotations/" + newId();
        home.letIn(name, "READ_WRITE");
    }

    @Override
    String method() {
        return "PUT";
    }

    @Override
    String path() {
        return path;
    }

    @Override
    String body() {
        return "{\"password\": \"%s\"}".formatted(OTHER);
    }

    @Override
    void assertThatItIsSafe() throws SQLException {
        String successor = name + "_r2";
        boolean isDone = onServer(name).contains(successor);

        Response answer = again();

        answer.then().statusCode(isDone ? 200 : 201);
        assertThat(onServer(name)).isEqualTo(List.of(name, successor));
        home.enter(name, password).close();
        home.enter(successor, OTHER).close();
        as(tenant()).delete(role).then().statusCode(204);
        as(tenant()).delete("/v1/roles/" + answer.path("successorId")).then().statusCode(204);
        assertThatNothingIsLeft();
    }
}
