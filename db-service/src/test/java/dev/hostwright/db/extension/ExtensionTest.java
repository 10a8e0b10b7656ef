package dev.hostwright.db.extension;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.atOnce;
import static dev.hostwright.db.Customers.connect;
import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.provision;
import static dev.hostwright.db.Customers.run;
import static dev.hostwright.db.Customers.seen;
import static dev.hostwright.db.Customers.servicesMemberships;
import static dev.hostwright.db.Customers.state;
import static dev.hostwright.db.Customers.tenant;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import dev.hostwright.db.DbPostgres;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
class ExtensionTest {

    private final long tenant = tenant();

    private static String path(Response database, String extension) {
        return "/v1/databases/%s/extensions/%s".formatted(database.<String>path("id"), extension);
    }

    private static String path(Response database) {
        return "/v1/databases/%s/extensions".formatted(database.<String>path("id"));
    }

    @Test
    void oneIsInstalledOnceAndWorksAndBelongsToTheOwners() throws SQLException {
        Response database = provision(tenant, name("extended"));

        as(tenant)
                .put(path(database, "uuid-ossp"))
                .then()
                .statusCode(201)
                .body("name", equalTo("uuid-ossp"))
                .body("installed", equalTo(true))
                .body("installedVersion", matchesPattern("\\d+\\.\\d+"))
                .body("refusal", nullValue());
        as(tenant).put(path(database, "uuid-ossp")).then().statusCode(200).body("installed", equalTo(true));

        try (Connection owner = connect(database.path("connectionString"))) {
            assertThat(state(owner, "SELECT uuid_generate_v4()")).isEqualTo("00000");
            assertThat(state(owner, "ALTER EXTENSION \"uuid-ossp\" UPDATE")).isEqualTo("00000");
        }
        assertThat(servicesMemberships(database.path("name"))).isEmpty();
    }

    @Test
    void oneIsTakenAwayAndMayBeTakenAwayAgain() throws SQLException {
        Response database = provision(tenant, name("shrunk"));
        as(tenant).put(path(database, "citext")).then().statusCode(201);

        as(tenant).delete(path(database, "citext")).then().statusCode(204);
        as(tenant).delete(path(database, "citext")).then().statusCode(204);

        try (Connection owner = connect(database.path("connectionString"))) {
            assertThat(state(owner, "SELECT 'a'::citext")).isEqualTo("42704");
        }
    }

    @Test
    void whatSomethingNeedsStays() throws SQLException {
        Response database = provision(tenant, name("needy"));
        as(tenant).put(path(database, "citext")).then().statusCode(201);
        try (Connection owner = connect(database.path("connectionString"))) {
            run(owner, "CREATE TABLE t (word citext)");

            as(tenant)
                    .delete(path(database, "citext"))
                    .then()
                    .statusCode(409)
                    .body("type", equalTo("urn:problem:in-use"));

            assertThat(state(owner, "SELECT * FROM t")).isEqualTo("00000");
        }
    }

