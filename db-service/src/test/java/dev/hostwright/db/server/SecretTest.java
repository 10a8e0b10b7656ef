package dev.hostwright.db.server;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.asSuperuser;
import static dev.hostwright.db.Customers.login;
import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.path;
import static dev.hostwright.db.Customers.seen;
import static dev.hostwright.db.Customers.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hostwright.contract.PostgresResource.Superuser;
import dev.hostwright.db.DbPostgres;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** The server's log holds neither a password nor a verifier, however much it is told to log; nor does ours. */
@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
class SecretTest {

    /** What our own code logs in this process; the packaged service logs elsewhere. */
    private static final class Log extends Handler {
        private final List<String> lines = new CopyOnWriteArrayList<>();

        @Override
        public void publish(LogRecord entry) {
            lines.add(entry.getMessage() + " " + Arrays.toString(entry.getParameters()));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    private static String serversLog() throws SQLException {
        return seen("postgres", "SELECT pg_read_file(pg_current_logfile())").getFirst();
    }

    @Test
    void noPasswordAndNoVerifierReachesALog() throws Exception {
        Log log = new Log();
        Logger root = Logger.getLogger("");
        root.addHandler(log);
        try {
            asSuperuser(
                    "ALTER SYSTEM SET log_statement = 'all'",
                    "ALTER SYSTEM SET log_min_duration_statement = 0",
                    "ALTER SYSTEM SET log_parameter_max_length_on_error = -1",
                    "SELECT pg_reload_conf()");
            String control = name("control");
            until(() -> {
                asSuperuser("SELECT '%s'".formatted(control));
                return serversLog().contains(control);
            });

            String path = path("/v1/databases");
            String name = name("secret");
            String body =
                    "{\"name\": \"%1$s\", \"username\": \"%1$s\", \"password\": \"Xyzzy-plugh-4711\"}".formatted(name);
            as(7).body(body).put(path).then().statusCode(201);
            as(7).body(body).put(path).then().statusCode(200);
            as(7).body(body).post("/v1/databases").then().statusCode(409);
            as(7).body(body.replace("Xyzzy", "Xyzzy\\n"))
                    .post("/v1/databases")
                    .then()
                    .statusCode(400);
            Response role = login(7, name("secret_role"));
            login(7, role.path("username")).then().statusCode(409);
            as(7).body("{\"password\": \"Xyzzy-plugh-4712\"}")
                    .put("/v1/roles/" + role.path("id") + "/password")
                    .then()
                    .statusCode(200);
            as(7).delete(path).then().statusCode(204);

            String end = name("end");
            asSuperuser("SELECT '%s'".formatted(end));
            until(() -> serversLog().contains(end));
            String password = role.path("password");
            assertThat(serversLog())
                    .contains("log_error_verbosity")
                    .doesNotContain("plugh", password, "SCRAM-SHA-256$");
            assertThat(log.lines)
                    .noneMatch(line -> line.contains("plugh") || line.contains(password) || line.contains("SCRAM-SHA"));
        } finally {
            root.removeHandler(log);
            try (Connection superuser = Superuser.connect("postgres")) {
                dev.hostwright.db.Customers.run(superuser, "ALTER SYSTEM RESET ALL", "SELECT pg_reload_conf()");
            }
        }
    }
}
