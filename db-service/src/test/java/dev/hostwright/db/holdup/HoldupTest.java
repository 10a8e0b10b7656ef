package dev.hostwright.db.holdup;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.asSuperuser;
import static dev.hostwright.db.Customers.connect;
import static dev.hostwright.db.Customers.login;
import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.onServer;
import static dev.hostwright.db.Customers.provision;
import static dev.hostwright.db.Customers.run;
import static dev.hostwright.db.Customers.seen;
import static dev.hostwright.db.Customers.state;
import static dev.hostwright.db.Customers.tenant;
import static dev.hostwright.db.Customers.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hostwright.contract.PostgresResource.Superuser;
import dev.hostwright.db.DbPostgres;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** What a customer's login may lock, in its own database and of what all databases share, holds up nobody else. */
@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
class HoldupTest {

    private static final String OLD = "updated_at = now() - interval '2 minutes'";

    /** The answer, when it comes in time; none is waited for any longer, so that locks are given back. */
    private static <T> T soon(Callable<T> call) throws Exception {
        FutureTask<T> answer = new FutureTask<>(call);
        Thread.ofPlatform().daemon().start(answer);
        try {
            return answer.get(8, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("no answer within 8 s", e);
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
    }

    /** A session of the login itself, not of its group, that keeps every lock its statements take. */
    private static Connection holding(Response database, String... statements) throws SQLException {
        Connection session = connect(database.path("connectionString"));
        run(session, "SET ROLE NONE");
        session.setAutoCommit(false);
        run(session, statements);
        return session;
    }

    private static int deleted(long tenant, String kind, Response what) throws Exception {
        return soon(() -> as(tenant)
                .delete("/v1/%s/%s".formatted(kind, what.<String>path("id")))
                .statusCode());
    }

    private static String ownRole(long tenant, Response database) {
        return as(tenant)
                .get("/v1/roles?pageSize=1000")
                .path("items.find { it.username == '%s' }.id".formatted(database.<String>path("username")));
    }

    private static void grantOwner(long tenant, Response database, Response role) {
        as(tenant)
                .body("{\"privilege\": \"OWNER\"}")
                .put("/v1/databases/%s/grants/%s".formatted(database.path("id"), role.path("id")))
                .then()
                .statusCode(200);
    }

    /** A login with a table of its own, which nobody can take over while somebody locks it. */
    private static Response loginWithATable(long tenant, Response database, String table) throws SQLException {
        Response user = login(tenant, name("settler"));
        grantOwner(tenant, database, user);
        // or the background would hand the table over to the owners
        asSuperuser("UPDATE grants SET privilege = 'CONNECT' WHERE role_id = '%s'".formatted(user.<String>path("id")));
        try (Connection there = connect(
                Superuser.port(), database.path("name"), user.path("username"), user.<String>path("password"))) {
            run(
                    there,
                    "SET ROLE NONE",
                    "CREATE TABLE public.%s (n int)".formatted(table),
                    "GRANT SELECT ON public.%s TO PUBLIC".formatted(table));
        }
        return user;
    }

    @Test
    void anotherTenantsLockOnADatabaseDoesNotHoldUpItsDeletion() throws Exception {
        Response hostile = provision(tenant(), name("hostile"));
        long tenant = tenant();
        Response victim = provision(tenant, name("victim"));

        try (Connection session = holding(
                hostile,
                "ALTER ROLE %s IN DATABASE %s SET work_mem = '4MB'"
                        .formatted(hostile.path("username"), victim.path("name")))) {
            assertThat(deleted(tenant, "databases", victim)).isEqualTo(204);

            assertThat(state(session, "SELECT 1")).isIn("57P01", "08006");
        }
        assertThat(onServer(victim.path("name"))).isEmpty();
    }

    @Test
    void locksOnTheReadyDatabasesHoldUpNoClaim() throws Exception {
        Response hostile = provision(tenant(), name("hostile"));
        until(() -> seen("hostwright_db", "SELECT 1 FROM pool WHERE state = 'ready'")
                        .size()
                >= 4);
        String[] locks = seen("hostwright_db", "SELECT prefix FROM pool").stream()
                .map(item ->
                        "ALTER ROLE %s IN DATABASE %s SET work_mem = '4MB'".formatted(hostile.path("username"), item))
                .toArray(String[]::new);

        try (Connection session = holding(hostile, locks)) {
            assertThat(soon(() -> provision(tenant(), name("claimed")).statusCode()))
                    .isEqualTo(201);
        }
    }

    @Test
    void whatAnotherTenantGaveToALoginDoesNotHoldUpItsDeletion() throws Exception {
        Response hostile = provision(tenant(), name("hostile"));
        long tenant = tenant();
        Response victim = login(tenant, name("victim"));
        String username = victim.path("username");
        try (Connection session = connect(hostile.path("connectionString"))) {
            run(
                    session,
                    "CREATE TABLE gift (n int)",
                    "CREATE POLICY p ON gift TO " + username,
                    "GRANT SELECT ON gift TO " + username);
        }
        List<String> before = onServer("gone_");

        try (Connection session =
                holding(hostile, "SET ROLE %s_own".formatted(hostile.<String>path("name")), "LOCK TABLE gift")) {
            assertThat(deleted(tenant, "roles", victim)).isEqualTo(204);

            assertThat(onServer(username)).isEmpty();
            assertThat(onServer("gone_")).anyMatch(role -> !before.contains(role));
            assertThat(seen("postgres", """
                            SELECT concat_ws(' ', rolcanlogin, rolpassword IS NULL, rolconnlimit,
                                             (SELECT count(*) FROM pg_auth_members WHERE member = a.oid))
                              FROM pg_authid a
                             WHERE rolname LIKE 'gone\\_%'
                            """)).contains("f t 0 0");
            assertThat(login(tenant, username).statusCode()).isEqualTo(201);
            assertThat(state(session, "SELECT 1")).isEqualTo("00000");
        }
        asSuperuser("UPDATE gone_roles SET tried_at = NULL");
        until(() -> before.containsAll(onServer("gone_")));
        assertThat(seen(hostile.path("name"), "SELECT count(*) FROM pg_policy")).containsExactly("0");
    }

    @Test
    void aGrantThatAnotherTenantDoesNotFinishDoesNotHoldUpADeletion() throws Exception {
        List<String> before = onServer("gone_");
        Response hostile = provision(tenant(), name("hostile"));
        long tenant = tenant();
        Response victim = login(tenant, name("victim"));
        Response database = provision(tenant, name("victims"));

        try (Connection session = holding(
                hostile,
                "SET ROLE %s_own".formatted(hostile.<String>path("name")),
                "CREATE TABLE gift (n int)",
                "GRANT SELECT ON gift TO " + victim.path("username"),
                "GRANT SELECT ON gift TO " + database.path("name") + "_own")) {
            assertThat(deleted(tenant, "roles", victim)).isEqualTo(204);
            assertThat(deleted(tenant, "databases", database)).isEqualTo(204);
        }
        assertThat(onServer(victim.path("username"))).isEmpty();
        assertThat(onServer(database.path("name"))).isEmpty();
        asSuperuser("UPDATE gone_roles SET tried_at = NULL");
        until(() -> before.containsAll(onServer("gone_")));
    }

    @Test
    void whoIsShutOutCannotHoldThatUpByALockOnHimself() throws Exception {
        long tenant = tenant();
        Response database = provision(tenant, name("stubborn"));
        String username = database.path("username");
        String path = "/v1/databases/" + database.path("id") + "/suspension";
        String changeMyself = "ALTER ROLE %s PASSWORD 'another password of mine'".formatted(username);

        try (Connection session = holding(database, changeMyself)) {
            assertThat(soon(() -> as(tenant).put(path).statusCode())).isEqualTo(204);
            assertThat(state(session, "SELECT 1")).isIn("57P01", "08006");
        }
        as(tenant).delete(path).then().statusCode(204);
        String role = ownRole(tenant, database);
        try (Connection session = holding(database, changeMyself)) {
            assertThat(soon(() -> as(tenant).delete("/v1/roles/" + role).statusCode()))
                    .isEqualTo(204);
        }
        assertThat(onServer(username)).doesNotContain(username + " ").hasSize(4);
    }

    @Test
    void aTenantsLocksInHisOwnDatabaseHoldUpHisOwnDeletionsOnly() throws Exception {
        long tenant = tenant();
        Response database = provision(tenant, name("busy"));
        List<Response> users = new ArrayList<>();
        List<String> locks = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            users.add(loginWithATable(tenant, database, "t" + i));
            locks.add("SELECT FROM t%d".formatted(i));
        }
        long other = tenant();
        List<FutureTask<Response>> deletions = new ArrayList<>();

        try (Connection session = holding(database, locks.toArray(String[]::new))) {
            for (Response user : users) {
                FutureTask<Response> deletion =
                        new FutureTask<>(() -> as(tenant).delete("/v1/roles/" + user.path("id")));
                deletions.add(deletion);
                Thread.ofPlatform().daemon().start(deletion);
            }
            until(() -> !seen("hostwright_db", "SELECT 1 FROM pg_locks WHERE NOT granted")
                    .isEmpty());
            for (int i = 0; i < 3; i++) {
                Response made = soon(() -> provision(other, name("undisturbed")));
                assertThat(made.statusCode()).isEqualTo(201);
                Response user = login(other, name("undisturbed"));
                grantOwner(other, made, user);
                assertThat(deleted(other, "roles", user)).isEqualTo(204);
                assertThat(deleted(other, "databases", made)).isEqualTo(204);
            }
            assertThat(seen("hostwright_db", """
                            SELECT count(*)
                              FROM pg_stat_activity
                             WHERE datname = '%s' AND usename = 'hostwright_db'
                            """.formatted(database.<String>path("name"))))
                    .containsAnyOf("0", "1", "2");
            for (FutureTask<Response> deletion : deletions) {
                Response answer = deletion.get(30, TimeUnit.SECONDS);
                answer.then().statusCode(503);
                assertThat(answer.header("Retry-After")).isNotBlank();
            }
            assertThat(state(session, "SELECT 1")).isEqualTo("00000");
        }
        assertThat(deleted(tenant, "roles", users.getFirst())).isEqualTo(204);
        assertThat(onServer(users.getFirst().path("username"))).isEmpty();
    }

    /** Whoever connects waits for the lock that a DROP DATABASE wants, and so may anybody make him wait. */
    @Test
    void aDatabaseThatNobodyCanEnterDoesNotKeepAnybodyWaitingForEver() throws Exception {
        long tenant = tenant();
        Response database = provision(tenant, name("barred"));
        Response user = loginWithATable(tenant, database, "t");
        Response elsewhere = provision(tenant, name("elsewhere"));
        String bar = "ALTER ROLE %s IN DATABASE %s SET work_mem = '4MB'"
                .formatted(elsewhere.path("username"), database.path("name"));

        try (Connection holder = holding(elsewhere, bar);
                Connection waiter = connect(elsewhere.path("connectionString"))) {
            Thread.ofPlatform().daemon().start(() -> state(waiter, "DROP DATABASE " + database.path("name")));
            until(() -> !seen("postgres", "SELECT 1 FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'")
                    .isEmpty());

            assertThat(deleted(tenant, "roles", user)).isEqualTo(204);
        }
        assertThat(onServer(user.path("username"))).isEmpty();
    }

    /** Whoever waits may be ended himself, when autovacuum wants into the database behind him: then he comes back. */
    private static void dropUntilRefused(Response hostile, Response database) {
        String said = "";
        for (int tries = 0; tries < 20 && !"42501".equals(said); tries++) {
            try (Connection waiter = connect(hostile.path("connectionString"))) {
                said = state(waiter, "DROP DATABASE " + database.path("name"));
            } catch (SQLException e) {
                said = e.getSQLState();
            }
        }
    }

    @Test
    void aCustomerWhoWaitsForAnotherOnPurposeHasNobodyEnded() throws Exception {
        Response database = provision(tenant(), name("owned"));
        Response hostile = provision(tenant(), name("hostile"));
        String own = "ALTER ROLE %s IN DATABASE %s SET work_mem = '4MB'"
                .formatted(database.path("username"), database.path("name"));
        String aLongTime = """
                SELECT 1
                  FROM pg_locks
                 WHERE NOT granted AND waitstart < clock_timestamp() - interval '3 seconds'
                """;

        try (Connection session = holding(database, own)) {
            Thread.ofPlatform().daemon().start(() -> dropUntilRefused(hostile, database));
            until(() -> !seen("postgres", aLongTime).isEmpty()
                    || !state(session, "SELECT 1").equals("00000"));

            assertThat(state(session, "SELECT 1")).isEqualTo("00000");
        }
    }

    @Test
    void whatHangsIsPassedOverByTheReconciler() throws Exception {
        long hanging = tenant();
        Response database = provision(hanging, name("hanging"));
        Response stuck = loginWithATable(hanging, database, "t");
        Response lifted = provision(tenant(), name("lifted"));
        Response user = login(tenant(), name("later_user"));
        Response doomed = provision(tenant(), name("later_db"));
        String mark = "UPDATE %s SET status = 'deleting', " + OLD + " WHERE id = '%s'";

        try (Connection session = holding(database, "SELECT FROM t")) {
            asSuperuser(
                    mark.formatted("roles", stuck.<String>path("id")),
                    mark.formatted("roles", user.<String>path("id")),
                    mark.formatted("databases", doomed.<String>path("id")),
                    "ALTER DATABASE %s CONNECTION LIMIT -1".formatted(lifted.<String>path("name")));

            until(() -> onServer(user.path("username")).isEmpty()
                    && onServer(doomed.path("name")).isEmpty());
            assertThat(onServer(stuck.path("username"))).isNotEmpty();
            until(() -> seen(
                            "postgres",
                            "SELECT datconnlimit FROM pg_database WHERE datname = '%s'"
                                    .formatted(lifted.<String>path("name")))
                    .equals(List.of("20")));
        }
        asSuperuser("UPDATE roles SET tried_at = NULL");
        until(() -> onServer(stuck.path("username")).isEmpty());
    }

    @Test
    void aHalfMadeDatabaseWhoseGroupSomebodyGaveAGrantIsTakenAwayAllTheSame() throws Exception {
        List<String> before = onServer("gone_");
        Response hostile = provision(tenant(), name("hostile"));
        String item = "pool_" + "abcdefghij".repeat(2);
        asSuperuser("SET ROLE hostwright_db", "CREATE ROLE %s_own NOLOGIN".formatted(item));
        try (Connection session = connect(hostile.path("connectionString"))) {
            run(session, "CREATE TABLE gift (n int)", "GRANT SELECT ON gift TO %s_own".formatted(item));
        }

        asSuperuser("INSERT INTO pool (prefix) VALUES ('%s')".formatted(item));

        until(() -> onServer(item).isEmpty());
        until(() -> before.containsAll(onServer("gone_")));
    }
}
