package dev.hostwright.db.drift;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.asSuperuser;
import static dev.hostwright.db.Customers.login;
import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.provision;
import static dev.hostwright.db.Customers.seen;
import static dev.hostwright.db.Customers.tenant;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hostwright.contract.Tokens;
import dev.hostwright.db.DbPostgres;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
class DriftTest {

    private static List<Map<String, Object>> findings(String beginning) {
        return given().header("Authorization", "Bearer " + Tokens.operator())
                .get("/v1/drift")
                .then()
                .statusCode(200)
                .extract()
                .path("items.findAll { it.object.startsWith('%s') }".formatted(beginning));
    }

    private static void grant(long tenant, Response database, Response role, String privilege) {
        as(tenant)
                .body("{\"privilege\": \"%s\"}".formatted(privilege))
                .put("/v1/databases/%s/grants/%s".formatted(database.path("id"), role.path("id")))
                .then()
                .statusCode(200);
    }

    @Test
    void whatTheServiceDidItselfIsNoDrift() {
        long tenant = tenant();
        Response database = provision(tenant, name("even"));
        Response suspended = provision(tenant, name("even_shut"));
        for (String privilege : List.of("OWNER", "READ_WRITE", "READ_ONLY", "CONNECT")) {
            Response login = login(tenant, name("even_login"));
            grant(tenant, database, login, privilege);
            grant(tenant, suspended, login, privilege);
            as(tenant).body("{}").post("/v1/roles/%s/rotations".formatted(login.<String>path("id")));
        }
        as(tenant).put("/v1/databases/%s/suspension".formatted(suspended.<String>path("id")));

        assertThat(findings("even_")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "open-to-public | GRANT CONNECT ON DATABASE %1$s TO PUBLIC | - | %1$s",
                "grant-unknown | GRANT CONNECT ON DATABASE %1$s TO %2$s | - | %1$s",
                "connect-missing | REVOKE CONNECT ON DATABASE %1$s FROM %1$s_ro | - | %1$s",
                "database-closed | ALTER DATABASE %1$s ALLOW_CONNECTIONS false | - | %1$s",
                "database-of-another-owner | ALTER DATABASE %1$s OWNER TO postgres | - | %1$s",
                "role-too-powerful | ALTER ROLE %1$s BYPASSRLS | - | %1$s",
                "role-too-powerful | ALTER ROLE %1$s_ro CREATEROLE | - | %1$s_ro",
                "role-limit | ALTER ROLE %1$s CONNECTION LIMIT -1 | - | %1$s",
                "role-shut-out | ALTER ROLE %1$s NOLOGIN | - | %1$s",
                "group-logs-in | ALTER ROLE %1$s_own LOGIN | - | %1$s_own",
                "member-unknown | GRANT %1$s_rw TO %2$s | - | %1$s_rw",
                "member-missing | SET ROLE hostwright_db | REVOKE %1$s_own FROM %1$s | %1$s_own",
                "service-is-member | SET ROLE hostwright_db | GRANT %1$s_own TO hostwright_db | %1$s_own"
            })
    void whatSomebodyElseDidIsFoundAndItsRemedyMendsIt(String code, String done, String then, String object)
            throws SQLException {
        String name = name("drifted");
        Response database = provision(tenant(), name);
        String other = login(tenant(), name("outsider")).path("username");
        if (then.equals("-")) {
            asSuperuser(done.formatted(name, other));
        } else {
            asSuperuser(done.formatted(name, other), then.formatted(name, other));
        }

        List<Map<String, Object>> found = findings(name);

        assertThat(found).singleElement().satisfies(finding -> assertThat(finding)
                .containsEntry("code", code)
                .containsEntry("object", object.formatted(name))
                .containsEntry("tenantId", database.path("tenantId")));
        String remedy = String.valueOf(found.getFirst().get("remedy"));
        asSuperuser(remedy.substring(0, remedy.indexOf(';')));
        assertThat(findings(name)).isEmpty();
    }

    @Test
    void aDatabaseThatIsLostAndOneThatIsInNoBooksAreFound() throws SQLException {
        String name = name("lost");
        Response database = provision(tenant(), name);
        asSuperuser("ALTER DATABASE %s RENAME TO %1$s_away".formatted(name));

        assertThat(findings(name))
                .extracting(finding -> finding.get("code") + " " + finding.get("object") + " " + finding.get("id"))
                .containsExactly(
                        "database-lost %s %s".formatted(name, database.path("id")),
                        "database-unknown %s_away null".formatted(name));

        asSuperuser("ALTER DATABASE %s_away RENAME TO %1$s".formatted(name));
        assertThat(findings(name)).isEmpty();
    }

    private static int versionOfTheServer() throws SQLException {
        return Integer.parseInt(seen("postgres", "SHOW server_version_num").getFirst()) / 10_000;
    }

    @Test
    void aLoginThatIsLostAndOneThatIsInNoBooksAreFound() throws SQLException {
        String name = name("missing");
        login(tenant(), name).then().statusCode(201);
        asSuperuser("ALTER ROLE %s RENAME TO %1$s_away".formatted(name));

        List<String> found = findings(name).stream()
                .map(finding -> finding.get("code") + " " + finding.get("object"))
                .toList();
        if (versionOfTheServer() < 16) {
            // nobody knows there who made a role
            assertThat(found).containsExactly("role-lost " + name);
        } else {
            assertThat(found).containsExactly("role-lost " + name, "role-unknown " + name + "_away");
        }

        asSuperuser("ALTER ROLE %s_away RENAME TO %1$s".formatted(name));
    }

    @Test
    void onlyAnOperatorMayAsk() {
        as(tenant()).get("/v1/drift").then().statusCode(403);
        given().get("/v1/drift").then().statusCode(401);
    }
}
