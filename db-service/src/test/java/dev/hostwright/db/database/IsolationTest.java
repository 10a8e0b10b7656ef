package dev.hostwright.db.database;

import static dev.hostwright.db.Customers.connect;
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
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the service keeps for itself, and what a customer may do with what is his. */
@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
class IsolationTest {

    @Test
    void aDatabaseThatWaitsInThePoolIsClosedToAll() throws Exception {
        dev.hostwright.db.Customers.until(() -> !seen("hostwright_db", "SELECT prefix FROM pool WHERE state = 'ready'")
                .isEmpty());

        assertThat(seen("hostwright_db", """
                        SELECT p.prefix
                          FROM pool p
                          JOIN pg_database d ON d.oid = p.dboid
                         WHERE p.state = 'ready'
                           AND (d.datallowconn
                                OR has_database_privilege('public', d.oid, 'CONNECT')
                                OR pg_has_role('hostwright_db', p.prefix || '_own', 'USAGE'))
                        """)).isEmpty();
    }

    @Test
    void aCustomerIsFreeInHisOwnDatabase() throws SQLException {
        Response own = provision(tenant(), name("free"));
        try (Connection client = connect(own.path("connectionString"))) {
            run(
                    client,
                    "CREATE EXTENSION pgcrypto",
                    "CREATE SCHEMA app",
                    "CREATE TABLE app.t (n int)",
                    "CREATE PUBLICATION p FOR TABLE app.t",
                    "CREATE TEMP TABLE scratch (n int)",
                    "SET statement_timeout = 0");
            assertThat(state(client, "SELECT digest('x', 'sha256')")).isEqualTo("00000");
        }
    }

    @Test
    void whatACustomerPlantsDoesNotMakeTheServiceDoHisWork() throws SQLException {
        long tenant = tenant();
        Response own = provision(tenant, name("planter"));
        Response user = dev.hostwright.db.Customers.login(tenant, name("planted"));
        dev.hostwright.db.Customers.as(tenant)
                .body("{\"privilege\": \"OWNER\"}")
                .put("/v1/databases/%s/grants/%s".formatted(own.path("id"), user.path("id")))
                .then()
                .statusCode(200);
        try (Connection client = connect(own.path("connectionString"));
                Connection there =
                        connect(Superuser.port(), own.path("name"), user.path("username"), user.path("password"))) {
            assertPlanted(there, "SET ROLE NONE");
            assertPlanted(there, "CREATE TABLE \"a\"\";b\" (n int)");
            assertPlanted(there, "CREATE SCHEMA \"x\"\"; DROP TABLE canary\"");
            assertPlanted(there, "CREATE TABLE public.pg_class (oid oid, relname name, relowner oid)");
            assertPlanted(there, "ALTER ROLE SESSION_USER SET search_path = public, pg_catalog");
            assertPlanted(client, "CREATE TABLE canary (n int)");
            assertPlanted(
                    client,
                    "CREATE FUNCTION public.trap(name, name) RETURNS bool LANGUAGE plpgsql AS "
                            + "'BEGIN DROP TABLE public.canary; RETURN true; END'");
            assertPlanted(client, "CREATE OPERATOR public.= (LEFTARG = name, RIGHTARG = name, FUNCTION = public.trap)");
            assertPlanted(client, "CREATE TABLE public.pg_database (datname name)");
            assertThat(seen(own.path("name"), "SELECT 'a'::name OPERATOR(public.=) 'b'::name"))
                    .as("the trap works")
                    .containsExactly("t");
            assertPlanted(client, "CREATE TABLE canary (n int)");
            for (String settings : List.of("ROLE hostwright_db", "DATABASE " + own.path("name"))) {
                assertThat(state(client, "ALTER %s SET search_path = public, pg_catalog".formatted(settings)))
                        .as(settings)
                        .isEqualTo("42501");
            }
        }

        dev.hostwright.db.Customers.as(tenant)
                .delete("/v1/roles/" + user.path("id"))
                .then()
                .statusCode(204);

        assertThat(seen(own.path("name"), "SELECT tablename FROM pg_tables WHERE tablename = 'canary'"))
                .containsExactly("canary");
        assertThat(seen(own.path("name"), """
                        SELECT tablename
                          FROM pg_tables
                         WHERE tableowner = '%s_own' AND schemaname = 'public'
                         ORDER BY 1
                        """.formatted(own.<String>path("name"))))
                .containsExactly("a\";b", "canary", "pg_class", "pg_database");
    }

    private static void assertPlanted(Connection client, String sql) {
        assertThat(state(client, sql)).as(sql).isEqualTo("00000");
    }
}
