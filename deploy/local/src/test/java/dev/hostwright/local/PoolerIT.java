package dev.hostwright.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A customer who can log in to his database can by way of PgBouncer, and nobody else, and neither any longer. */
@ExtendWith(SharedStack.class)
class PoolerIT {

    private final LocalStack stack;
    private final Shop shop;

    @TempDir
    Path folder;

    private @Nullable Pooler pooler;
    private String database = "";
    private String role = "";

    PoolerIT(LocalStack stack) {
        this.stack = stack;
        this.shop = new Shop(stack);
    }

    @BeforeEach
    void startPooler() throws IOException {
        assumeTrue(Pooler.isWanted(), "there is no PgBouncer of 1.19 or newer on this machine");
        pooler = Pooler.start(stack, folder);
        database = "/v1/databases/" + make(shop).path("id").asText();
        role = "/v1/roles/" + items().path(0).path("id").asText();
    }

    @AfterEach
    void stopPooler() {
        if (pooler != null) {
            pooler.stop();
        }
    }

    private static JsonNode make(Shop shop) {
        return shop.at(Service.DB)
                .post(
                        "/v1/databases",
                        "{\"name\": \"%s\", \"username\": \"%s\", \"password\": \"%s\"}"
                                .formatted(shop.database, shop.login, shop.password()))
                .expect(201)
                .json();
    }

    private JsonNode items() {
        return db().get("/v1/roles").expect(200).json().path("items");
    }

    @Test
    void aCustomerLogsInAndWhatHeMakesIsHis() throws SQLException {
        try (Connection customer = connect(shop.password())) {
            run(customer, "CREATE TABLE t AS SELECT 1 AS n");

            assertThat(ask(customer, "SELECT session_user || ' ' || current_user || ' ' || current_database()"))
                    .isEqualTo("%s %s_own %2$s".formatted(shop.login, shop.database));
        }
        try (Connection direct = shop.logIn()) {
            assertThat(ask(direct, "SELECT tableowner FROM pg_tables WHERE tablename = 't'"))
                    .isEqualTo(shop.database + "_own");
        }
    }

    @Test
    void aPasswordThatIsNotHisIsRefused() {
        refused(() -> connect(shop.password() + "x"));
        refused(() -> connect(""));
    }

    @Test
    void aSuspendedLoginIsOutAtOnceAndBackWhenResumed() throws SQLException {
        try (Connection open = connect(shop.password())) {
            assertThat(ask(open, "SELECT 1")).isEqualTo("1");

            db().put(database + "/suspension", "").expect(204);

            assertThatThrownBy(() -> ask(open, "SELECT 1")).isInstanceOf(SQLException.class);
        }
        refused(() -> connect(shop.password()));

        db().delete(database + "/suspension").expect(204);
        connect(shop.password()).close();
    }

    @Test
    void anotherPasswordIsTheOnlyOneAtOnce() throws SQLException {
        connect(shop.password()).close();

        db().put(role + "/password", "{\"password\": \"another battery staple\"}")
                .expect(200);

        connect("another battery staple").close();
        refused(() -> connect(shop.password()));
    }

    @Test
    void bothLoginsOfARotationAreGoodUntilTheFirstIsGone() throws SQLException {
        connect(shop.password()).close();
        JsonNode rotation = db().post(role + "/rotations", "{}").expect(201).json();

        String successor = rotation.path("username").asText();
        String password = rotation.path("password").asText();
        pooler().connect(shop.database, successor, password).close();
        connect(shop.password()).close();

        db().delete(role).expect(204);
        refused(() -> connect(shop.password()));
        pooler().connect(shop.database, successor, password).close();
    }

    @Test
    void aLoginWhoseTimeIsOverIsRefused() throws SQLException {
        connect(shop.password()).close();

        try (Connection superuser = stack.postgres().connect("postgres")) {
            run(superuser, "ALTER ROLE %s VALID UNTIL '2020-01-01'".formatted(shop.login));
        }

        refused(() -> connect(shop.password()));
    }

    @Test
    void anotherTenantsDatabaseIsRefusedAsTheServerRefusesIt() {
        Shop other = new Shop(stack);
        make(other);

        for (String name :
                new String[] {other.database, "hostwright_db", "hostwright_gateway", "postgres", "template1"}) {
            refused(() -> pooler().connect(name, shop.login, shop.password()));
            refused(() -> DriverManager.getConnection(stack.postgres().url(name), shop.login, shop.password()));
        }
    }

    @Test
    void theRolesOfTheServiceAndTheSuperuserAreRefusedThoughTheirPasswordsAreRight() throws SQLException {
        for (String name : new String[] {"postgres", "hostwright_db", "hostwright_db_owner", Pooler.ROLE}) {
            String password = stack.postgres().password(name);
            DriverManager.getConnection(stack.postgres().url("hostwright_db"), name, password)
                    .close();

            refused(() -> pooler().connect("hostwright_db", name, password));
            refused(() -> pooler().connect(shop.database, name, password));
            refused(() -> pooler().connect("pgbouncer", name, password));
        }
    }

    @Test
    void aDatabaseWithPooledSessionsIsDeleted() throws SQLException {
        connect(shop.password()).close();

        db().delete(database + "?purge=true").expect(204);

        refused(() -> connect(shop.password()));
        assertThat(shop.leftovers.of(shop.tenant, shop.database, shop.login)).isEmpty();
    }

    private static void refused(ThrowingCallable login) {
        assertThatThrownBy(login).isInstanceOf(SQLException.class);
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String ask(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private Connection connect(String password) throws SQLException {
        return pooler().connect(shop.database, shop.login, password);
    }

    private Pooler pooler() {
        return java.util.Objects.requireNonNull(pooler);
    }

    private ApiClient db() {
        return shop.at(Service.DB);
    }
}
