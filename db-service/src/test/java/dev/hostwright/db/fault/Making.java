package dev.hostwright.db.fault;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.connect;
import static dev.hostwright.db.Customers.onServer;
import static dev.hostwright.db.Customers.seen;
import static dev.hostwright.db.Customers.state;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hostwright.contract.PostgresResource.Superuser;
import java.sql.Connection;
import java.util.List;

/** A database with its login, where none is ready: one is made ready first, and then claimed. */
final class Making extends Work {

    private final String path = "/v1/databases/" + newId();

    Making(Home home) {
        super(home, "making");
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
        return "{\"name\": \"%1$s\", \"username\": \"%1$s\", \"password\": \"%2$s\"}".formatted(name, PASSWORD);
    }

    @Override
    void assertThatItIsSafe() throws Exception {
        List<String> there = onServer(name);
        assertThat(there).isIn(List.of(), whole());
        assertThat(seen("hostwright_db", """
                        SELECT 'database' FROM databases WHERE name = '%1$s'
                        UNION ALL
                        SELECT 'role' FROM roles WHERE username = '%1$s'
                        """.formatted(name))).hasSize(there.isEmpty() ? 0 : 2);

        again().then().statusCode(there.isEmpty() ? 201 : 200);

        assertThat(onServer(name)).isEqualTo(whole());
        try (Connection client = connect(Superuser.port(), name, name, PASSWORD)) {
            assertThat(state(client, "CREATE TABLE t (n int)")).isEqualTo("00000");
        }
        as(tenant()).delete(path).then().statusCode(204);
        assertThatNothingIsLeft();
    }
}
