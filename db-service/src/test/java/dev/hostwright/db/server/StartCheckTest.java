package dev.hostwright.db.server;

import static dev.hostwright.db.Customers.asSuperuser;
import static dev.hostwright.db.Customers.name;
import static dev.hostwright.db.Customers.seen;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hostwright.db.DbPostgres;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(DbPostgres.class)
class StartCheckTest {

    static String missing(String role, boolean required) {
        return "SELECT statement FROM missing_rights('%s') WHERE required = %b ORDER BY 1".formatted(role, required);
    }

    @Test
    void theRoleThatRolesSqlMakesLacksNothing() throws SQLException {
        assertThat(seen("hostwright_db", missing("hostwright_db", true))).isEmpty();
        assertThat(seen("hostwright_db", missing("hostwright_db", false))).isEmpty();
    }

    @Test
    void eachMissingRightIsNamedAsTheStatementThatGivesIt() throws SQLException {
        String role = name("weak");
        asSuperuser("CREATE ROLE %s LOGIN BYPASSRLS".formatted(role));

        assertThat(seen("hostwright_db", missing(role, true)))
                .containsExactly(
                        "ALTER ROLE %s CREATEDB;".formatted(role),
                        "ALTER ROLE %s CREATEROLE;".formatted(role),
                        "ALTER ROLE %s NOBYPASSRLS;".formatted(role),
                        "GRANT SET ON PARAMETER temp_file_limit TO %s;".formatted(role),
                        "GRANT pg_read_all_stats TO %s;".formatted(role),
                        "GRANT pg_signal_backend TO %s;".formatted(role));
        assertThat(seen("hostwright_db", missing(role, false)))
                .contains("GRANT SET ON PARAMETER log_statement TO %s;".formatted(role));

        asSuperuser(seen("hostwright_db", "SELECT statement FROM missing_rights('%s')".formatted(role))
                .toArray(String[]::new));
        assertThat(seen("hostwright_db", missing(role, true))).isEmpty();
    }

    @Test
    void aSuperuserIsNotWhatTheServiceRunsAs() throws SQLException {
        assertThat(seen("hostwright_db", missing("postgres", true)))
                .containsExactly("ALTER ROLE postgres NOSUPERUSER;");
    }
}
