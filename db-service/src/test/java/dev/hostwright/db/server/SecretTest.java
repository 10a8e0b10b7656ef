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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
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

    /** All of it, since this much takes more than one file. */
    private static String serversLog() throws Exception {
        Path folder = Path.of(seen("postgres", "SHOW data_directory").getFirst(), "log");
        try (Stream<Path> files = Files.list(folder)) {
            StringBuilder log = new StringBuilder();
            for (Path file : files.sorted().toList()) {
                log.append(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
            return log.toString();
        }
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
                    "ALTER SYSTEM SET log_min_duration_sample = 0",
                    "ALTER SYSTEM SET log_statement_sample_rate = 1",
                    "ALTER SYSTEM SET log_transaction_sample_rate = 1",
                    "ALTER SYSTEM SET log_parameter_max_length = -1",
                    "ALTER SYSTEM SET log_parameter_max_length_on_error = -1",
                    "ALTER SYSTEM SET log_error_verbosity = 'verbose'",
                    "ALTER SYSTEM SET log_min_messages = 'debug5'",
                    "ALTER SYSTEM SET log_min_error_statement = 'debug5'",
                    "ALTER SYSTEM SET debug_print_parse = on",
                    "ALTER SYSTEM SET debug_print_rewritten = on",
                    "ALTER SYSTEM SET debug_print_plan = on",
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
            String rotations = "/v1/roles/" + role.path("id") + "/rotations";
            as(7).body("{\"overlap\": false, \"endSessions\": true, \"password\": \"Xyzzy-plugh-4713\"}")
                    .post(rotations)
                    .then()
                    .statusCode(201);
            as(7).body("{\"username\": \"%s\", \"password\": \"Xyzzy-plugh-4714\"}".formatted(name))
                    .post(rotations)
                    .then()
                    .statusCode(409);
            Response rotation = as(7).body("{}").post(rotations);
            rotation.then().statusCode(201);
            as(7).body("{\"privilege\": \"READ_ONLY\"}")
                    .put("%s/grants/%s".formatted(path, role.path("id")))
                    .then()
                    .statusCode(200);
            as(7).get(path + "/usage").then().statusCode(200);
            as(7).put(path + "/suspension").then().statusCode(204);
            as(7).delete(path + "/suspension").then().statusCode(204);
            as(7).delete(path).then().statusCode(204);
            as(7).delete("/v1/roles/" + role.path("id")).then().statusCode(204);

            String end = name("end");
            asSuperuser("SELECT '%s'".formatted(end));
            until(() -> serversLog().contains(end));
            List<String> secrets = List.of("plugh", role.path("password"), rotation.path("password"), "SCRAM-SHA-256$");
            String written = serversLog();
            assertThat(written.lines().filter(line -> secrets.stream().anyMatch(line::contains)))
                    .isEmpty();
            for (String sign : List.of("log_error_verbosity", "DEBUG:", "{QUERY")) {
                assertThat(written.contains(sign)).as(sign).isTrue();
            }
            assertThat(log.lines).noneMatch(line -> secrets.stream().anyMatch(line::contains));
        } finally {
            root.removeHandler(log);
            try (Connection superuser = Superuser.connect("postgres")) {
                dev.hostwright.db.Customers.run(superuser, "ALTER SYSTEM RESET ALL", "SELECT pg_reload_conf()");
            }
        }
    }
}
