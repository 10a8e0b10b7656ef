package dev.hostwright.mail.dkim;

import static dev.hostwright.mail.Api.as;
import static dev.hostwright.mail.Api.atOnce;
import static dev.hostwright.mail.Api.freshDomain;
import static dev.hostwright.mail.Api.rows;
import static dev.hostwright.mail.Api.sql;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import dev.hostwright.contract.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "mail"))
class DkimResourceTest {

    private static final byte[] MESSAGE = {1, 2, 3};

    /** What is before the 32 octets of an Ed25519 public key (RFC 8410 section 4). */
    private static final String ED25519_HEADER = "MCowBQYDK2VwAyEA";

    private final String domain = freshDomain();
    private final String path = "/v1/mail-domains/" + UUID.randomUUID();

    private void made() {
        as(7).body("{\"domain\": \"%s\"}".formatted(domain)).put(path).then().statusCode(201);
    }

    private JsonPath keys() {
        return as(7).get(path + "/dkim-keys").then().statusCode(200).extract().jsonPath();
    }

    private String text(String algorithm) {
        return keys().getString("items.find { it.algorithm == '%s' }.text".formatted(algorithm));
    }

    private String privateKey(String algorithm) {
        return rows("SELECT private_key FROM dkim_keys WHERE domain = '%s' AND algorithm = '%s'"
                        .formatted(domain, algorithm))
                .getFirst();
    }

    @Test
    void aNewDomainSignsWithAKeyOfEachAlgorithm() {
        made();

        as(7).get(path + "/dkim-keys")
                .then()
                .statusCode(200)
                .body("items.algorithm", contains("rsa-sha256", "ed25519-sha256"))
                .body(
                        "items.selector",
                        contains(matchesPattern("hw[0-9]{6}[0-9a-f]{6}r"), matchesPattern("hw[0-9]{6}[0-9a-f]{6}e")))
                .body("items.name", everyItem(matchesPattern("hw[0-9]{6}[0-9a-f]{6}[re]\\._domainkey")))
                .body("items.state", contains("active", "active"))
                .body("items.retiredAt", contains(nullValue(), nullValue()));
    }

    @ParameterizedTest
    @CsvSource({
        "rsa-sha256,     RSA,     SHA256withRSA, v=DKIM1; k=rsa; p=,     ''",
        "ed25519-sha256, Ed25519, Ed25519,       v=DKIM1; k=ed25519; p=, " + ED25519_HEADER
    })
    void whatThePrivateKeySignsThePublishedOneVerifies(
            String algorithm, String keys, String signature, String tags, String header)
            throws GeneralSecurityException {
        made();

        String text = text(algorithm);
        byte[] pkcs8 = Base64.getMimeDecoder()
                .decode(privateKey(algorithm).replaceAll("-----(BEGIN|END) PRIVATE KEY-----", ""));

        assertThat(text).startsWith(tags);
        KeyFactory factory = KeyFactory.getInstance(keys);
        PrivateKey privateKey = factory.generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        PublicKey publicKey = factory.generatePublic(
                new X509EncodedKeySpec(Base64.getDecoder().decode(header + text.substring(tags.length()))));
        Signature signer = Signature.getInstance(signature);
        signer.initSign(privateKey);
        signer.update(MESSAGE);
        Signature verifier = Signature.getInstance(signature);
        verifier.initVerify(publicKey);
        verifier.update(MESSAGE);
        assertThat(verifier.verify(signer.sign())).isTrue();
        if (publicKey instanceof RSAPublicKey rsa) {
            assertThat(rsa.getModulus().bitLength()).isEqualTo(2048);
        }
    }

    @Test
    void noTwoDomainsHaveTheSameKey() {
        made();
        String first = text("rsa-sha256");

        assertThat(new DkimResourceTest().textOfAnother()).isNotEqualTo(first);
    }

    private String textOfAnother() {
        made();
        return text("rsa-sha256");
    }

    @Test
    void thePrivateKeyIsInNoAnswer() {
        made();
        String secret = privateKey("ed25519-sha256").lines().skip(1).findFirst().orElseThrow();

        for (String where : List.of("", "/records", "/dkim-keys")) {
            as(7).get(path + where)
                    .then()
                    .statusCode(200)
                    .body(not(containsString("PRIVATE")))
                    .body(not(containsString(secret)));
        }
    }

