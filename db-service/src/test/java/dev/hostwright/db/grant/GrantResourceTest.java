package dev.hostwright.db.grant;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.atOnce;
import static dev.hostwright.db.Customers.connect;
import static dev.hostwright.db.Customers.login;
import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.provision;
import static dev.hostwright.db.Customers.run;
import static dev.hostwright.db.Customers.state;
import static dev.hostwright.db.Customers.tenant;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import dev.hostwright.contract.PostgresResource.Superuser;
import dev.hostwright.db.DbPostgres;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
class GrantResourceTest {

    private static final List<String> PRIVILEGES = List.of("CONNECT", "READ_ONLY", "READ_WRITE", "OWNER");

    private final long tenant = tenant();

    private static String path(Response database, Response role) {
        return "/v1/databases/%s/grants/%s".formatted(database.path("id"), role.path("id"));
    }

    private Response grant(Response database, Response role, String privilege) {
        return as(tenant).body("{\"privilege\": \"%s\"}".formatted(privilege)).put(path(database, role));
    }

    private static Connection enter(Response database, Response role) throws SQLException {
        return connect(Superuser.port(), database.path("name"), role.path("username"), role.path("password"));
    }

    @Test
    void whoReadsAndWritesDoesSoInTablesMadeLaterAndMakesNone() throws SQLException {
        Response database = provision(tenant, name("tiers"));
        Response writer = login(tenant, name("writer"));
        grant(database, writer, "READ_WRITE").then().statusCode(200).body("privilege", equalTo("READ_WRITE"));

        try (Connection owner = connect(database.path("connectionString"));
                Connection there = enter(database, writer)) {
            run(
                    owner,
                    "CREATE TABLE later (n serial, word text)",
                    "CREATE SCHEMA extra",
                    "CREATE TABLE extra.t (n int)");
            assertThat(state(there, "INSERT INTO later (word) VALUES ('x')")).isEqualTo("00000");
            assertThat(state(there, "SELECT * FROM later")).isEqualTo("00000");
            assertThat(state(there, "INSERT INTO extra.t VALUES (1)")).isEqualTo("00000");
            assertThat(state(there, "CREATE TEMP TABLE scratch (n int)")).isEqualTo("00000");
            assertThat(state(there, "CREATE TABLE own (n int)")).isEqualTo("42501");
            assertThat(state(there, "TRUNCATE later")).isEqualTo("42501");
            assertThat(state(there, "DROP TABLE later")).isEqualTo("42501");
        }
    }

    @Test
    void whoReadsDoesSoInTablesMadeLaterAndChangesNothing() throws SQLException {
        Response database = provision(tenant, name("readers"));
        Response reader = login(tenant, name("reader"));
        grant(database, reader, "READ_ONLY").then().statusCode(200);

        try (Connection owner = connect(database.path("connectionString"));
                Connection there = enter(database, reader)) {
            run(owner, "CREATE TABLE later (n serial, word text)");
            assertThat(state(there, "SELECT * FROM later")).isEqualTo("00000");
            assertThat(state(there, "DO $$ BEGIN END $$")).isEqualTo("00000");
            for (String sql : List.of(
                    "INSERT INTO later (word) VALUES ('x')",
                    "CREATE TEMP TABLE scratch (n int)",
                    "SELECT nextval('later_n_seq')",
                    "CREATE TABLE own (n int)",
                    "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'")) {
                assertThat(state(there, sql)).as(sql).isEqualTo("42501");
            }
            run(there, "SET default_transaction_read_only = off");
            assertThat(state(there, "INSERT INTO later (word) VALUES ('x')")).isEqualTo("42501");
        }
    }

    @Test
    void anOwnerMakesThingsThatBelongToTheGroup() throws SQLException {
        Response database = provision(tenant, name("owners"));
        Response second = login(tenant, name("second_owner"));
        grant(database, second, "OWNER").then().statusCode(200);

        try (Connection there = enter(database, second);
                Connection first = connect(database.path("connectionString"))) {
            run(there, "CREATE TABLE shared (n int)");
            assertThat(state(first, "ALTER TABLE shared ADD m int")).isEqualTo("00000");
        }
    }

