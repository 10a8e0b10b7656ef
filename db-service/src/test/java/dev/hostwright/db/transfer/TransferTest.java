package dev.hostwright.db.transfer;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.asSuperuser;
import static dev.hostwright.db.Customers.connect;
import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.onServer;
import static dev.hostwright.db.Customers.provision;
import static dev.hostwright.db.Customers.run;
import static dev.hostwright.db.Customers.seen;
import static dev.hostwright.db.Customers.state;
import static dev.hostwright.db.Customers.tenant;
import static dev.hostwright.db.Customers.until;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;

import dev.hostwright.contract.PostgresResource.Superuser;
import dev.hostwright.contract.Tokens;
import dev.hostwright.db.SystemPostgres;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@QuarkusTest
@TestProfile(TransferTest.WithPrograms.class)
@EnabledIf("dev.hostwright.db.SystemPostgres#isWanted")
class TransferTest {

    public static class WithPrograms implements QuarkusTestProfile {
        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(SystemPostgres.class));
        }

        @Override
        public boolean disableGlobalTestResources() {
            return true;
        }
    }

    private final long tenant = tenant();

    private static String path(Response database) {
        return "/v1/databases/" + database.path("id");
    }

    private static String uri(Response database) {
        return database.path("connectionString");
    }

    /** Asks for an export, and gives its path. */
    private String export(Response database) {
        return accepted(as(tenant).post(path(database) + "/exports"));
    }

    private String importInto(Response database, String export) {
        return accepted(as(tenant).body(source(export)).post(path(database) + "/imports"));
    }

    private static String accepted(Response answer) {
        answer.then().statusCode(202).body("status", equalTo("queued"));
        return answer.header("Location").replaceFirst("^https?://[^/]+", "");
    }

    private static String source(String export) {
        String[] parts = export.split("/");
        return "{\"databaseId\": \"%s\", \"exportId\": \"%s\"}".formatted(parts[3], parts[5]);
    }

    private static String key(String transfer) {
        String[] parts = transfer.split("/");
        return parts[3] + "." + parts[5];
    }

    private JsonPath ended(String transfer) throws Exception {
        until(() -> List.of("done", "failed").contains(as(tenant).get(transfer).path("status")));
        return as(tenant).get(transfer).jsonPath();
    }

    private JsonPath done(String transfer) throws Exception {
        JsonPath ended = ended(transfer);
        assertThat(ended.getString("status")).as(ended.prettify()).isEqualTo("done");
        return ended;
    }

    private JsonPath failed(String transfer, String code) throws Exception {
        JsonPath ended = ended(transfer);
        assertThat(ended.getString("error.code")).as(ended.prettify()).isEqualTo(code);
        assertThat(ended.getString("status")).isEqualTo("failed");
        return ended;
    }

    private static List<String> ask(Response database, String query) throws SQLException {
        try (Connection owner = connect(uri(database));
                Statement statement = owner.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> found = new ArrayList<>();
            while (rows.next()) {
                found.add(rows.getString(1));
            }
            return found;
        }
    }

    private static void make(Response database, String... statements) throws SQLException {
        try (Connection owner = connect(uri(database))) {
            run(owner, statements);
        }
    }

    private static List<String> files(String transfer) throws IOException {
        try (Stream<Path> files = Files.list(SystemPostgres.folder())) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith(key(transfer)))
                    .toList();
        }
    }

    private static void nothingIsLeftOf(String transfer) throws Exception {
        until(() -> files(transfer).isEmpty()
                && seen(
                                "hostwright_db",
                                "SELECT login FROM transfers WHERE login IS NOT NULL AND '%s' = database_id || '.' || id"
                                        .formatted(key(transfer)))
                        .isEmpty());
    }

    @Test
    void whatWasInADatabaseIsInAnotherThatItIsImportedInto() throws Exception {
        Response from = provision(tenant, name("from"));
        make(
                from,
                "CREATE EXTENSION pgcrypto",
                "CREATE TABLE goods (id serial PRIMARY KEY, name text NOT NULL CHECK (name <> ''), price numeric)",
                "INSERT INTO goods (name, price) SELECT 'it''s \"x\" \\ ' || n || ' äöü🔑', n / 3.0 FROM generate_series(1, 500) n",
                "CREATE INDEX goods_by_name ON goods (name)",
                "CREATE VIEW cheap AS SELECT * FROM goods WHERE price < 10",
                "CREATE SCHEMA \"odd \"\"one; DROP TABLE goods; --\"",
                "CREATE TABLE \"odd \"\"one; DROP TABLE goods; --\".\"a\nb\" AS SELECT 1 AS n",
                "CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql AS 'SELECT n * 2'");
        Response to = provision(tenant, name("to"));

        String export = export(from);
        long bytes = done(export).getLong("bytes");
        String imported = importInto(to, export);
        JsonPath end = done(imported);

        assertThat(end.getLong("bytes")).isEqualTo(bytes).isEqualTo(end.getLong("totalBytes"));
        String everything = "SELECT md5(string_agg(g::text, ',' ORDER BY id)) FROM goods g";
        assertThat(ask(to, everything)).isEqualTo(ask(from, everything)).doesNotContainNull();
        assertThat(ask(to, "SELECT count(*) FROM cheap")).isEqualTo(ask(from, "SELECT count(*) FROM cheap"));
        assertThat(ask(to, "SELECT n FROM \"odd \"\"one; DROP TABLE goods; --\".\"a\nb\""))
                .containsExactly("1");
        assertThat(ask(to, "SELECT nextval('goods_id_seq')")).containsExactly("501");
        assertThat(ask(to, "SELECT twice(21)")).containsExactly("42");
        assertThat(
                        ask(
                                to,
                                "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"))
                .containsExactly(to.path("name") + "_own");
        nothingIsLeftOf(imported);
        assertThat(files(export)).containsExactly(key(export) + ".dump");
    }

    @Test
    void theFileIsAnArchiveForPgRestoreAndGoesWithTheExport() throws Exception {
        Response database = provision(tenant, name("file"));
        make(database, "CREATE TABLE t AS SELECT 1 AS n");
        String export = export(database);
        long bytes = done(export).getLong("bytes");

        byte[] file = as(tenant)
                .get(export + "/file")
                .then()
                .statusCode(200)
                .contentType("application/octet-stream")
                .header("Content-Length", String.valueOf(bytes))
                .header("Content-Disposition", "attachment; filename=\"%s.dump\"".formatted(export.split("/")[5]))
                .extract()
                .asByteArray();
        assertThat(new String(file, 0, 5, StandardCharsets.US_ASCII)).isEqualTo("PGDMP");
        assertThat(file).hasSize((int) bytes);

        as(tenant).delete(export).then().statusCode(204);
        as(tenant).delete(export).then().statusCode(204);
        as(tenant).get(export).then().statusCode(404);
        as(tenant).get(export + "/file").then().statusCode(404);
        assertThat(files(export)).isEmpty();
    }

    @Test
    void itRunsAsALoginOfItsOwnWithoutThisServicesSecretsUntilItIsStopped() throws Exception {
        Response database = provision(tenant, name("held"));
        make(database, "CREATE TABLE t AS SELECT 1 AS n");
        String name = database.path("name");
        try (Connection owner = connect(uri(database))) {
            owner.setAutoCommit(false);
            run(owner, "LOCK TABLE t");

            String export = export(database);
            String who =
                    "SELECT usename FROM pg_stat_activity WHERE datname = '%s' AND usename LIKE 'zz\\_%%' AND wait_event_type = 'Lock'"
                            .formatted(name);
            until(() -> seen("postgres", who).size() == 1);

            String login = seen("postgres", who).getFirst();
            assertThat(seen("postgres", """
                            SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls
                              FROM pg_roles WHERE rolname = '%s' AND rolvaliduntil < now() + interval '2 hours'
                            """.formatted(login))).containsExactly("f");
            assertThat(seen("postgres", """
                            SELECT g.rolname FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
                             WHERE pg_get_userbyid(m.member) = '%s'
                            """.formatted(login))).containsExactly(name + "_own");
            assertThat(environment(login))
                    .extracting(entry -> entry.split("=", 2)[0])
                    .containsExactlyInAnyOrder(
                            "PGHOST",
                            "PGPORT",
                            "PGDATABASE",
                            "PGUSER",
                            "PGPASSFILE",
                            "PGCONNECT_TIMEOUT",
                            "PGAPPNAME",
                            "LC_ALL");
            as(tenant).get(export).then().body("status", equalTo("running"));

            as(tenant).delete(export).then().statusCode(204);

            as(tenant).get(export).then().statusCode(404);
            until(() -> onServer(login).isEmpty());
            nothingIsLeftOf(export);
            assertThat(environment(login)).isEmpty();
            owner.rollback();
        }
    }

    /** What the process that logs in as this was given. */
    private static List<String> environment(String login) {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().command().orElse("").endsWith("/pg_dump"))
                .map(process -> Path.of("/proc", String.valueOf(process.pid()), "environ"))
                .map(TransferTest::entries)
                .filter(entries -> entries.contains("PGUSER=" + login))
                .findFirst()
                .orElse(List.of());
    }

    private static List<String> entries(Path environ) {
        try {
            return List.of(Files.readString(environ).split("\0"));
        } catch (IOException e) {
            return List.of();
        }
    }

    @Test
    void anExportThatIsTooLargeFailsAndLeavesNoFile() throws Exception {
        Response database = provision(tenant, name("large"));
        make(
                database,
                "CREATE EXTENSION pgcrypto",
                "CREATE TABLE t AS SELECT gen_random_bytes(1000) AS b FROM generate_series(1, 6000)");

        String export = export(database);

        failed(export, "too-large");
        as(tenant).get(export + "/file").then().statusCode(409).body("type", endsWith("not-done"));
        nothingIsLeftOf(export);
    }

    @Test
    void anImportThatCannotBeChangesNothingAndSaysWhy() throws Exception {
        Response from = provision(tenant, name("from"));
        make(
                from,
                "CREATE TABLE a AS SELECT 1 AS n",
                "CREATE TABLE t AS SELECT 1 AS n",
                "CREATE TABLE z AS SELECT 1 AS n");
        Response to = provision(tenant, name("to"));
        make(to, "CREATE TABLE t AS SELECT 2 AS n");
        String export = export(from);
        done(export);

        String imported = importInto(to, export);

        assertThat(failed(imported, "refused").getString("error.message")).contains("relation \"t\" already exists");
        assertThat(ask(to, "SELECT tablename || (SELECT n FROM t) FROM pg_tables WHERE schemaname = 'public'"))
                .containsExactly("t2");
        nothingIsLeftOf(imported);
    }

    @Test
    void whatTheOwnersGroupMayNotReadIsNotExported() throws Exception {
        Response database = provision(tenant, name("hidden"));
        make(database, "SET ROLE NONE", "CREATE TABLE own (n int)", "REVOKE ALL ON own FROM PUBLIC");

        String export = export(database);

        assertThat(failed(export, "refused").getString("error.message")).contains("permission denied for table own");
    }

    @Test
    void anotherTenantsIsAsAnUnknownOne() throws Exception {
        Response database = provision(tenant, name("private"));
        make(database, "CREATE TABLE t AS SELECT 1 AS n");
        String export = export(database);
        done(export);
        long other = tenant();
        Response own = provision(other, name("theirs"));
        String unknown = path(database) + "/exports/" + UUID.randomUUID();

        for (String end : List.of("", "/file")) {
            assertThat(as(other)
                            .get(export + end)
                            .then()
                            .statusCode(404)
                            .extract()
                            .asString())
                    .isEqualTo(as(other).get(unknown + end).asString());
        }
        as(other).delete(export).then().statusCode(204);
        as(other).get(path(database) + "/exports").then().statusCode(404);
        as(other).post(path(database) + "/exports").then().statusCode(404);
        as(other).put(export).then().statusCode(404);
        as(other).body(source(export)).post(path(database) + "/imports").then().statusCode(404);
        assertThat(as(other)
                        .body(source(export))
                        .post(path(own) + "/imports")
                        .then()
                        .statusCode(404)
                        .extract()
                        .asString())
                .isEqualTo(as(other)
                        .body(source(unknown))
                        .post(path(own) + "/imports")
                        .asString());
        done(export);
        as(tenant).get(export + "/file").then().statusCode(200);
    }

    @Test
    void askingAgainIsTheSameAndAnotherThingUnderTheIdIsRefused() throws Exception {
        Response database = provision(tenant, name("again"));
        String export = path(database) + "/exports/" + UUID.randomUUID();
        as(tenant).put(export).then().statusCode(202);
        done(export);

        as(tenant).put(export).then().statusCode(200).body("status", equalTo("done"));
        as(tenant)
                .body(source(export))
                .put(export.replace("exports", "imports"))
                .then()
                .statusCode(409)
                .body("type", endsWith("differs"));
        as(tenant).get(export.replace("exports", "imports")).then().statusCode(404);
        as(tenant).delete(export.replace("exports", "imports")).then().statusCode(204);
        assertThat(as(tenant).get(path(database) + "/exports").jsonPath().getList("items.id"))
                .containsExactly(export.split("/")[5]);
        as(tenant).body("{}").post(path(database) + "/imports").then().statusCode(400);
    }

    @Test
    void aTenantHasSoManyAndNoMore() throws Exception {
        Response database = provision(tenant, name("many"));
        String first = export(database);
        for (int i = 0; i < 4; i++) {
            export(database);
        }

        as(tenant)
                .post(path(database) + "/exports")
                .then()
                .statusCode(409)
                .body("type", endsWith("too-many-transfers"));

        done(first);
        as(tenant).delete(first).then().statusCode(204);
        done(export(database));
    }

    @Test
    void aSuspendedDatabaseIsNotExported() throws Exception {
        Response database = provision(tenant, name("shut"));
        as(tenant).put(path(database) + "/suspension").then().statusCode(204);

        as(tenant).post(path(database) + "/exports").then().statusCode(409).body("type", endsWith("suspended"));
    }

    private void limit(Response database, int megabytes) {
        given().header("Authorization", "Bearer " + Tokens.operator())
                .contentType("application/json")
                .body("{\"sizeLimitMb\": %d}".formatted(megabytes))
                .put(path(database) + "/limits")
                .then()
                .statusCode(204);
    }

    @Test
    void aFullDatabaseIsExportedAsItWasAndNothingIsImportedIntoIt() throws Exception {
        Response from = provision(tenant, name("full"));
        make(
                from,
                "CREATE TABLE t AS SELECT 7 AS n",
                "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
                "CREATE FUNCTION seven() RETURNS int SECURITY DEFINER LANGUAGE sql AS 'SELECT n FROM t'",
                "SELECT lo_create(7)");
        limit(from, 5);
        as(tenant).get(path(from)).then().body("quotaStep", equalTo("restricted"));
        Response to = provision(tenant, name("room"));

        String export = export(from);
        done(export);
        done(importInto(to, export));

        assertThat(ask(to, "SELECT seven()")).containsExactly("7");
        assertThat(ask(to, "SELECT prosecdef FROM pg_proc WHERE proname = 'seven'"))
                .containsExactly("t");
        assertThat(ask(to, "SELECT oid FROM pg_largeobject_metadata")).containsExactly("7");
        as(tenant)
                .body(source(export))
                .post(path(from) + "/imports")
                .then()
                .statusCode(409)
                .body("type", endsWith("over-quota"));
    }

    @Test
    void anImportEndsWhenItsDatabaseIsFullAndAnExportGoesOn() throws Exception {
        Response from = provision(tenant, name("from"));
        make(from, "CREATE TABLE t AS SELECT 1 AS n");
        String export = export(from);
        done(export);
        Response to = provision(tenant, name("to"));
        // a superuser's session is not ended with the others, which would let the import go on a moment too early
        try (Connection superuser = Superuser.connect(to.path("name"))) {
            superuser.setAutoCommit(false);
            run(superuser, "CREATE TABLE t (n int)");
            String imported = importInto(to, export);
            until(() -> waiting(to).size() == 1);
            String second = importInto(to, export);

            limit(to, 5);

            failed(imported, "full");
            failed(second, "full");
            nothingIsLeftOf(imported);
        }
        assertThat(ask(to, "SELECT relname FROM pg_class WHERE relname = 't'")).isEmpty();
        limit(to, 0);
        done(importInto(to, export));

        try (Connection superuser = Superuser.connect(to.path("name"))) {
            superuser.setAutoCommit(false);
            run(superuser, "LOCK TABLE t");
            String going = export(to);
            until(() -> waiting(to).size() == 1);

            limit(to, 5);

            superuser.rollback();
            done(going);
        }
    }

    private static List<String> waiting(Response database) throws SQLException {
        return seen("postgres", """
                SELECT usename FROM pg_stat_activity
                 WHERE datname = '%s' AND usename LIKE 'zz\\_%%' AND wait_event_type = 'Lock'
                """.formatted(database.<String>path("name")));
    }

    @Test
    void anExportOutlivesItsDatabaseAndNotItsTime() throws Exception {
        Response from = provision(tenant, name("gone"));
        make(from, "CREATE TABLE t AS SELECT 7 AS n");
        String export = export(from);
        assertThat(done(export).getString("expiresAt")).isNotNull();
        as(tenant).delete(path(from)).then().statusCode(204);
        Response to = provision(tenant, name("back"));

        done(importInto(to, export));

        assertThat(ask(to, "SELECT n FROM t")).containsExactly("7");
        asSuperuser("UPDATE transfers SET ended_at = now() - interval '25 hours' WHERE database_id || '.' || id = '%s'"
                .formatted(key(export)));
        until(() -> as(tenant).get(export).statusCode() == 404);
        nothingIsLeftOf(export);
    }

    /** As it is after a kill -9 of the service in the middle: a row, a login, and the beginning of a file. */
    @Test
    void whatAKilledServiceLeavesIsFoundAndClearedAway() throws Exception {
        Response database = provision(tenant, name("killed"));
        make(database, "CREATE TABLE t AS SELECT 1 AS n");
        String name = database.path("name");
        String login = "zz_abcdefghijklmnopqrst";
        String export = path(database) + "/exports/" + UUID.randomUUID();
        Path orphan = Files.writeString(
                SystemPostgres.folder().resolve(UUID.randomUUID() + "." + UUID.randomUUID() + ".part"), "x");
        Path foreign = Files.writeString(SystemPostgres.folder().resolve("README"), "x");

        try (Connection killed = Superuser.connect("hostwright_db")) {
            run(
                    killed,
                    "SELECT pg_advisory_lock(hashtextextended('transfer:%s', 0))".formatted(key(export)),
                    "SET ROLE hostwright_db",
                    "SET app.tenant = '*'",
                    "INSERT INTO transfers (database_id, id, tenant_id, kind) VALUES ('%s', '%s', %d, 'export')"
                            .formatted(database.path("id"), export.split("/")[5], tenant),
                    "SELECT start_transfer('%s', '%s', '%s', 'SCRAM-SHA-256$4096:c2FsdHNhbHRzYWx0c2FsdA==$%s=:%4$s=', 60, '1GB')"
                            .formatted(database.path("id"), export.split("/")[5], login, "A".repeat(43)));
            for (String ending : List.of(".part", ".pass", ".dump")) {
                Files.writeString(SystemPostgres.folder().resolve(key(export) + ending), "x");
            }
            as(tenant).get(export).then().body("status", equalTo("running"));
        }

        failed(export, "interrupted");
        until(() -> onServer(login).isEmpty() && !Files.exists(orphan));
        nothingIsLeftOf(export);
        assertThat(foreign).exists();
        try (Connection owner = connect(uri(database))) {
            assertThat(state(owner, "DROP TABLE t")).isEqualTo("00000");
        }
        assertThat(onServer(name)).containsExactly(name, name, name + "_own", name + "_ro", name + "_rw");
    }

    @Test
    void oneOfATenantRunsAtATimeAndOthersAreNotHeldUp() throws Exception {
        Response held = provision(tenant, name("held"));
        make(held, "CREATE TABLE t AS SELECT 1 AS n");
        Response free = provision(tenant, name("free"));
        long other = tenant();
        Response theirs = provision(other, name("theirs"));
        try (Connection owner = connect(uri(held))) {
            owner.setAutoCommit(false);
            run(owner, "LOCK TABLE t");
            String first = export(held);
            until(() -> "running".equals(as(tenant).get(first).path("status")));

            String second = export(free);
            Response third = as(other).post(path(theirs) + "/exports");

            String location = third.header("Location").replaceFirst("^https?://[^/]+", "");
            until(() -> "done".equals(as(other).get(location).path("status")));
            as(tenant).get(second).then().body("status", equalTo("queued"));
            owner.rollback();
            done(first);
            done(second);
        }
    }

    @Test
    void theJsonSaysHowFarItIs() throws Exception {
        Response database = provision(tenant, name("shape"));

        Map<String, Object> shown = done(export(database)).getMap("");

        assertThat(shown)
                .containsOnlyKeys(
                        "id", "databaseId", "kind", "status", "bytes", "createdAt", "startedAt", "endedAt", "expiresAt")
                .containsEntry("kind", "export");
    }
}