    @Test
    void theServiceItselfCannotReadAPrivateKeyAgain() throws SQLException {
        made();

        try (Connection database = logIn("hostwright_mail", "mail");
                Statement sql = database.createStatement()) {
            sql.execute("SELECT set_config('app.tenant', '*', false)");
            assertThat(found(sql, "SELECT selector FROM dkim_keys WHERE domain = '%s'".formatted(domain)))
                    .hasSize(2);
            for (String query : List.of(
                    "SELECT private_key FROM dkim_keys",
                    "SELECT * FROM dkim_keys",
                    "UPDATE dkim_keys SET state = state RETURNING private_key",
                    "DELETE FROM dkim_keys WHERE private_key > ''",
                    "SELECT private_key FROM dkim.keys")) {
                assertThatThrownBy(() -> sql.execute(query)).as(query).hasMessageContaining("permission denied");
            }
        }
    }

    @Test
    void theSignerReadsTheKeysThatSignAndNothingElse() throws SQLException {
        made();

        try (Connection database = logIn("hostwright_opendkim", "opendkim");
                Statement sql = database.createStatement()) {
            String id = found(sql, "SELECT dkim_id FROM signing WHERE author = '%s'".formatted(domain))
                    .getFirst();
            assertThat(id).isEqualTo(keys().getString("items[0].selector") + "." + domain);
            assertThat(found(sql, "SELECT private_key FROM keys WHERE id = '%s'".formatted(id)))
                    .containsExactly(privateKey("rsa-sha256"));
            assertThat(found(sql, "SELECT domain_name || selector FROM keys WHERE id = '%s'".formatted(id)))
                    .containsExactly(domain + keys().getString("items[0].selector"));
            for (String table : List.of(
                    "public.dkim_keys",
                    "public.email_domains",
                    "public.email_accounts",
                    "public.email_forwarders",
                    "public.tombstones")) {
                assertThatThrownBy(() -> sql.execute("SELECT 1 FROM " + table))
                        .as(table)
                        .hasMessageContaining("permission denied");
            }
            for (String change :
                    List.of("UPDATE keys SET selector = 'x'", "DELETE FROM keys", "CREATE TABLE dkim.mine (a int)")) {
                assertThatThrownBy(() -> sql.execute(change)).as(change).isInstanceOf(SQLException.class);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"enabled = false", "suspended = true"})
    void nobodySignsForADomainThatIsOff(String off) throws SQLException {
        made();
        sql("UPDATE email_domains SET %s WHERE domain = '%s'".formatted(off, domain));

        try (Connection database = logIn("hostwright_opendkim", "opendkim");
                Statement sql = database.createStatement()) {
            assertThat(found(sql, "SELECT id FROM keys WHERE domain_name = '%s'".formatted(domain)))
                    .isEmpty();
            assertThat(found(sql, "SELECT dkim_id FROM signing WHERE author = '%s'".formatted(domain)))
                    .isEmpty();
        }
    }

    private List<String> states() {
        return keys().getList("items.collect { it.algorithm + ' ' + it.state }");
    }

    private List<String> signing() throws SQLException {
        try (Connection database = logIn("hostwright_opendkim", "opendkim");
                Statement sql = database.createStatement()) {
            return found(sql, "SELECT selector FROM keys WHERE domain_name = '%s' ORDER BY 1 DESC".formatted(domain));
        }
    }

    /** So that it is seen which keys are the old ones. */
    private void aDayLater() {
        sql(
                "UPDATE dkim_keys SET selector = 'old' || right(selector, 1), created_at = created_at - interval '1 day' WHERE domain = '%s'"
                        .formatted(domain));
    }

    @Test
    void aRotationHasTwoKeysInTheRecordsAndSignsWithTheOldOneUntilItIsToldOtherwise() throws SQLException {
        made();
        aDayLater();

        as(7).post(path + "/dkim-keys").then().statusCode(201);
        assertThat(states())
                .containsExactly(
                        "rsa-sha256 active", "ed25519-sha256 active", "rsa-sha256 pending", "ed25519-sha256 pending");
        List<String> names = as(7).get(path + "/records").path("items.name");
        assertThat(names).containsAll(keys().getList("items.name"));
        assertThat(signing()).containsExactly("oldr", "olde");

        as(7).put(path + "/dkim-keys/publication").then().statusCode(200);
        assertThat(states())
                .containsExactly(
                        "rsa-sha256 active",
                        "ed25519-sha256 active",
                        "rsa-sha256 published",
                        "ed25519-sha256 published");
        assertThat(signing()).containsExactly("oldr", "olde");

        as(7).put(path + "/dkim-keys/activation").then().statusCode(200);
        assertThat(states())
                .containsExactly(
                        "rsa-sha256 retired", "ed25519-sha256 retired", "rsa-sha256 active", "ed25519-sha256 active");
        assertThat(signing()).hasSize(2).doesNotContain("oldr", "olde");
        assertThat(rows("SELECT private_key FROM dkim_keys WHERE domain = '%s' AND state = 'retired'"
                        .formatted(domain)))
                .containsExactly(null, null);
        assertThat(as(7).get(path + "/records").<List<String>>path("items.name"))
                .containsAll(keys().getList("items.name"));

        for (String selector : List.of("oldr", "olde", "olde")) {
            as(7).delete(path + "/dkim-keys/" + selector).then().statusCode(204);
        }
        assertThat(states()).containsExactly("rsa-sha256 active", "ed25519-sha256 active");
    }

    @Test
    void thereAreTwoKeysOfAnAlgorithmAndNoMore() throws Exception {
        made();
        aDayLater();

        List<Integer> statuses = atOnce(
                Collections.nCopies(6, () -> as(7).post(path + "/dkim-keys").statusCode()));

        assertThat(statuses).containsOnly(201, 409).containsOnlyOnce(201);
        assertThat(keys().getList("items")).hasSize(4);
        as(7).post(path + "/dkim-keys").then().statusCode(409).body("type", equalTo("urn:problem:rotation-under-way"));
        as(7).put(path + "/dkim-keys/activation").then().statusCode(200);
        as(7).post(path + "/dkim-keys").then().statusCode(409);
    }

    @Test
    void aRotationIsCalledOffAndAKeyThatSignsStays() {
        made();
        aDayLater();
        as(7).post(path + "/dkim-keys").then().statusCode(201);

        for (String selector : keys().<String>getList("items.findAll { it.state == 'pending' }.selector")) {
            as(7).delete(path + "/dkim-keys/" + selector).then().statusCode(204);
        }
        as(7).delete(path + "/dkim-keys/oldr").then().statusCode(409).body("type", equalTo("urn:problem:key-signs"));
        as(7).put(path + "/dkim-keys/activation").then().statusCode(200);

        assertThat(states()).containsExactly("rsa-sha256 active", "ed25519-sha256 active");
    }

    @Test
    void anothersKeysAreNotFound() {
        made();
        as(8).post(path + "/dkim-keys").then().statusCode(404);
        as(8).put(path + "/dkim-keys/publication").then().statusCode(404);
        as(8).put(path + "/dkim-keys/activation").then().statusCode(404);
        as(8).delete(path + "/dkim-keys/x").then().statusCode(404);

        as(8).get(path + "/dkim-keys").then().statusCode(404);
        as(7).get("/v1/mail-domains/" + UUID.randomUUID() + "/dkim-keys").then().statusCode(404);
    }

    @Test
    void theKeysGoWithTheirDomain() {
        made();

        as(7).delete(path).then().statusCode(204);

        assertThat(rows("SELECT id FROM dkim_keys WHERE domain = '%s'".formatted(domain)))
                .isEmpty();
    }

    private static Connection logIn(String role, String password) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:%d/hostwright_mail".formatted(PostgresResource.Superuser.port()),
                role,
                password);
    }

    private static List<String> found(Statement sql, String query) throws SQLException {
        List<String> values = new ArrayList<>();
        try (ResultSet rows = sql.executeQuery(query)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }
}
