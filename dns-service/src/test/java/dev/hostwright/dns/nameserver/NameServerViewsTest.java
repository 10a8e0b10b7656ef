package dev.hostwright.dns.nameserver;

import static dev.hostwright.dns.Api.as;
import static dev.hostwright.dns.Api.post;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostwright.contract.PostgresResource;
import dev.hostwright.dns.Api;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a name server is shown, by questions as PowerDNS asks them, with the rights of its role. */
@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "dns"))
class NameServerViewsTest {

    private static final String NAMES = """
            SELECT name || ' ' || coalesce(type, 'empty')
              FROM records
             WHERE disabled = false
               AND domain_id = (SELECT id FROM domains WHERE name = ?)
               AND name <> ALL (ARRAY[?, 'www.' || ?, 'mail.' || ?, 'ns1.' || ?, 'ns2.' || ?])
             ORDER BY name, type
            """;

    private static final String AUTHORITY = """
            SELECT type || ' ' || auth || ' ' || coalesce(ordername, 'none')
              FROM records
             WHERE disabled = false
               AND name = ?
             ORDER BY type
            """;

    /** As PowerDNS stores what it was sent. */
    private static final String TRANSFER = """
            INSERT INTO records (content, ttl, prio, type, domain_id, disabled, name, ordername, auth)
            SELECT ?, 60, 0, ?, id, false, ?, NULL, true
              FROM domains
             WHERE name = ?
            """;

    private static final String KEYS = """
            SELECT content
              FROM domains, domainmetadata
             WHERE domain_id = domains.id
               AND name = ?
               AND domainmetadata.kind = 'TSIG-ALLOW-AXFR'
            """;

    private final String domain = Api.domain();
    private String zone = "";

    @BeforeEach
    void makeZone() {
        zone = Api.zone(domain);
    }

    @Test
    void aRecordIsShownAsItIsStored() throws SQLException {
        post(zone, "{'name': 'shop', 'type': 'MX', 'content': '20 Mail.Example.NET', 'ttl': 300}")
                .then()
                .statusCode(201);

        assertThat(look("""
                SELECT content || ' ' || ttl || ' ' || prio || ' ' || type
                  FROM records
                 WHERE disabled = false
                   AND type = 'MX'
                   AND name = ?
                """, "shop." + domain)).containsExactly("mail.example.net. 300 20 MX");
    }

    @Test
    void aSuspendedZoneIsShownLikeAnyOther() throws SQLException {
        Api.asOperator().put(zone + "/suspension").then().statusCode(204);

        assertThat(look("SELECT type FROM domains WHERE name = ?", domain)).containsExactly("MASTER");
        assertThat(look("SELECT content FROM records WHERE name = ? AND type = 'A'", domain))
                .hasSize(1);
    }

    @Test
    void namesAboveARecordExistAsLongAsItDoes() throws SQLException {
        String first = post(zone, "{'name': 'a.b.c', 'type': 'A', 'content': '192.0.2.1'}")
                .path("id");
        post(zone, "{'name': 'x.b.c', 'type': 'A', 'content': '192.0.2.1'}");
        assertThat(names())
                .containsExactly(
                        "a.b.c." + domain + " A",
                        "b.c." + domain + " empty",
                        "c." + domain + " empty",
                        "x.b.c." + domain + " A");

        post(zone, "{'name': 'c', 'type': 'TXT', 'content': 'here'}");
        as(7).delete(zone + "/rrsets/x.b.c/A").then().statusCode(204);
        assertThat(names())
                .containsExactly("a.b.c." + domain + " A", "b.c." + domain + " empty", "c." + domain + " TXT");

        as(7).body("{\"name\": \"d.e\", \"type\": \"A\", \"content\": \"192.0.2.1\"}")
                .put(zone + "/records/" + first)
                .then()
                .statusCode(200);
        assertThat(names()).containsExactly("c." + domain + " TXT", "d.e." + domain + " A", "e." + domain + " empty");

        as(7).delete(zone + "/records/" + first).then().statusCode(204);
        assertThat(names()).containsExactly("c." + domain + " TXT");
    }

