package dev.hostwright.db;

import static io.restassured.RestAssured.given;

import dev.hostwright.contract.PostgresResource.Superuser;
import dev.hostwright.contract.Tokens;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.vertx.pgclient.PgConnectOptions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/** What tests do as customers, over HTTP and as clients of PostgreSQL; and as the server's superuser. */
public final class Customers {

    private static final AtomicLong NEXT = new AtomicLong(System.currentTimeMillis() % 1_000_000_000L * 1000);

    private Customers() {}

    /** A name that no other test has. */
    public static String name(String beginning) {
        return beginning + "_" + NEXT.incrementAndGet();
    }

    /** A tenant that no other test has. */
    public static long tenant() {
        return 2_000_000 + NEXT.incrementAndGet();
    }

    public static RequestSpecification as(long tenant) {
        return given().header("Authorization", "Bearer " + Tokens.tenant(tenant))
                .contentType("application/json");
    }

    /** A database with a login of the same name, made for the tenant. */
    public static Response provision(long tenant, String name) {
        return as(tenant)
                .body("{\"name\": \"%s\", \"username\": \"%s\"}".formatted(name, name))
                .post("/v1/databases");
    }

    /** A login for the tenant. */
    public static Response login(long tenant, String username) {
        return as(tenant).body("{\"username\": \"%s\"}".formatted(username)).post("/v1/roles");
    }

    /** Makes this the only privilege that the login has in the database. */
    public static void grant(long tenant, Response database, Response login, String privilege) {
        as(tenant)
                .body("{\"privilege\": \"%s\"}".formatted(privilege))
                .put("/v1/databases/%s/grants/%s".formatted(database.path("id"), login.path("id")))
                .then()
                .statusCode(200);
    }

    /** Connects as a login to a database that it was not made with. */
    public static Connection enter(Response database, Response login) throws SQLException {
        return connect(Superuser.port(), database.path("name"), login.path("username"), login.path("password"));
    }

    /** Connects by nothing but the connection string of an answer. */
    public static Connection connect(String connectionString) throws SQLException {
        PgConnectOptions read = PgConnectOptions.fromUri(connectionString);
        return connect(read.getPort(), read.getDatabase(), read.getUser(), read.getPassword());
    }

    public static Connection connect(int port, String database, String user, String password) throws SQLException {
        Properties login = new Properties();
        login.setProperty("user", user);
        login.setProperty("password", password);
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:%d/%s".formatted(port, database), login);
    }

    /** The SQLSTATE that a statement ends with; 00000 when it is allowed. */
    public static String state(Connection connection, String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            return "00000";
        } catch (SQLException e) {
            return e.getSQLState();
        }
    }

    public static void run(Connection connection, String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** The first column of what the superuser sees, as text. */
    public static List<String> seen(String database, String query) throws SQLException {
        try (Connection superuser = Superuser.connect(database);
                Statement statement = superuser.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> found = new ArrayList<>();
            while (rows.next()) {
                found.add(rows.getString(1));
            }
            return found;
        }
    }

    /** Runs statements as the superuser, in the service's own database. */
    public static void asSuperuser(String... statements) throws SQLException {
        try (Connection superuser = Superuser.connect("hostwright_db")) {
            run(superuser, statements);
        }
    }

    /** Databases and roles on the server whose names begin so. */
    public static List<String> onServer(String beginning) throws SQLException {
        return seen("postgres", """
                SELECT datname FROM pg_database WHERE starts_with(datname, '%1$s')
                UNION ALL
                SELECT rolname FROM pg_roles WHERE starts_with(rolname, '%1$s')
                ORDER BY 1
                """.formatted(beginning));
    }

    /**
     * Which roles whose names begin so the service has the rights of; before PostgreSQL 16 memberships have no options.
     */
    public static List<String> servicesMemberships(String beginning) throws SQLException {
        return seen("postgres", """
                SELECT m.roleid::regrole
                  FROM pg_auth_members m
                 WHERE m.member = 'hostwright_db'::regrole
                   AND starts_with(m.roleid::regrole::text, '%s')
                   AND (coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, true)
                        OR coalesce((to_jsonb(m) ->> 'set_option')::boolean, true))
                """.formatted(beginning));
    }

    /** Calls made at once by so many clients. */
    public static <T> List<T> atOnce(List<Callable<T>> calls) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(calls.size())) {
            List<T> answers = new ArrayList<>();
            for (Future<T> answer : threads.invokeAll(calls)) {
                answers.add(answer.get());
            }
            return answers;
        }
    }

    /** Waits until it is so, half a minute at most. */
    public static void until(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + 30_000_000_000L;
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("it did not come about within 30 s");
            }
            java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
        }
    }

    public static String path(String collection) {
        return collection + "/" + UUID.randomUUID();
    }
}