    @ParameterizedTest
    @CsvSource({"dblink, not_allowed", "plpython3u, not_allowed", "no_such_thing, not_allowed"})
    void whatIsNotAllowedIsRefusedByName(String extension, String code) throws SQLException {
        Response database = provision(tenant, name("refused"));

        as(tenant)
                .put(path(database, extension))
                .then()
                .statusCode(422)
                .contentType("application/problem+json")
                .body("errors.code", hasItem(code))
                .body("detail", matchesPattern(".*" + extension + ".*"));

        assertThat(seen(database.path("name"), "SELECT extname FROM pg_extension"))
                .containsExactly("plpgsql");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pgcrypto; x", "PgCrypto", "-x", "a\"b", "a'b"})
    void aNameIsAName(String extension) {
        Response database = provision(tenant, name("named"));

        as(tenant)
                .put(path(database) + "/{name}", extension)
                .then()
                .statusCode(400)
                .body("errors.code", hasItem("extension_name"));
    }

    @Test
    void theListHasWhatMayBeHadAndWhatIsThere() throws SQLException {
        Response database = provision(tenant, name("listed"));
        as(tenant).put(path(database, "hstore")).then().statusCode(201);
        try (Connection owner = connect(database.path("connectionString"))) {
            run(owner, "CREATE EXTENSION pg_trgm");
        }

        as(tenant)
                .get(path(database))
                .then()
                .statusCode(200)
                .body("items.name", hasItems("hstore", "pg_trgm", "pgcrypto", "plpgsql"))
                .body("items.name", not(hasItem("dblink")))
                .body("items.findAll { it.installed }.name", equalTo(List.of("hstore", "pg_trgm", "plpgsql")))
                .body("items.find { it.name == 'pgcrypto' }.availableVersion", matchesPattern("\\d+\\.\\d+"))
                .body("items.find { it.name == 'pgcrypto' }.refusal", nullValue())
                .body("items.find { it.name == 'plpgsql' }.refusal", equalTo("not_allowed"));
    }

    @Test
    void whatTheCustomerHasMadeHimselfIsInTheWay() throws SQLException {
        Response database = provision(tenant, name("clash"));
        try (Connection owner = connect(database.path("connectionString"))) {
            run(owner, "CREATE FUNCTION unaccent(text) RETURNS text LANGUAGE sql AS 'SELECT 1::text'");

            as(tenant)
                    .put(path(database, "unaccent"))
                    .then()
                    .statusCode(409)
                    .body("type", equalTo("urn:problem:clashes"));

            run(owner, "DROP SCHEMA public CASCADE");
            as(tenant)
                    .put(path(database, "unaccent"))
                    .then()
                    .statusCode(409)
                    .body("type", equalTo("urn:problem:no-schema"));
        }
    }

    @Test
    void whatIsNotTheOwnersIsNotTakenAway() {
        Response database = provision(tenant, name("language"));

        as(tenant)
                .delete(path(database, "plpgsql"))
                .then()
                .statusCode(409)
                .body("type", equalTo("urn:problem:not-the-owners"));
    }

    @Test
    void manyAtOnceInstallItOnce() throws Exception {
        Response database = provision(tenant, name("raced"));
        Callable<Integer> put = () -> as(tenant).put(path(database, "ltree")).statusCode();

        assertThat(atOnce(Collections.nCopies(6, put))).containsOnlyOnce(201).containsOnly(200, 201);
    }

    @Test
    void aLockOfTheCustomersIsNotWaitedForLong() throws SQLException {
        Response database = provision(tenant, name("locked"));
        as(tenant).put(path(database, "seg")).then().statusCode(201);
        try (Connection owner = connect(database.path("connectionString"))) {
            run(owner, "CREATE TABLE t (n int)", "BEGIN", "DROP EXTENSION seg");

            as(tenant).delete(path(database, "seg")).then().statusCode(503);

            run(owner, "ROLLBACK");
        }
        as(tenant).delete(path(database, "seg")).then().statusCode(204);
    }

    @Test
    void aSuspendedDatabaseIsNotEntered() {
        Response database = provision(tenant, name("shut"));
        as(tenant)
                .put("/v1/databases/%s/suspension".formatted(database.<String>path("id")))
                .then()
                .statusCode(204);

        as(tenant).put(path(database, "hstore")).then().statusCode(409).body("type", equalTo("urn:problem:suspended"));
        as(tenant).get(path(database)).then().statusCode(409);
    }

    @Test
    void anotherTenantsDatabaseIsAsAnUnknownOne() {
        Response theirs = provision(tenant + 1, name("theirs"));

        for (Response answer : List.of(
                as(tenant).put(path(theirs, "hstore")),
                as(tenant).delete(path(theirs, "hstore")),
                as(tenant).get(path(theirs)))) {
            Response unknown = as(tenant).get("/v1/databases/%s/extensions".formatted(UUID.randomUUID()));
            answer.then().statusCode(404);
            assertThat(answer.asString()).isEqualTo(unknown.asString());
        }
    }

    @Test
    void anOlderFenceInstallsNothing() {
        String id = UUID.randomUUID().toString();
        UUID operation = UUID.randomUUID();
        as(tenant)
                .header("X-Operation-Id", operation)
                .header("X-Operation-Fence", 7)
                .body("{\"name\": \"%s\"}".formatted(name("fenced")))
                .put("/v1/databases/" + id)
                .then()
                .statusCode(201);

        as(tenant)
                .header("X-Operation-Id", operation)
                .header("X-Operation-Fence", 6)
                .put("/v1/databases/%s/extensions/hstore".formatted(id))
                .then()
                .statusCode(409)
                .body("type", equalTo("urn:problem:stale-fence"));
    }
}
