package dev.hostwright.mail.apppassword;

import static dev.hostwright.mail.Api.as;
import static dev.hostwright.mail.Api.asOperator;
import static dev.hostwright.mail.Api.atOnce;
import static dev.hostwright.mail.Api.hosted;
import static dev.hostwright.mail.Api.mailbox;
import static dev.hostwright.mail.Api.rows;
import static dev.hostwright.mail.Api.sql;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import dev.hostwright.contract.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "mail"))
class AppPasswordResourceTest {

    private static final String PHONE = "{\"name\": \"phone\"}";

    /** The app passwords of a new mailbox. */
    private static String collection(String email) {
        return "/v1/mailboxes/" + mailbox(7, email) + "/app-passwords";
    }

    private static String collection() {
        return collection("info@" + hosted(7));
    }

    /** What Dovecot sees for a mailbox. */
    private static List<String> seen(String email) {
        return rows("SELECT array_to_string(protocols, ' ') FROM mta.app_auth WHERE email = '%s'".formatted(email));
    }

    @Test
    void anAppPasswordIsShownOnceAndOnlyItsHashIsKept() {
        String email = "info@" + hosted(7);
        String collection = collection(email);

        String made = as(7).body("{\"name\": \"phone\", \"protocols\": [\"smtp\", \"imap\", \"imap\"]}")
                .post(collection)
                .then()
                .statusCode(201)
                .header("Location", containsString(collection + "/"))
                .body("name", equalTo("phone"))
                .body("protocols", contains("imap", "smtp"))
                .body("expiresAt", nullValue())
                .body("password", matchesPattern("[A-Za-z2-9]{24}"))
                .extract()
                .path("password");

        as(7).get(collection)
                .then()
                .statusCode(200)
                .body("items.name", contains("phone"))
                .body(not(containsString(made)))
                .body("items[0].password", nullValue());
        assertThat(rows("""
                        SELECT encode(sha256(convert_to('%s', 'UTF8')), 'hex') = token_sha256
                          FROM mta.app_auth
                         WHERE email = '%s'
                        """.formatted(made, email))).containsExactly("t");
    }

    @Test
    void puttingAnAppPasswordTwiceMakesItOnce() {
        String collection = collection();
        String path = collection + "/" + UUID.randomUUID();
        String body =
                "{\"name\": \"phone\", \"protocols\": [\"imap\"], \"expiresAt\": \"2099-01-01T01:00:00.1234567+01:00\"}";

        as(7).body(body).put(path).then().statusCode(201).body("password", not(nullValue()));
        as(7).body(body)
                .put(path)
                .then()
                .statusCode(200)
                .body("password", nullValue())
                .body("expiresAt", equalTo("2099-01-01T00:00:00.123456Z"));
        as(7).body(PHONE).put(path).then().statusCode(409).body("type", equalTo("urn:problem:differs"));

        as(7).get(collection).then().body("items", hasSize(1));
    }

    @Test
    void oneThatIsRevokedOpensNothingAndDoesNotComeBack() {
        String email = "info@" + hosted(7);
        String path = collection(email) + "/" + UUID.randomUUID();
        as(7).body(PHONE).put(path).then().statusCode(201);
        assertThat(seen(email)).containsExactly("imap smtp");

        as(7).delete(path).then().statusCode(204);
        as(7).delete(path).then().statusCode(204);

        assertThat(seen(email)).isEmpty();
        as(7).body(PHONE).put(path).then().statusCode(409).body("type", equalTo("urn:problem:deleted"));
    }

    @Test
    void oneThatHasExpiredOpensNothing() {
        String email = "info@" + hosted(7);
        String collection = collection(email);
        as(7).body("{\"name\": \"phone\", \"expiresAt\": \"2099-01-01T00:00:00Z\"}")
                .post(collection)
                .then()
                .statusCode(201);
        assertThat(seen(email)).hasSize(1);

        sql("""
                UPDATE app_passwords SET expires_at = now()
                 WHERE mailbox_id = (SELECT id FROM email_accounts WHERE email = '%s')
                """.formatted(email));

        assertThat(seen(email)).isEmpty();
        as(7).get(collection).then().body("items", hasSize(1));
    }

