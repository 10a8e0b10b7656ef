package dev.hostwright.db.pooler;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.asSuperuser;
import static dev.hostwright.db.Customers.connect;
import static dev.hostwright.db.Customers.login;
import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.provision;
import static dev.hostwright.db.Customers.run;
import static dev.hostwright.db.Customers.seen;
import static dev.hostwright.db.Customers.state;
import static dev.hostwright.db.Customers.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hostwright.contract.PostgresResource.Superuser;
import dev.hostwright.db.DbPostgres;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What PgBouncer learns about a login. */
@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
class PoolerTest {

    private static final String DATABASE = "hostwright_db";
    private static final String ROLE = "hostwright_pgbouncer";

    private static Connection pooler() throws SQLException {
        return connect(Superuser.port(), DATABASE, ROLE, "pgbouncer");
    }

    private static List<String> verifiers(String username) throws SQLException {
        try (Connection pooler = pooler();
                PreparedStatement query = pooler.prepareStatement("SELECT username, verifier FROM pooler.login(?)")) {
            query.setString(1, username);
            try (ResultSet rows = query.executeQuery()) {
                List<String> found = new ArrayList<>();
                while (rows.next()) {
                    assertThat(rows.getString(1)).isEqualTo(username);
                    found.add(rows.getString(2));
                }
                return found;
            }
        }
    }

    @Test
    void itIsTheVerifierThatTheServerHas() throws SQLException {
        String name = name("pooled");
        provision(tenant(), name);

        assertThat(verifiers(name))
                .isEqualTo(seen("postgres", "SELECT rolpassword FROM pg_authid WHERE rolname = '%s'".formatted(name)))
                .singleElement()
                .asString()
                .startsWith("SCRAM-SHA-256$");
    }

    @Test
    void nobodyElseHasOne() throws SQLException {
        assertThat(verifiers("postgres")).isEmpty();
        assertThat(verifiers(DATABASE)).isEmpty();
        assertThat(verifiers(DATABASE + "_owner")).isEmpty();
        assertThat(verifiers(ROLE)).isEmpty();
        assertThat(verifiers("nobody_at_all")).isEmpty();
        String name = name("pooled");
        provision(tenant(), name);
        assertThat(verifiers(name + "_own")).isEmpty();
        assertThat(verifiers(name + "' OR '1'='1")).isEmpty();
    }

    @Test
    void aSuspendedLoginHasNone() throws SQLException {
        long tenant = tenant();
        String name = name("pooled");
        String suspension = "/v1/databases/" + provision(tenant, name).path("id") + "/suspension";

        as(tenant).put(suspension).then().statusCode(204);
        assertThat(verifiers(name)).isEmpty();

        as(tenant).delete(suspension).then().statusCode(204);
        assertThat(verifiers(name)).hasSize(1);
    }

    @Test
    void aDeletedLoginHasNone() throws SQLException {
        long tenant = tenant();
        String name = name("pooled");
        Response login = login(tenant, name);
        assertThat(verifiers(name)).hasSize(1);

        as(tenant).delete("/v1/roles/" + login.path("id")).then().statusCode(204);

        assertThat(verifiers(name)).isEmpty();
    }

    /** What the books do not say, and the server does. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "NOLOGIN",
                "VALID UNTIL '2020-01-01'",
                "SUPERUSER",
                "CREATEROLE",
                "CREATEDB",
                "REPLICATION",
                "BYPASSRLS"
            })
    void aLoginThatTheServerWouldRefuseOrThatGotMoreThanACustomerHasNone(String option) throws SQLException {
        String name = name("pooled");
        login(tenant(), name);
        assertThat(verifiers(name)).hasSize(1);

        asSuperuser("ALTER ROLE %s %s".formatted(name, option));

        assertThat(verifiers(name)).isEmpty();
        asSuperuser(
                "ALTER ROLE %s LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS VALID UNTIL 'infinity'"
                        .formatted(name));
        assertThat(verifiers(name)).hasSize(1);
    }

    @Test
    void aLoginOnItsWayOutHasNone() throws SQLException {
        String name = name("pooled");
        login(tenant(), name);

        asSuperuser("UPDATE roles SET status = 'deleting', tried_at = now() WHERE physical = '%s'".formatted(name));

        assertThat(verifiers(name)).isEmpty();
    }

    @Test
    void thePoolersRoleMayAskAndNothingElse() throws SQLException {
        try (Connection pooler = pooler()) {
            assertThat(state(pooler, "SELECT * FROM pooler.login('x')")).isEqualTo("00000");
            assertThat(state(pooler, "SELECT * FROM roles")).isEqualTo("42501");
            assertThat(state(pooler, "SELECT * FROM databases")).isEqualTo("42501");
            assertThat(state(pooler, "SELECT * FROM pg_authid")).isEqualTo("42501");
            assertThat(state(pooler, "CALL pooler.admit('hostwright_pgbouncer')"))
                    .isEqualTo("42501");
            assertThat(state(pooler, "CREATE TABLE t (n int)")).isEqualTo("42501");
            assertThat(state(pooler, "CREATE SCHEMA s")).isEqualTo("42501");
        }
    }

    @Test
    void onlyThePoolersRoleMayAsk() throws SQLException {
        try (Connection service = connect(Superuser.port(), DATABASE, DATABASE, "db")) {
            assertThat(state(service, "SELECT * FROM pooler.login('x')")).isEqualTo("42501");
        }
        assertThat(seen(DATABASE, """
                        SELECT p.proname || ' ' || coalesce(r.rolname, 'PUBLIC')
                          FROM pg_proc p, aclexplode(p.proacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
                         WHERE p.pronamespace = 'pooler'::regnamespace
                         ORDER BY 1
                        """))
                .containsExactly("admit hostwright_db_owner", "login hostwright_db_owner", "login " + ROLE);
    }

    /** A name that somebody puts in the way is not taken for PostgreSQL's own. */
    @Test
    void whatTheCallerHasMadeIsNotLookedAt() throws SQLException {
        String name = name("pooled");
        provision(tenant(), name);

        try (Connection superuser = Superuser.connect(DATABASE)) {
            run(
                    superuser,
                    "SET search_path = pg_temp, pg_catalog",
                    "CREATE TEMP TABLE pg_roles AS SELECT 'x'::name AS rolname LIMIT 0",
                    "CREATE TEMP TABLE roles (physical text)");
            assertThat(state(superuser, "SELECT 1 / count(*) FROM pooler.login('%s')".formatted(name)))
                    .isEqualTo("00000");
        }
    }
}