    @Test
    void whatIsDelegatedIsNotOfTheZonesAuthority() throws SQLException {
        post(zone, "{'name': 'sub', 'type': 'NS', 'content': 'ns.sub." + domain + ".'}");
        post(zone, "{'name': 'ns.sub', 'type': 'A', 'content': '192.0.2.1'}");
        post(zone, "{'name': 'glue.deep.sub', 'type': 'A', 'content': '192.0.2.1'}");
        post(zone, "{'name': 'y.x', 'type': 'A', 'content': '192.0.2.1'}");
        post(zone, "{'name': 'deep.sub', 'type': 'NS', 'content': 'ns.elsewhere.example.'}");

        assertThat(look(AUTHORITY, "deep.sub." + domain)).isEmpty();
        assertThat(look(AUTHORITY, "sub." + domain)).containsExactly("NS false sub");
        assertThat(look(AUTHORITY, "ns.sub." + domain)).containsExactly("A false none");
        assertThat(look(AUTHORITY, "y.x." + domain)).containsExactly("A true x y");
        assertThat(look(AUTHORITY, domain)).contains("NS true ", "SOA true ");
        assertThat(names()).doesNotContain("deep.sub." + domain + " empty").contains("x." + domain + " empty");
    }

    @Test
    void aSignedZoneHasOneKeyInTheFormOfTheNameServer() throws SQLException {
        assertThat(look("""
                SELECT flags || ' ' || active || ' ' || published || ' ' || content
                  FROM domains, cryptokeys
                 WHERE cryptokeys.domain_id = domains.id
                   AND domains.name = ?
                """, domain))
                .singleElement()
                .asString()
                .matches("257 true true Private-key-format: v1.2\nAlgorithm: 13 \\(ECDSAP256SHA256\\)\n"
                        + "PrivateKey: [A-Za-z0-9+/]{43}=\n");

        as(7).delete(zone + "/dnssec").then().statusCode(204);

        assertThat(look("SELECT id FROM cryptokeys WHERE domain_id = (SELECT id FROM domains WHERE name = ?)", domain))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT private_key FROM dns_keys",
                "SELECT * FROM dns_keys",
                "SELECT count(*) FROM dns_keys WHERE private_key LIKE 'A%'",
                "UPDATE dns_keys SET private_key = public_key",
                "DELETE FROM dns_keys WHERE private_key LIKE 'A%'",
                "INSERT INTO dns_keys (zone_id, tenant_id, pdns_zone_id, zone_domain, public_key, private_key)"
                        + " VALUES (gen_random_uuid(), 7, 1, 'a', '', '') RETURNING private_key",
                "SELECT content FROM pdns.cryptokeys"
            })
    void theServicesOwnRoleReadsNoPrivateKey(String statement) {
        assertThatThrownBy(() -> {
                    try (Connection database = connect("hostwright_dns", "dns");
                            PreparedStatement sql = database.prepareStatement(statement)) {
                        sql.execute();
                    }
                })
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
    }

    @Test
    void recordsOfASlaveZoneAreTheNameServersAndOfNoOther() throws SQLException {
        String slave = Api.domain();
        String path = "/v1/zones/"
                + as(7).body(Api.json("{'domain': '%s', 'type': 'SLAVE', 'master': '192.0.2.1'}", slave))
                        .post("/v1/zones")
                        .then()
                        .statusCode(201)
                        .extract()
                        .<String>path("id");
        change(TRANSFER, "ns1. admin. 7 3600 600 86400 60", "SOA", slave, slave);
        change(TRANSFER, "192.0.2.1", "A", "www." + slave, slave);

        assertThat(look("SELECT content FROM records WHERE name = ?", "www." + slave))
                .containsExactly("192.0.2.1");
        assertThat(Api.serial(path)).isEqualTo(7);
        assertThatThrownBy(() -> change(TRANSFER, "192.0.2.1", "A", "www.elsewhere.example", slave))
                .isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> change(TRANSFER, "192.0.2.66", "A", "www." + domain, domain))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
        assertThatThrownBy(() -> change("DELETE FROM records WHERE name = ?", domain))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));

        change("DELETE FROM records WHERE domain_id = (SELECT id FROM domains WHERE name = ?)", slave);
        assertThat(look("SELECT name FROM records WHERE name LIKE '%' || ?", slave))
                .isEmpty();
    }

    @Test
    void aSecondarysKeyIsOfEachMasterZoneAndOfNoOther() throws SQLException {
        String zoneOfItsOwn = Api.domain();
        as(7).body(Api.json("{'domain': '%s', 'type': 'NATIVE'}", zoneOfItsOwn)).post("/v1/zones");
        try (Connection superuser = PostgresResource.Superuser.connect("hostwright_dns");
                PreparedStatement sql = superuser.prepareStatement(
                        "INSERT INTO pdns.secondaries (tsig_key) VALUES ('second') ON CONFLICT DO NOTHING")) {
            sql.execute();
        }

        assertThat(look(KEYS, domain)).contains("second");
        assertThat(look(KEYS, zoneOfItsOwn)).isEmpty();
        assertThatThrownBy(() -> change("INSERT INTO secondaries (tsig_key) VALUES ('third')"))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
    }

    @Test
    void ofADeletedZoneNothingIsLeft() throws SQLException {
        post(zone, "{'name': 'a.b.c', 'type': 'A', 'content': '192.0.2.1'}");
        String number =
                look("SELECT id::text FROM domains WHERE name = ?", domain).getFirst();
        change("UPDATE domains SET notified_serial = 7 WHERE name = ?", domain);
        change(
                "INSERT INTO domainmetadata (domain_id, kind) SELECT id, 'PRESIGNED' FROM domains WHERE name = ?",
                domain);
        assertThat(look("SELECT notified_serial FROM domains WHERE name = ?", domain))
                .containsExactly("7");

        as(7).delete(zone).then().statusCode(204);

        assertThat(look("SELECT name FROM records WHERE name LIKE '%' || ?", domain))
                .isEmpty();
        assertThat(look("SELECT name FROM domains WHERE name = ?", domain)).isEmpty();
        assertThat(look("SELECT id::text FROM cryptokeys WHERE domain_id::text = ?", number))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT count(*) FROM public.dns_zones",
                "SELECT count(*) FROM public.dns_claims",
                "SELECT count(*) FROM public.tombstones",
                "UPDATE records SET content = '192.0.2.66' WHERE type = 'A'",
                "DELETE FROM records",
                "DELETE FROM cryptokeys",
                "UPDATE cryptokeys SET domain_id = 1",
                "INSERT INTO cryptokeys (domain_id) VALUES (1)",
                "SELECT count(*) FROM public.dns_keys",
                "UPDATE domains SET name = 'taken.example'",
                "DELETE FROM domains"
            })
    void theNameServersRoleDoesNoMoreThanItsWork(String statement) {
        assertThatThrownBy(() -> change(statement))
                .isInstanceOfSatisfying(SQLException.class, e -> assertThat(e.getSQLState())
                        .as("no right to it, or a view that is not written to")
                        .isIn("42501", "55000"));
    }

    private List<String> names() throws SQLException {
        return look(NAMES, domain, domain, domain, domain, domain, domain);
    }

    private static List<String> look(String query, String... parameters) throws SQLException {
        try (Connection database = connect();
                PreparedStatement sql = prepare(database, query, parameters);
                ResultSet rows = sql.executeQuery()) {
            List<String> found = new ArrayList<>();
            while (rows.next()) {
                found.add(rows.getString(1));
            }
            return found;
        }
    }

    private static void change(String statement, String... parameters) throws SQLException {
        try (Connection database = connect();
                PreparedStatement sql = prepare(database, statement, parameters)) {
            sql.execute();
        }
    }

    private static PreparedStatement prepare(Connection database, String query, String... parameters)
            throws SQLException {
        PreparedStatement sql = database.prepareStatement(query);
        for (int i = 0; i < parameters.length; i++) {
            sql.setString(i + 1, parameters[i]);
        }
        return sql;
    }

    private static Connection connect() throws SQLException {
        return connect("hostwright_pdns", "pdns");
    }

    private static Connection connect(String role, String password) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:%d/hostwright_dns".formatted(PostgresResource.Superuser.port()),
                role,
                password);
    }
}
