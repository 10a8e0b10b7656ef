package dev.hostwright.db.server;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.atOnce;
import static dev.hostwright.db.Customers.connect;
import static dev.hostwright.db.Customers.grant;
import static dev.hostwright.db.Customers.login;
import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.path;
import static dev.hostwright.db.Customers.provision;
import static dev.hostwright.db.Customers.run;
import static dev.hostwright.db.Customers.seen;
import static dev.hostwright.db.Customers.state;
import static dev.hostwright.db.Customers.tenant;
import static dev.hostwright.db.Customers.until;
import static dev.hostwright.db.server.TwoServers.asOperator;
import static dev.hostwright.db.server.TwoServers.isHome;
import static dev.hostwright.db.server.TwoServers.isOnSecond;
import static dev.hostwright.db.server.TwoServers.provisionOn;
import static dev.hostwright.db.server.TwoServers.shown;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;

import dev.hostwright.contract.PostgresResource.Superuser;
import dev.hostwright.db.AnotherPostgres;
import dev.hostwright.db.DbPostgres;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
@QuarkusTestResource(
        value = AnotherPostgres.class,
        restrictToAnnotatedClass = true,
        initArgs = {
            @ResourceArg(name = "weight", value = "3"),
            @ResourceArg(name = "labels", value = "ssd,eu"),
            @ResourceArg(name = "public-host", value = "second.example"),
            @ResourceArg(name = "db.server.labels", value = "hdd,eu")
        })
class PlacementTest {

    private static final String ALL_OF_TENANT = "SELECT server FROM placements WHERE tenant_id = %d";

    @Test
    void aTenantsDatabasesAndLoginsAreAllOnHisServerAndWork() throws Exception {
        long tenant = tenant();
        Response first = provisionOn(tenant, name("stays"), "ssd");
        Response other = provision(tenant, name("stays"));
        Response login = login(tenant, name("stays_login"));

        grant(tenant, other, login, "READ_WRITE");

        for (Response made : List.of(first, other)) {
            made.then().statusCode(201).body("host", equalTo("second.example"));
            assertThat(isOnSecond(made)).isTrue();
            try (Connection client = connect(made.path("connectionString"))) {
                assertThat(state(client, "CREATE TABLE t (n int)")).isEqualTo("00000");
            }
        }
        login.then().statusCode(201).body("host", equalTo("second.example"));
        try (Connection client =
                connect(AnotherPostgres.port(), other.path("name"), login.path("username"), login.path("password"))) {
            assertThat(state(client, "INSERT INTO t VALUES (1)")).isEqualTo("00000");
        }
        assertThat(seen("hostwright_db", ALL_OF_TENANT.formatted(tenant))).containsExactly("second");
    }

    @Test
    void whoAsksForALabelGetsAServerThatHasIt() {
        for (int i = 0; i < 3; i++) {
            assertThat(isOnSecond(provisionOn(tenant(), name("labelled"), "ssd")))
                    .isTrue();
            assertThat(isHome(provisionOn(tenant(), name("labelled"), "hdd"))).isTrue();
        }
    }

    @Test
    void labelsThatNoServerHasTogetherAreRefused() {
        as(tenant())
                .body("{\"name\": \"%s\", \"serverLabels\": [\"ssd\", \"hdd\"]}".formatted(name("nowhere")))
                .post("/v1/databases")
                .then()
                .statusCode(422)
                .body("errors.pointer", contains("/serverLabels"));
        as(tenant())
                .body("{\"name\": \"%s\", \"serverLabels\": [\"S S D\"]}".formatted(name("nowhere")))
                .post("/v1/databases")
                .then()
                .statusCode(400)
                .body("errors.pointer", contains("/serverLabels/0"));
    }

    @Test
    void aTenantIsNotPutOnASecondServerByALabel() {
        long tenant = tenant();
        provisionOn(tenant, name("settled"), "ssd").then().statusCode(201);

        provisionOn(tenant, name("settled"), "eu").then().statusCode(201);
        provisionOn(tenant, name("settled"), "hdd")
                .then()
                .statusCode(409)
                .body("type", equalTo("urn:problem:other-server"));
    }

