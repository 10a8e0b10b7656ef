package dev.hostwright.db.isolation;

import static dev.hostwright.db.Customers.as;
import static dev.hostwright.db.Customers.asSuperuser;
import static dev.hostwright.db.Customers.enter;
import static dev.hostwright.db.Customers.grant;
import static dev.hostwright.db.Customers.login;
import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.provision;
import static dev.hostwright.db.Customers.state;
import static dev.hostwright.db.Customers.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hostwright.db.DbPostgres;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** With the template of {@code deploy/postgres/template.sql}, who may only read stores nothing at all. */
@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
@TestProfile(LargeObjectTest.Template.class)
class LargeObjectTest {

    public static class Template implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("db.template", "hostwright_template");
        }
    }

    @Test
    void whoReadsStoresNoLargeObject() throws SQLException {
        long tenant = tenant();
        // what waits was made from the usual template
        asSuperuser("UPDATE pool SET state = 'dead' WHERE state = 'ready'");
        Response database = provision(tenant, name("no_large_objects"));
        Response reader = login(tenant, name("reader"));
        grant(tenant, database, reader, "READ_ONLY");

        try (Connection there = enter(database, reader)) {
            for (String sql : List.of(
                    "SELECT lo_create(0)",
                    "SELECT lo_creat(-1)",
                    "SELECT lo_from_bytea(0, 'x')",
                    "SELECT lo_import('x')")) {
                assertThat(state(there, sql)).as(sql).isEqualTo("42501");
            }
        }
        assertThat(as(tenant).get("/v1/databases/" + database.path("id")).<String>path("status"))
                .isEqualTo("active");
    }
}
