package dev.hostwright.db.fault;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.onServer;
import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.response.Response;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** A request that may be cut short anywhere, and what has to be so then. */
abstract class Work {

    static final String PASSWORD = "Sesame-opens-42";

    final Home home;
    final String name;

    Work(Home home, String beginning) {
        this.home = home;
        this.name = name(beginning);
    }

    final long tenant() {
        return home.tenant;
    }

    abstract String method();

    abstract String path();

    abstract String body();

    /**
     * The service was cut short, and is gone or knows of nothing: all is as before the request or as after it, or is
     * carried on by others, and the same request again is answered by what is so.
     */
    abstract void assertThatItIsSafe() throws Exception;

    /** The same request again, to the other replica. */
    final Response again() {
        return as(tenant()).body(body()).request(method(), path());
    }

    static String newId() {
        return UUID.randomUUID().toString();
    }

    /** All that is of the name on the server, if this is a database with a login of the same name. */
    final List<String> whole() {
        return Stream.concat(
                        Stream.of(name, name), Stream.of("_own", "_ro", "_rw").map(name::concat))
                .toList();
    }

    final void assertThatNothingIsLeft() throws SQLException {
        assertThat(onServer(name)).isEmpty();
    }
}
