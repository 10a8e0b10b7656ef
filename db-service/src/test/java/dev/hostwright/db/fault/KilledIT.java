package dev.hostwright.db.fault;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.asSuperuser;
import static dev.hostwright.db.Customers.atOnce;
import static dev.hostwright.db.Customers.connect;
import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.onServer;
import static dev.hostwright.db.Customers.seen;
import static dev.hostwright.db.Customers.until;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hostwright.contract.PostgresResource.Superuser;
import dev.hostwright.contract.Tokens;
import dev.hostwright.db.fault.Relay.Cut;
import dev.hostwright.db.fault.Relay.Trap;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The service, or PostgreSQL, dies at any statement of a request: nothing half made stays, and the same request again
 * is answered by what is so. The service under test is a replica beside the one that dies, and does what its background
 * work does.
 */
@QuarkusIntegrationTest
@TestProfile(KilledIT.NothingReady.class)
class KilledIT {

    /**
     * A server of its own, since it is killed as well; no database is ready, so that each request has one made; and
     * what is deleted goes at once.
     */
    public static class NothingReady implements QuarkusTestProfile {

        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(DurablePostgres.class));
        }

        @Override
        public boolean disableGlobalTestResources() {
            return true;
        }

        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("db.pool.target", "0", "db.pool.patience", "30s", "db.keep-deleted", "0");
        }
    }

    private static final int PATIENCE = 30;

    /** So many requests of each kind are cut by one death of the service. */
    private static final int AT_ONCE = 8;

    private static final int CHECKERS = 4;

    private Home home;

    /** What is cut short. Making a database is both: one is made ready, and then claimed. */
    private enum Kind {
        DELETING_A_DATABASE,
        DELETING_A_DATABASE_ONCE,
        DELETING_A_LOGIN,
        DELETING_A_LOGIN_ONCE,
        ROTATING,
        ROTATING_IN_PLACE,
        /** The last one, because it has the pool looked after when it is done. */
        MAKING;

        Work prepare(Home home) throws SQLException {
            return switch (this) {
                case MAKING -> new Making(home);
                case DELETING_A_DATABASE -> Deleting.ofADatabase(home);
                case DELETING_A_DATABASE_ONCE -> Deleting.ofADatabaseOnce(home);
                case DELETING_A_LOGIN -> Deleting.ofALogin(home);
                case DELETING_A_LOGIN_ONCE -> Deleting.ofALoginOnce(home);
                case ROTATING -> new Rotating(home);
                case ROTATING_IN_PLACE -> new RotatingInPlace(home);
            };
        }
    }

    @BeforeAll
    static void needsTheJar() {
        assumeTrue(Replica.isPackaged(), "there is no jar, but a native binary");
    }

    @BeforeEach
    void moveIn() {
        home = new Home();
    }

    @AfterEach
    void moveOut() {
        home.delete();
    }

    /**
     * Many requests, each another tenant's, are each at another statement when the service is killed, because it takes
     * long to start it.
     */
    @Test
    void theServiceIsKilledAtAnyStatement() throws Exception {
        Set<Kind> kinds = EnumSet.allOf(Kind.class);
        Map<Kind, List<Home>> homes =
                ofEach(kinds, kind -> Stream.generate(Home::new).limit(AT_ONCE).toList());
        int done = 0;
        while (!kinds.isEmpty()) {
            removeReadyOnes();
            Map<Kind, List<Work>> works = ofEach(kinds, kind -> prepare(kind, homes.get(kind)));
            Set<Kind> longer = EnumSet.noneOf(Kind.class);
            try (Replica replica = Replica.start()) {
                List<Trap> traps = new ArrayList<>();
                for (Kind kind : kinds) {
                    int n = done;
                    boolean more = true;
                    for (Work work : works.get(kind)) {
                        n++;
                        Trap trap = replica.relay().set(Cut.HELD, n, sql -> true);
                        traps.add(trap);
                        more = more && isSprung(trap, replica.send(work));
                        spoilReadyOnes();
                    }
                    if (more) {
                        longer.add(kind);
                    }
                }
                replica.kill();
                traps.forEach(Trap::letGo);
                replica.relay().awaitEnds();
            }
            ofEach(kinds, kind -> assertThatAllAreSafe(works.get(kind)));
            assertThatAllIsEven();
            kinds = longer;
            done += AT_ONCE;
        }
        ofEach(homes.keySet(), kind -> {
            homes.get(kind).forEach(Home::delete);
            return true;
        });
        assertThat(done).as("statements of the longest request").isGreaterThan(20);
    }

    private static List<Work> prepare(Kind kind, List<Home> homes) throws SQLException {
        List<Work> works = new ArrayList<>();
        for (Home one : homes) {
            works.add(kind.prepare(one));
        }
        return works;
    }

    /** Some of them at once, because much of it is waiting for the background. */
    private static boolean assertThatAllAreSafe(List<Work> works) throws Exception {
        Queue<Work> left = new ConcurrentLinkedQueue<>(works);
        atOnce(Collections.nCopies(CHECKERS, () -> {
            for (Work work = left.poll(); work != null; work = left.poll()) {
                work.assertThatItIsSafe();
            }
            return true;
        }));
        return true;
    }

    /** Something of each kind. */
    private interface ByKind<T> {
        T of(Kind kind) throws Exception;
    }

    /** The kinds side by side. */
    private static <T> Map<Kind, T> ofEach(Set<Kind> kinds, ByKind<T> what) throws Exception {
        Map<Kind, T> all = new EnumMap<>(Kind.class);
        List<Callable<Kind>> calls = new ArrayList<>();
        for (Kind kind : kinds) {
            calls.add(() -> {
                T one = what.of(kind);
                synchronized (all) {
                    all.put(kind, one);
                }
                return kind;
            });
        }
        atOnce(calls);
        return all;
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"DELETING_A_DATABASE_ONCE", "DELETING_A_LOGIN_ONCE"})
    void aBackendIsEndedAtAnyStatement(Kind kind) throws Exception {
        cutAtEachStatement(kind, Cut.BACKEND_ENDED);
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"DELETING_A_DATABASE", "DELETING_A_LOGIN"})
    void anAnswerOfPostgresqlIsLostAtAnyStatement(Kind kind) throws Exception {
        cutAtEachStatement(kind, Cut.ANSWER_LOST);
    }

    private void cutAtEachStatement(Kind kind, Cut cut) throws Exception {
        List<Work> works = new ArrayList<>();
        try (Replica replica = Replica.start()) {
            boolean more = true;
            for (int n = 1; more; n++) {
                spoilReadyOnes();
                Work work = kind.prepare(home);
                works.add(work);
                Trap trap = replica.relay().set(cut, n, sql -> true);

                CompletableFuture<HttpResponse<String>> answer = replica.send(work);

                more = isSprung(trap, answer);
                String where = "%s %d: %s".formatted(kind, n, trap.sprung().getNow("no cut"));
                assertThatItIsServedOrSentAway(replica, where, answer, more);
                assertThat(more || n > 8).as(where).isTrue();
            }
        }
        assertThatAllAreSafe(works);
        assertThatAllIsEven();
    }

    /** What a backend has in its hands when it is killed, which ends all other sessions too. */
    private record Moment(Kind kind, int n, String beginning) {}

    @Test
    void aBackendIsKilledAtItsWork() throws Exception {
        List<Moment> moments = List.of(
                new Moment(Kind.MAKING, 1, "INSERT INTO pool"),
                new Moment(Kind.MAKING, 1, "CREATE DATABASE"),
                new Moment(Kind.MAKING, 1, "ALTER SCHEMA"),
                new Moment(Kind.MAKING, 1, "SELECT pool_finish"),
                new Moment(Kind.MAKING, 2, "COMMIT"),
                new Moment(Kind.DELETING_A_DATABASE, 1, "SELECT close_database"),
                new Moment(Kind.DELETING_A_DATABASE_ONCE, 1, "DROP DATABASE"),
                new Moment(Kind.DELETING_A_DATABASE, 1, "GRANT"),
                new Moment(Kind.DELETING_A_DATABASE_ONCE, 1, "SELECT drop_role"),
                new Moment(Kind.ROTATING, 1, "SELECT make_successor"),
                new Moment(Kind.ROTATING_IN_PLACE, 1, "SELECT end_sessions"));
        try (Replica replica = Replica.start()) {
            for (Moment moment : moments) {
                removeReadyOnes();
                Work work = moment.kind.prepare(home);
                Trap trap = replica.relay()
                        .set(Cut.BACKEND_KILLED, moment.n, sql -> sql.strip().startsWith(moment.beginning));

                CompletableFuture<HttpResponse<String>> answer = replica.send(work);

                assertThat(isSprung(trap, answer)).as(moment.toString()).isTrue();
                assertThatItIsServedOrSentAway(replica, moment.toString(), answer, true);
                until(this::isServed);
                work.assertThatItIsSafe();
                assertThatAllIsEven();
            }
        }
    }

    /** PostgreSQL is back, and the service knows. */
    private boolean isServed() {
        return as(home.tenant).get("/v1/databases").statusCode() == 200;
    }

    @Test
    void aDatabaseWhoseMakingWasCommittedAndNotAnsweredIsFoundByItsId() throws Exception {
        String name = name("unheard");
        String path = "/v1/databases/" + Work.newId();
        String body = "{\"name\": \"%1$s\", \"username\": \"%1$s\"}".formatted(name);
        try (Replica replica = Replica.start()) {
            // the first commits are those of the looks for the tenant's server and for a ready one, which finds none
            Trap trap = replica.relay().set(Cut.ANSWER_LOST, 3, sql -> sql.equals("COMMIT"));

            HttpResponse<String> answer =
                    replica.send("PUT", path, home.tenant, body).get(PATIENCE, TimeUnit.SECONDS);

            assertThat(trap.sprung()).isDone();
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        }
        // nobody knows the password that was made, and it is not made up again
        as(home.tenant)
                .body(body)
                .put(path)
                .then()
                .statusCode(200)
                .body("name", equalTo(name))
                .body("$", not(hasKey("password")));
        String password = as(home.tenant)
                .body("{}")
                .put("/v1/roles/%s/password".formatted(home.roleId(name)))
                .path("password");
        connect(Superuser.port(), name, name, password).close();
        as(home.tenant).delete(path).then().statusCode(204);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fast", "immediate"})
    void postgresqlIsRestartedWhileDatabasesAreMadeAndDeleted(String mode) throws Exception {
        AtomicInteger rounds = new AtomicInteger();
        String names = name("again");
        CompletableFuture<Void> restart = new CompletableFuture<>();
        Callable<Integer> client = () -> {
            while (!restart.isDone()) {
                makeAndDelete(names + "_" + rounds.incrementAndGet());
            }
            makeAndDelete(names + "_" + rounds.incrementAndGet());
            return rounds.get();
        };
        List<Callable<Integer>> clients = new ArrayList<>(Collections.nCopies(4, client));
        clients.add(() -> {
            try {
                until(() -> rounds.get() > 8);
                Postmaster.restart(mode);
            } finally {
                restart.complete(null);
            }
            return 0;
        });

        atOnce(clients);

        assertThat(onServer(names)).isEmpty();
        assertThatAllIsEven();
    }

    private void makeAndDelete(String name) throws Exception {
        String path = "/v1/databases/" + Work.newId();
        String body =
                "{\"name\": \"%1$s\", \"username\": \"%1$s\", \"password\": \"%2$s\"}".formatted(name, Work.PASSWORD);
        until(() -> isDone(as(home.tenant).body(body).put(path)));
        until(() -> isDone(as(home.tenant).delete(path)));
    }

    /** Whoever is sent away comes again. */
    private static boolean isDone(Response answer) {
        assertThat(answer.statusCode()).as(answer.asString()).isIn(200, 201, 204, 503);
        assertThat(answer.header("Retry-After") == null).isEqualTo(answer.statusCode() != 503);
        return answer.statusCode() != 503;
    }

    private static boolean isSprung(Trap trap, CompletableFuture<HttpResponse<String>> answer) throws Exception {
        CompletableFuture.anyOf(trap.sprung(), answer).get(PATIENCE, TimeUnit.SECONDS);
        return trap.sprung().isDone();
    }

    private static void assertThatItIsServedOrSentAway(
            Replica replica, String where, CompletableFuture<HttpResponse<String>> coming, boolean mayBeSentAway)
            throws Exception {
        HttpResponse<String> answer = coming.get(PATIENCE, TimeUnit.SECONDS);
        assertThat(answer.statusCode())
                .as("%s: %s %s", where, answer.body(), replica.said())
                .isIn(200, 201, 204, mayBeSentAway ? 503 : 0);
        assertThat(answer.headers().firstValue("Retry-After").isPresent())
                .as(where)
                .isEqualTo(answer.statusCode() == 503);
    }

    /** What was made ready for somebody who was cut short would be given to the next one. */
    private static void spoilReadyOnes() throws SQLException {
        asSuperuser("""
                UPDATE pool
                   SET state = 'dead'
                 WHERE prefix IN (SELECT prefix FROM pool WHERE state = 'ready' FOR UPDATE SKIP LOCKED)
                """);
    }

    private static void removeReadyOnes() throws Exception {
        spoilReadyOnes();
        until(() -> seen("hostwright_db", "SELECT prefix FROM pool").isEmpty());
    }

    /** Once the background has been at it, the books say what is on the server, and nothing is on its way. */
    private static void assertThatAllIsEven() throws Exception {
        List<String> left = new ArrayList<>();
        try {
            until(() -> {
                left.clear();
                left.addAll(seen("hostwright_db", """
                        SELECT 'item ' || prefix FROM pool WHERE state <> 'ready'
                        UNION ALL
                        SELECT 'database ' || physical FROM databases WHERE status <> 'active'
                        UNION ALL
                        SELECT 'login ' || physical FROM roles WHERE status <> 'active'
                        UNION ALL
                        SELECT 'gone ' || physical FROM gone_roles
                        UNION ALL
                        SELECT 'rotation ' || username FROM rotations WHERE ending
                        """));
                return left.isEmpty();
            });
        } catch (AssertionError e) {
            assertThat(left).isEmpty();
        }
        List<String> ready = seen(
                "hostwright_db",
                "SELECT prefix || suffix FROM pool, unnest(ARRAY['', '_own', '_ro', '_rw']) suffix ORDER BY 1");
        assertThat(onServer("pool_")).isEqualTo(ready);
        until(() -> findings().isEmpty());
    }

    private static List<Object> findings() {
        return given().header("Authorization", "Bearer " + Tokens.operator())
                .get("/v1/drift")
                .then()
                .statusCode(200)
                .extract()
                .path("items");
    }
}