    @Test
    void whoConnectsGetsInAndSeesNothing() throws SQLException {
        Response database = provision(tenant, name("connects"));
        Response guest = login(tenant, name("guest"));
        assertThatThrownBy(() -> enter(database, guest).close())
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));

        grant(database, guest, "CONNECT").then().statusCode(200);

        try (Connection owner = connect(database.path("connectionString"));
                Connection there = enter(database, guest)) {
            run(owner, "CREATE TABLE secret (n int)");
            assertThat(state(there, "SELECT * FROM secret")).isIn("42501", "42P01");
            assertThat(state(there, "SELECT * FROM public.secret")).isEqualTo("42501");
        }
    }

    @Test
    void aLoweredPrivilegeEndsTheSessionsThatHadMoreAndNoOthers() throws SQLException {
        Response database = provision(tenant, name("lowered"));
        Response user = login(tenant, name("demoted"));
        grant(database, user, "OWNER");
        try (Connection older = enter(database, user);
                Connection owner = connect(database.path("connectionString"))) {
            run(older, "CREATE TABLE t (n int)");

            grant(database, user, "READ_ONLY").then().statusCode(200);

            assertThat(state(older, "INSERT INTO t VALUES (1)")).isIn("57P01", "08006");
            assertThat(state(owner, "SELECT 1")).isEqualTo("00000");
        }
        try (Connection newer = enter(database, user)) {
            assertThat(state(newer, "INSERT INTO t VALUES (1)")).isEqualTo("42501");
            grant(database, user, "READ_ONLY").then().statusCode(200);
            assertThat(state(newer, "SELECT * FROM t")).isEqualTo("00000");
            grant(database, user, "READ_WRITE").then().statusCode(200);
            assertThat(state(newer, "INSERT INTO t VALUES (1)")).isEqualTo("00000");
        }
    }

    @Test
    void aRevokedPrivilegeEndsTheSessionsAndMayBeRevokedAgain() throws SQLException {
        Response database = provision(tenant, name("revoked"));
        Response user = login(tenant, name("removed"));
        for (String privilege : List.of("OWNER", "READ_WRITE", "READ_ONLY", "CONNECT")) {
            grant(database, user, privilege).then().statusCode(200);
            try (Connection there = enter(database, user)) {
                as(tenant).delete(path(database, user)).then().statusCode(204);
                assertThat(state(there, "SELECT 1")).as(privilege).isIn("57P01", "08006");
            }
            assertThatThrownBy(() -> enter(database, user).close())
                    .as(privilege)
                    .isInstanceOf(SQLException.class);
        }
        as(tenant).delete(path(database, user)).then().statusCode(204);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ALL", "ALL PRIVILEGES", "select", "owner", "SELECT; DROP TABLE x", ""})
    void aPrivilegeIsOneOfFourWordsAndNeverSql(String privilege) {
        Response database = provision(tenant, name("words"));
        Response user = login(tenant, name("word_user"));

        grant(database, user, privilege).then().statusCode(400).body("errors.pointer", hasItem("/privilege"));
    }

    @Test
    void anotherTenantsDatabaseOrLoginIsA404() {
        Response database = provision(tenant, name("mine"));
        Response theirDatabase = provision(tenant + 1, name("theirs"));
        Response user = login(tenant, name("my_user"));
        Response theirUser = login(tenant + 1, name("their_user"));

        grant(database, theirUser, "READ_ONLY").then().statusCode(404);
        grant(theirDatabase, user, "READ_ONLY").then().statusCode(404);
        as(tenant).delete(path(theirDatabase, theirUser)).then().statusCode(404);
        as(tenant)
                .get("/v1/databases/" + theirDatabase.path("id") + "/grants")
                .then()
                .statusCode(404);
        as(tenant)
                .body("{\"privilege\": \"OWNER\"}")
                .put("/v1/databases/%s/grants/%s".formatted(database.path("id"), UUID.randomUUID()))
                .then()
                .statusCode(404);
    }

    @Test
    void theListSaysWhoMayDoWhat() {
        Response database = provision(tenant, name("who"));
        Response user = login(tenant, name("a_reader"));
        grant(database, user, "READ_ONLY");

        Response list = as(tenant).get("/v1/databases/" + database.path("id") + "/grants");

        assertThat(list.<List<String>>path("items.username"))
                .containsExactly(user.path("username"), database.<String>path("username"));
        assertThat(list.<List<String>>path("items.privilege")).containsExactly("READ_ONLY", "OWNER");
    }

    @Test
    void eightClientsWithAHundredGrantsEachOnOneDatabaseMeetNoError() throws Exception {
        Response database = provision(tenant, name("crowded"));
        List<Response> users = new ArrayList<>();
        List<Callable<List<Integer>>> clients = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Response user = login(tenant, name("crowd_user"));
            users.add(user);
            clients.add(() -> IntStream.range(0, 100)
                    .mapToObj(turn -> grant(database, user, PRIVILEGES.get(turn % PRIVILEGES.size()))
                            .statusCode())
                    .toList());
        }

        List<Integer> statuses = atOnce(clients).stream().flatMap(List::stream).toList();

        assertThat(statuses).hasSize(800).containsOnly(200);
        for (Response user : users) {
            try (Connection there = enter(database, user)) {
                assertThat(state(there, "CREATE TABLE %s (n int)".formatted(user.<String>path("username"))))
                        .isEqualTo("00000");
            }
        }
    }

    @Test
    void nothingIsGrantedInASuspendedDatabase() {
        Response database = provision(tenant, name("closed"));
        Response user = login(tenant, name("too_late"));
        as(tenant)
                .put("/v1/databases/" + database.path("id") + "/suspension")
                .then()
                .statusCode(204);

        grant(database, user, "CONNECT").then().statusCode(409).body("type", endsWith("suspended"));
    }
}
