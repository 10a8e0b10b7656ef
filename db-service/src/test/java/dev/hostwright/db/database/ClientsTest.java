package dev.hostwright.db.database;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.provision;
import static dev.hostwright.db.Customers.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hostwright.db.DbPostgres;
import dev.hostwright.db.HostilePasswords;
import dev.hostwright.db.SystemProgram;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Clients log in by nothing but what the answer says for each. */
@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
class ClientsTest {

    private static final String WHO = "SELECT session_user";

    @TempDir
    Path folder;

    static Stream<String> passwords() {
        return HostilePasswords.generated(12);
    }

    private static Response provisionWith(String name, String password) {
        return as(tenant())
                .body(Map.of("name", name, "username", name, "password", password))
                .post("/v1/databases");
    }

    @ParameterizedTest
    @MethodSource("passwords")
    void javaClientsLogIn(String password) throws Exception {
        String name = name("java");

        Response made = provisionWith(name, password);

        assertThat(byJdbc(made.path("connectionStrings.jdbc"))).isEqualTo(name);
        assertThat(byVertx(made.path("connectionStrings.uri"))).isEqualTo(name);
    }

    @ParameterizedTest
    @MethodSource("passwords")
    void libpqLogsIn(String password) throws Exception {
        SystemProgram.need("psql");
        String name = name("libpq");

        Response made = provisionWith(name, password);

        Path none = folder.resolve("none");
        assertThat(byPsql(made.path("connectionStrings.uri"), none)).isEqualTo(name);
        assertThat(byPsql(made.path("connectionStrings.keywords"), none)).isEqualTo(name);
        Path pgpass = Files.createFile(
                folder.resolve("pgpass"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(pgpass, made.path("connectionStrings.pgpass") + "\n");
        Response later = as(tenantOf(made)).get("/v1/databases/" + made.path("id"));
        assertThat(byPsql(later.path("connectionStrings.uri"), pgpass)).isEqualTo(name);
        assertThat(byPsql(later.path("connectionStrings.keywords"), pgpass)).isEqualTo(name);
    }

    @Test
    void thePasswordIsInTheFirstAnswerOnly() {
        long tenant = tenant();

        Response made = provision(tenant, name("once"));

        String password = made.path("password");
        assertThat(made.<Map<String, String>>path("connectionStrings"))
                .containsOnlyKeys("uri", "keywords", "jdbc", "npgsql", "pgpass")
                .allSatisfy((client, string) -> assertThat(string).contains(password));
        Response later = as(tenant).get("/v1/databases/" + made.path("id"));
        assertThat(later.<Map<String, String>>path("connectionStrings"))
                .containsOnlyKeys("uri", "keywords", "jdbc", "npgsql");
        assertThat(later.asString()).doesNotContain(password);
        assertThat(later.<String>path("connectionStrings.uri")).isEqualTo(later.path("connectionString"));
    }

    private static long tenantOf(Response made) {
        return made.<Number>path("tenantId").longValue();
    }

    private static String byJdbc(String url) throws Exception {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(WHO)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static String byVertx(String uri) throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            return PgConnection.connect(vertx, uri)
                    .compose(connection -> connection.query(WHO).execute())
                    .map(rows -> rows.iterator().next().getString(0))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(20, TimeUnit.SECONDS);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
    }

    /** By way of a file, because an argument is written in the encoding of whoever runs this test. */
    private String byPsql(String conninfo, Path pgpass) throws Exception {
        Path file = Files.writeString(folder.resolve("conninfo"), conninfo);
        return SystemProgram.run(
                Map.of("PATH", System.getenv("PATH"), "PGPASSFILE", pgpass.toString(), "PGCONNECT_TIMEOUT", "10"),
                "sh",
                "-c",
                "exec psql -XAtw -d \"$(cat \"$1\")\" -c \"$2\"",
                "sh",
                file.toString(),
                WHO);
    }
}