    @Test
    void itOpensNothingWhileTheMailboxOrItsDomainIsOff() {
        String domain = hosted(7);
        String email = "info@" + domain;
        as(7).body(PHONE).post(collection(email)).then().statusCode(201);

        sql("UPDATE email_accounts SET enabled = false WHERE email = '%s'".formatted(email));
        assertThat(seen(email)).isEmpty();
        sql("UPDATE email_accounts SET enabled = true WHERE email = '%s'".formatted(email));
        sql("UPDATE email_domains SET suspended = true WHERE domain = '%s'".formatted(domain));
        assertThat(seen(email)).isEmpty();
    }

    @Test
    void itGoesWithTheMailbox() {
        String email = "info@" + hosted(7);
        String mailbox = mailbox(7, email);
        as(7).body(PHONE)
                .post("/v1/mailboxes/{id}/app-passwords", mailbox)
                .then()
                .statusCode(201);

        as(7).delete("/v1/mailboxes/{id}", mailbox).then().statusCode(204);
        mailbox(7, email);

        assertThat(seen(email)).isEmpty();
        as(7).get("/v1/mailboxes/{id}/app-passwords", mailbox).then().statusCode(404);
    }

    @Test
    void nobodyTouchesTheAppPasswordsOfAnotherTenant() {
        String email = "info@" + hosted(7);
        String collection = collection(email);
        String path = collection + "/" + UUID.randomUUID();
        as(7).body(PHONE).put(path).then().statusCode(201);
        String own = "/v1/mailboxes/" + mailbox(8, "info@" + hosted(8)) + "/app-passwords";

        Response foreign = as(8).get(collection);
        Response unknown = as(8).get("/v1/mailboxes/{id}/app-passwords", UUID.randomUUID());

        assertThat(foreign.statusCode()).isEqualTo(404).isEqualTo(unknown.statusCode());
        assertThat(foreign.asString()).isEqualTo(unknown.asString());
        as(8).body(PHONE).post(collection).then().statusCode(404);
        as(8).body(PHONE).put(path).then().statusCode(404);
        as(8).delete(path).then().statusCode(404);
        // nor by way of a mailbox of one's own
        String id = path.substring(collection.length());
        as(8).body(PHONE).put(own + id).then().statusCode(404);
        as(8).delete(own + id).then().statusCode(204);
        assertThat(seen(email)).hasSize(1);
        asOperator().get(collection).then().statusCode(200).body("items", hasSize(1));
        asOperator().delete(path).then().statusCode(204);
        assertThat(seen(email)).isEmpty();
    }

    @Test
    void aMailboxHasFiftyAtMostHoweverManyComeAtOnce() throws Exception {
        String email = "info@" + hosted(7);
        String collection = collection(email);
        for (int i = 0; i < 49; i++) {
            as(7).body(PHONE).post(collection).then().statusCode(201);
        }
        Callable<Integer> one = () -> as(7).body(PHONE).post(collection).statusCode();

        List<Integer> statuses = atOnce(Collections.nCopies(6, one));

        assertThat(statuses).containsOnlyOnce(201).containsOnly(201, 409);
        assertThat(seen(email)).hasSize(50);
        as(7).body(PHONE)
                .post(collection)
                .then()
                .statusCode(409)
                .body("type", equalTo("urn:problem:too-many-app-passwords"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | /name",
                "{\"name\": \"\"} | /name",
                "{\"name\": \" phone\"} | /name",
                "{\"name\": \"a\\nb\"} | /name",
                "{\"name\": 7} | /name",
                "{\"name\": \"phone\", \"protocols\": []} | /protocols",
                "{\"name\": \"phone\", \"protocols\": [null]} | /protocols",
                "{\"name\": \"phone\", \"protocols\": [\"pop3\"]} | /protocols/0",
                "{\"name\": \"phone\", \"protocols\": [0]} | /protocols/0",
                "{\"name\": \"phone\", \"expiresAt\": \"2020-01-01T00:00:00Z\"} | /expiresAt",
                "{\"name\": \"phone\", \"expiresAt\": \"tomorrow\"} | /expiresAt",
                "{\"name\": \"phone\", \"expiresAt\": 4102444800} | /expiresAt",
                "{\"name\": \"phone\", \"expiresAt\": \"+12000-01-01T00:00:00Z\"} | /expiresAt",
                "{\"name\": \"phone\", \"password\": \"my own word\"} | /password"
            })
    void whatIsMalformedIsRefused(String body, String pointer) {
        String collection = collection();

        as(7).body(body).post(collection).then().statusCode(400).body("errors.pointer", contains(pointer));

        as(7).get(collection).then().body("items", hasSize(0));
    }
}