    @Test
    void manyRequestsAtOnceOfANewTenantPutHimOnOneServer() throws Exception {
        for (int round = 0; round < 5; round++) {
            long tenant = tenant();
            List<Callable<Response>> calls = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                String label = i % 2 == 0 ? "ssd" : "hdd";
                calls.add(() -> provisionOn(tenant, name("torn"), label));
            }

            List<Response> answers = atOnce(calls);

            List<Response> made = answers.stream()
                    .filter(answer -> answer.statusCode() == 201)
                    .toList();
            assertThat(made)
                    .isNotEmpty()
                    .extracting(answer -> answer.<Integer>path("port"))
                    .containsOnly(made.getFirst().<Integer>path("port"));
            List<String> listed = as(tenant).get("/v1/databases").path("items.name");
            assertThat(listed)
                    .containsExactlyInAnyOrderElementsOf(made.stream()
                            .map(answer -> answer.<String>path("name"))
                            .toList());
        }
    }

    @Test
    void aNameThatIsTakenDoesNotPlaceAnybody() throws SQLException {
        String name = name("taken");
        provisionOn(tenant(), name, "ssd").then().statusCode(201);
        long tenant = tenant();

        provisionOn(tenant, name, "ssd").then().statusCode(409);

        assertThat(seen("hostwright_db", ALL_OF_TENANT.formatted(tenant))).isEmpty();
    }

    @Test
    void oneTenantDoesNotSeeAnothersOnEitherServer() {
        for (String label : List.of("ssd", "hdd")) {
            Response made = provisionOn(tenant(), name("private"), label);
            for (String other : List.of("ssd", "hdd")) {
                long stranger = tenant();
                provisionOn(stranger, name("stranger"), other).then().statusCode(201);

                as(stranger).get("/v1/databases/" + made.path("id")).then().statusCode(404);
                as(stranger).delete("/v1/databases/" + made.path("id")).then().statusCode(204);
            }
            asOperator().get("/v1/databases/" + made.path("id")).then().statusCode(200);
        }
    }

    @Test
    void anOperatorsRequestGoesToTheServerThatHasTheId() {
        for (String label : List.of("ssd", "hdd")) {
            long tenant = tenant();
            Response made = provisionOn(tenant, name("operated"), label);
            String path = "/v1/databases/" + made.path("id");

            asOperator().get(path).then().statusCode(200).body("port", equalTo(made.path("port")));
            asOperator().get(path + "/usage").then().statusCode(200);
            asOperator().put(path + "/suspension").then().statusCode(204);
            as(tenant).get(path).then().body("suspended", equalTo(true));
            asOperator().delete(path + "/suspension").then().statusCode(204);
            asOperator().delete(path).then().statusCode(204);
            as(tenant).get(path).then().statusCode(404);
            asOperator().body("{}").post(path + "/restore").then().statusCode(200);
            asOperator().delete(path + "?purge=true").then().statusCode(204);
        }
        asOperator().get(path("/v1/databases")).then().statusCode(404);
        asOperator().delete(path("/v1/databases")).then().statusCode(204);
    }

    @Test
    void anIdThatTwoTenantsHaveOnTwoServersIsNotActedOnByAnOperator() {
        UUID id = UUID.randomUUID();
        for (String label : List.of("ssd", "hdd")) {
            as(tenant())
                    .body("{\"name\": \"%s\", \"serverLabels\": [\"%s\"]}".formatted(name("twin"), label))
                    .put("/v1/databases/" + id)
                    .then()
                    .statusCode(201);
        }

        asOperator()
                .delete("/v1/databases/" + id)
                .then()
                .statusCode(409)
                .body("type", equalTo("urn:problem:ambiguous"));
    }

    @Test
    void anOperatorsListIsOneListPageByPage() {
        List<String> made = new ArrayList<>();
        String beginning = name("merged");
        for (int i = 0; i < 6; i++) {
            String name = beginning + "_" + i;
            provisionOn(tenant(), name, i % 2 == 0 ? "ssd" : "hdd").then().statusCode(201);
            made.add(name);
        }

        List<String> listed = new ArrayList<>();
        String token = "";
        do {
            Response page = asOperator().get("/v1/databases?pageSize=2&pageToken=" + token);
            page.then().statusCode(200).body("items", hasSize(org.hamcrest.Matchers.lessThanOrEqualTo(2)));
            listed.addAll(page.path("items.name"));
            token = page.path("nextPageToken");
        } while (token != null);

        assertThat(listed).isSorted().containsSubsequence(made);
        assertThat(asOperator().get("/v1/roles?pageSize=1000").<List<String>>path("items.username"))
                .containsSubsequence(made);
    }

    @Test
    void aRequestThatComesAfterItsUndoingIsRefusedOnWhicheverServerItWouldGo() {
        for (String label : List.of("ssd", "hdd")) {
            long tenant = tenant();
            String path = path("/v1/databases");
            String operation = UUID.randomUUID().toString();
            as(tenant)
                    .header("X-Operation-Id", operation)
                    .header("X-Operation-Fence", 7)
                    .header("X-Operation-Undo", true)
                    .delete(path)
                    .then()
                    .statusCode(204);

            as(tenant)
                    .header("X-Operation-Id", operation)
                    .header("X-Operation-Fence", 7)
                    .body("{\"name\": \"%s\", \"serverLabels\": [\"%s\"]}".formatted(name("late"), label))
                    .put(path)
                    .then()
                    .statusCode(409)
                    .body("type", equalTo("urn:problem:deleted"));
        }
    }

    @Test
    void driftIsReportedOfEachServer() throws SQLException {
        Response second = provisionOn(tenant(), name("drifted"), "ssd");
        Response home = provisionOn(tenant(), name("drifted"), "hdd");
        String statement = "ALTER DATABASE %s ALLOW_CONNECTIONS false";
        try (Connection superuser = AnotherPostgres.connect("postgres")) {
            run(superuser, statement.formatted(second.<String>path("name")));
        }
        try (Connection superuser = Superuser.connect("postgres")) {
            run(superuser, statement.formatted(home.<String>path("name")));
        }

        asOperator()
                .get("/v1/drift")
                .then()
                .statusCode(200)
                .body("down", hasSize(0))
                .body(
                        "items.findAll { it.object == '%s' }.server".formatted(second.<String>path("name")),
                        hasItem("second"))
                .body(
                        "items.findAll { it.object == '%s' }.server".formatted(home.<String>path("name")),
                        hasItem("default"));
    }

    private static void limit(Response database, String body) {
        asOperator()
                .body(body)
                .put("/v1/databases/%s/limits".formatted(database.<String>path("id")))
                .then()
                .statusCode(204);
    }

    private static String quotaStep(long tenant, Response database) {
        return as(tenant).get("/v1/databases/" + database.path("id")).path("quotaStep");
    }

    /** Of a session of the owner's own, which the service may end at any moment. */
    private static String ownersState(Response database, String sql) {
        try (Connection owner = connect(database.path("connectionString"))) {
            return state(owner, sql);
        } catch (SQLException e) {
            return e.getSQLState();
        }
    }

    private static void fill(Response database, int megabytes) {
        ownersState(
                database,
                "INSERT INTO t SELECT repeat('x', 960) FROM generate_series(1, %d)".formatted(megabytes * 1000));
    }

    /** It may hold 20 MB, of which 7.5 MB are PostgreSQL's own: 16 are a warning, 20 too much. */
    @Test
    void aDatabaseOnTheSecondServerThatFillsIsWarnedThenReadAndDeletedOnlyAndFreeAgainWhenThereIsRoom()
            throws Exception {
        long tenant = tenant();
        String name = name("full");
        Response made = provisionOn(tenant, name, "ssd");
        assertThat(isOnSecond(made)).isTrue();
        assertThat(ownersState(made, "CREATE TABLE t (words text)")).isEqualTo("00000");
        limit(made, "{\"sizeLimitMb\": 20}");
        assertThat(quotaStep(tenant, made)).isEqualTo("within");

        fill(made, 9);
        until(() -> quotaStep(tenant, made).equals("warned"));
        fill(made, 4);
        until(() -> quotaStep(tenant, made).equals("restricted"));

        until(() -> ownersState(made, "SELECT count(*) FROM t").equals("00000"));
        assertThat(ownersState(made, "INSERT INTO t VALUES ('x')")).isEqualTo("42501");
        asOperator()
                .get("/v1/databases/%s/usage".formatted(made.<String>path("id")))
                .then()
                .body("quotaStep", equalTo("restricted"))
                .body("sizeLimit", equalTo(20_000_000));
        asOperator()
                .get("/v1/drift")
                .then()
                .body(
                        "items.findAll { it.object.contains('%s') || it.object.startsWith('zz_quota') }"
                                .formatted(name),
                        hasSize(0));
        until(() -> ownersState(made, "TRUNCATE t").equals("00000"));
        until(() -> quotaStep(tenant, made).equals("within"));
        until(() -> ownersState(made, "INSERT INTO t VALUES ('x')").equals("00000"));
    }

    @Test
    void aStatementThatRunsForTooLongIsEndedOnEachServer() {
        for (String label : List.of("ssd", "hdd")) {
            Response made = provisionOn(tenant(), name("slow"), label);
            limit(made, "{\"statementTimeoutSeconds\": 1}");

            assertThat(ownersState(made, "SELECT pg_sleep(60)")).isEqualTo("57014");
        }
    }

    @Test
    void operatorsSeeTheServersAndOthersDoNot() {
        assertThat(TwoServers.<String>shown("default", "state")).isEqualTo("up");
        assertThat(TwoServers.<String>shown("second", "state")).isEqualTo("up");
        assertThat(TwoServers.<List<String>>shown("second", "labels")).containsExactly("ssd", "eu");
        assertThat(TwoServers.<Integer>shown("second", "weight")).isEqualTo(3);
        assertThat((Object) shown("second", "capacity")).isNull();
        as(tenant()).get("/v1/servers").then().statusCode(403).contentType(containsString("problem+json"));
    }
}
