package dev.hostwright.db.pool;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.asSuperuser;
import static dev.hostwright.db.Customers.atOnce;
import static dev.hostwright.db.Customers.connect;
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
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
class StockTest {

    private static final int TARGET = 4;
    private static final String READY = "SELECT prefix FROM pool WHERE state = 'ready'";

    private static boolean isStocked() throws SQLException {
        return seen("hostwright_db", READY).size() >= TARGET
                && seen("hostwright_db", "SELECT prefix FROM pool WHERE state <> 'ready'")
                        .isEmpty();
    }

    private static String item() {
        StringBuilder item = new StringBuilder("pool_");
        new Random().ints(20, 0, 26).forEach(i -> item.append((char) ('a' + i)));
        return item.toString();
    }

    /** Nothing of the pool is on the server but what is ready, whole. */
    private static void assertThatNothingIsHalfMade() throws SQLException {
        List<String> expected = new ArrayList<>();
        for (String prefix : seen("hostwright_db", READY)) {
            expected.addAll(List.of(prefix, prefix + "_own", prefix + "_ro", prefix + "_rw"));
        }
        assertThat(onServer("pool_")).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void whatIsTakenIsMadeAgain() throws Exception {
        until(StockTest::isStocked);
        List<String> before = seen("hostwright_db", READY);

        for (int i = 0; i < 3; i++) {
            provision(7, name("taken")).then().statusCode(201);
        }

        until(StockTest::isStocked);
        assertThat(seen("hostwright_db", READY)).isNotEqualTo(before);
        assertThatNothingIsHalfMade();
    }

    @Test
    void ofManyClaimsOfOneNameOneIsGivenAndNothingIsLeftOfTheOthers() throws Exception {
        String name = name("race");
        Callable<Integer> claim = () -> as(tenant())
                .body("{\"name\": \"%s\"}".formatted(name))
                .post("/v1/databases")
                .statusCode();

        List<Integer> statuses = atOnce(java.util.Collections.nCopies(8, claim));

        assertThat(statuses).containsOnlyOnce(201).containsOnly(201, 409);
        assertThat(onServer(name)).containsExactly(name, name + "_own", name + "_ro", name + "_rw");
        until(StockTest::isStocked);
        assertThatNothingIsHalfMade();
    }

    @Test
    void twoHundredAtOnceFromAnEmptyPoolAreServedOrSentAwayAndNoneIsHalfMade() throws Exception {
        until(StockTest::isStocked);
        asSuperuser("UPDATE pool SET state = 'dead' WHERE state = 'ready'");
        String batch = name("burst");
        List<Callable<Response>> calls = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            String name = batch + "_" + i;
            calls.add(() -> provision(7, name));
        }

        List<Response> answers = atOnce(calls);

        assertThat(answers).extracting(Response::statusCode).contains(201).isSubsetOf(201, 503);
        int served = 0;
        for (Response answer : answers) {
            if (answer.statusCode() == 201) {
                served++;
                try (Connection client = connect(answer.path("connectionString"))) {
                    assertThat(state(client, "CREATE TABLE t (n int)")).isEqualTo("00000");
                }
            } else {
                assertThat(answer.header("Retry-After")).isNotBlank();
            }
        }
        assertThat(seen(
                        "postgres",
                        "SELECT datname FROM pg_database WHERE starts_with(datname, '%s')".formatted(batch)))
                .hasSize(served);
        assertThat(seen("postgres", "SELECT rolname FROM pg_roles WHERE starts_with(rolname, '%s')".formatted(batch)))
                .hasSize(served * 4);
        until(StockTest::isStocked);
        assertThatNothingIsHalfMade();
    }

    @Test
    void whatAMakerLeftHalfMadeIsTakenAway() throws Exception {
        String roles = item();
        String database = item();
        String nothing = item();
        asSuperuser(
                "SET ROLE hostwright_db",
                "CREATE ROLE %s_own NOLOGIN".formatted(roles),
                "CREATE ROLE %s_own NOLOGIN".formatted(database),
                "CREATE ROLE %s_rw NOLOGIN".formatted(database),
                "CREATE DATABASE %s TEMPLATE template0".formatted(database),
                "GRANT CREATE ON DATABASE %s TO %s_own".formatted(database, database),
                "INSERT INTO pool (prefix) VALUES ('%s'), ('%s'), ('%s')".formatted(roles, database, nothing));

        until(() -> seen(
                        "hostwright_db",
                        "SELECT 1 FROM pool WHERE prefix IN ('%s', '%s', '%s')".formatted(roles, database, nothing))
                .isEmpty());

        assertThat(onServer(roles)).isEmpty();
        assertThat(onServer(database)).isEmpty();
    }

    @Test
    void whatSomebodyIsStillMakingIsLeftAlone() throws Exception {
        String item = item();
        try (Connection maker = Superuser.connect("hostwright_db")) {
            run(
                    maker,
                    "SELECT pg_advisory_lock(hashtextextended('pool:%s', 0))".formatted(item),
                    "SET ROLE hostwright_db",
                    "INSERT INTO pool (prefix) VALUES ('%s')".formatted(item),
                    "CREATE ROLE %s_own NOLOGIN".formatted(item));
            String later = item();
            run(maker, "INSERT INTO pool (prefix) VALUES ('%s')".formatted(later));
            until(() -> seen("hostwright_db", "SELECT 1 FROM pool WHERE prefix = '%s'".formatted(later))
                    .isEmpty());

            assertThat(onServer(item)).containsExactly(item + "_own");
        }
        until(() -> onServer(item).isEmpty());
    }

    @Test
    void somethingUnderThePoolsNamesThatIsNotInOurBooksIsLeftAlone() throws Exception {
        String stranger = item();
        asSuperuser("CREATE ROLE %s_own NOLOGIN".formatted(stranger));
        String ours = item();
        asSuperuser("INSERT INTO pool (prefix) VALUES ('%s')".formatted(ours));
        until(() -> seen("hostwright_db", "SELECT 1 FROM pool WHERE prefix = '%s'".formatted(ours))
                .isEmpty());

        assertThat(onServer(stranger)).containsExactly(stranger + "_own");
        asSuperuser("DROP ROLE %s_own".formatted(stranger));
    }

    @Test
    void aSpoiltItemIsPassedOverAndTakenAway() throws Exception {
        until(StockTest::isStocked);
        String spoilt =
                seen("hostwright_db", READY + " ORDER BY created_at LIMIT 1").getFirst();
        try (Connection superuser = Superuser.connect("postgres")) {
            run(superuser, "DROP DATABASE " + spoilt);
        }

        Response made = provision(7, name("unspoilt"));

        made.then().statusCode(201);
        connect(made.path("connectionString")).close();
        until(() -> onServer(spoilt).isEmpty());
    }
}
