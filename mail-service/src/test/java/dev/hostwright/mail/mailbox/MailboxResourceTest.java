package dev.hostwright.mail.mailbox;

import static dev.hostwright.mail.Api.as;
import static dev.hostwright.mail.Api.asOperator;
import static dev.hostwright.mail.Api.atOnce;
import static dev.hostwright.mail.Api.forwarder;
import static dev.hostwright.mail.Api.hosted;
import static dev.hostwright.mail.Api.mailbox;
import static dev.hostwright.mail.Api.rows;
import static dev.hostwright.mail.Api.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasLength;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import dev.hostwright.contract.PostgresResource;
import dev.hostwright.mail.Api;
import io.quarkus.elytron.security.common.BcryptUtil;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "mail"))
class MailboxResourceTest {

    private static final String PASSWORD = "EmailPass123!";

    private static String body(String email) {
        return "{\"email\": \"%s\", \"password\": \"%s\"}".formatted(email, PASSWORD);
    }

    private static String storedHash(String email) {
        return rows("SELECT password_hash FROM email_accounts WHERE email = '%s'".formatted(email))
                .getFirst();
    }

    private static boolean logsIn(String email, String password) {
        return BcryptUtil.matches(password, storedHash(email).substring("{BLF-CRYPT}".length()));
    }

    @Test
    void createsEmailAccountSuccessfully() {
        String domain = hosted(7);

        as(7).body("{\"email\": \"User@%s\", \"password\": \"%s\", \"quotaMb\": 2000}".formatted(domain, PASSWORD))
                .post("/v1/mailboxes")
                .then()
                .statusCode(201)
                .header("Location", containsString("/v1/mailboxes/"))
                .body("email", equalTo("user@" + domain))
                .body("domain", equalTo(domain))
                .body("username", equalTo("user"))
                .body("tenantId", equalTo(7))
                .body("quotaMb", equalTo(2000))
                .body("enabled", equalTo(true))
                .body("status", equalTo("active"))
                .body("mailboxPath", equalTo("/var/mail/vhosts/%s/user".formatted(domain)))
                .body("password", nullValue())
                .body("createdAt", endsWith("Z"));

        assertThat(storedHash("user@" + domain)).startsWith("{BLF-CRYPT}$2a$10$");
        assertThat(logsIn("user@" + domain, PASSWORD)).isTrue();
    }

    @Test
    void preventsDuplicateEmailAccounts() {
        String domain = hosted(7);
        mailbox(7, "info@" + domain);

        as(7).body(body("INFO@" + domain))
                .post("/v1/mailboxes")
                .then()
                .statusCode(409)
                .body("type", equalTo("urn:problem:address-taken"))
                .body("errors.pointer", contains("/email"))
                .body("errors.code", contains("address_taken"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"invalid-email", "no-at.example", "two@@a.example", "a b@a.example", "a@b", "..@a.example"})
    void validatesEmailFormat(String email) {
        as(7).body(body(email))
                .post("/v1/mailboxes")
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("errors.pointer", contains("/email"));
    }

    @Test
    void changesEmailPasswordSuccessfully() {
        String email = "info@" + hosted(7);
        String id = mailbox(7, email);

        as(7).body("{\"password\": \"Another pässword\"}")
                .put("/v1/mailboxes/{id}/password", id)
                .then()
                .statusCode(200)
                .body("email", equalTo(email))
                .body("password", nullValue());

        assertThat(logsIn(email, PASSWORD)).isFalse();
        assertThat(logsIn(email, "Another pässword")).isTrue();
    }

    @Test
    void deletesEmailAccountSuccessfully() {
        String email = "info@" + hosted(7);
        String id = mailbox(7, email);

        as(7).delete("/v1/mailboxes/{id}", id).then().statusCode(204);

        as(7).get("/v1/mailboxes/{id}", id).then().statusCode(404);
        assertThat(rows("SELECT address FROM email_addresses WHERE address = '%s'".formatted(email)))
                .isEmpty();
        mailbox(7, email);
    }

    @Test
    void updatesEmailQuota() {
        String id = mailbox(7, "info@" + hosted(7));

        as(7).contentType("application/merge-patch+json")
                .body("{\"quotaMb\": 1048576}")
                .patch("/v1/mailboxes/{id}", id)
                .then()
                .statusCode(200)
                .body("quotaMb", equalTo(1_048_576))
                .body("enabled", equalTo(true));
        as(7).body("{\"enabled\": false}")
                .patch("/v1/mailboxes/{id}", id)
                .then()
                .statusCode(200)
                .body("quotaMb", equalTo(1_048_576))
                .body("enabled", equalTo(false));

        as(7).get("/v1/mailboxes/{id}", id).then().body("enabled", equalTo(false));
    }

    @Test
    void aThousandMebibytesAndEnabledAreTheDefault() {
        String id = mailbox(7, "info@" + hosted(7));

        as(7).get("/v1/mailboxes/{id}", id)
                .then()
                .statusCode(200)
                .body("quotaMb", equalTo(1000))
                .body("enabled", equalTo(true));
    }

    @Test
    void aPasswordMadeHereIsShownOnceAndLogsIn() {
        String email = "info@" + hosted(7);
        String path = "/v1/mailboxes/" + UUID.randomUUID();
        String body = "{\"email\": \"%s\"}".formatted(email);

        String made = as(7).body(body)
                .put(path)
                .then()
                .statusCode(201)
                .body("password", hasLength(24))
                .extract()
                .path("password");

        assertThat(logsIn(email, made)).isTrue();
        as(7).body(body).put(path).then().statusCode(200).body("password", nullValue());
        as(7).get(path).then().statusCode(200).body("password", nullValue());
    }

    @Test
    void aNewPasswordMadeHereIsShownOnce() {
        String email = "info@" + hosted(7);
        String id = mailbox(7, email);

        String made = as(7).body("{}")
                .put("/v1/mailboxes/{id}/password", id)
                .then()
                .statusCode(200)
                .extract()
                .path("password");

        assertThat(logsIn(email, made)).isTrue();
    }

    @Test
    void noAnswerHasAHash() {
        String domain = hosted(7);
        String id = mailbox(7, "info@" + domain);

        for (String path : List.of("/v1/mailboxes/" + id, "/v1/mailboxes", "/v1/mail-domains")) {
            as(7).get(path)
                    .then()
                    .statusCode(200)
                    .body(not(containsString("$2a$")))
                    .body(not(containsString("BLF")));
        }
    }

    @Test
    void theSamePutIsAnsweredTheSameAndAnotherIsRefused() {
        String domain = hosted(7);
        String path = "/v1/mailboxes/" + UUID.randomUUID();
        String body = body("info@" + domain);
        as(7).body(body).put(path).then().statusCode(201).header("Location", endsWith(path));

        as(7).body(body).put(path).then().statusCode(200);
        as(7).body("{\"email\": \"info@%s\"}".formatted(domain))
                .put(path)
                .then()
                .statusCode(200);

        for (String other : List.of(
                body("other@" + domain),
                body.replace(PASSWORD, "AnotherPass123!"),
                with(body, "\"quotaMb\": 2000"),
                with(body, "\"enabled\": false"))) {
            as(7).body(other).put(path).then().statusCode(409).body("type", endsWith("differs"));
        }
    }

    @Test
    void fiftyCreationsOfOneAddressAtOnceMakeOne() throws Exception {
        String email = "info@" + hosted(7);
        Callable<Integer> create =
                () -> as(7).body(body(email)).post("/v1/mailboxes").statusCode();

        List<Integer> statuses = atOnce(Collections.nCopies(50, create));

        assertThat(statuses).containsOnlyOnce(201);
        assertThat(statuses).filteredOn(status -> status == 409).hasSize(49);
        assertThat(rows("SELECT email FROM email_accounts WHERE email = '%s'".formatted(email)))
                .hasSize(1);
    }

    @Test
    void anAddressIsAMailboxOrAForwarderWhoeverIsFirst() throws Exception {
        String domain = hosted(7);
        mailbox(7, "to@" + domain);
        String email = "info@" + domain;
        List<Callable<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            calls.add(() -> as(7).body(body(email)).post("/v1/mailboxes").statusCode());
            calls.add(() -> as(7).body(forwarder(email, "to@" + domain))
                    .post("/v1/forwarders")
                    .statusCode());
        }

        List<Integer> statuses = atOnce(calls);

        assertThat(statuses).containsOnlyOnce(201).containsOnly(201, 409);
    }

    @Test
    void manyPutsOfOneIdAtOnceMakeOne() throws Exception {
        String path = "/v1/mailboxes/" + UUID.randomUUID();
        String body = body("info@" + hosted(7));
        Callable<Integer> put = () -> as(7).body(body).put(path).statusCode();

        List<Integer> statuses = atOnce(Collections.nCopies(8, put));

        assertThat(statuses).containsOnlyOnce(201).containsOnly(200, 201);
    }

    @Test
    void manyMailboxesAtOnceAreAllMadeAndOthersAreAnswered() throws Exception {
        String domain = hosted(7);
        String id = mailbox(7, "there@" + domain);
        List<Callable<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            String email = "box%d@%s".formatted(i, domain);
            calls.add(() -> as(7).body(body(email)).post("/v1/mailboxes").statusCode());
        }
        calls.add(() -> as(7).get("/v1/mailboxes/{id}", id).statusCode());

        List<Integer> statuses = atOnce(calls);

        assertThat(statuses.subList(0, 40)).containsOnly(201);
        assertThat(statuses.getLast()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "1.5; 400; type",
                "1e3; 400; type",
                "'\"1000\"'; 400; type",
                "true; 400; type",
                "null; 400; type",
                "[]; 400; type",
                "-1; 400; out_of_range",
                "1048577; 400; out_of_range",
                "99999999999999999999; 400; out_of_range",
                "0; 403; unlimited_not_allowed"
            })
    void aQuotaIsAWholeNumberOfMebibytesInRange(String quota, int status, String code) {
        String domain = hosted(7);

        as(7).body("{\"email\": \"info@%s\", \"quotaMb\": %s}".formatted(domain, quota))
                .post("/v1/mailboxes")
                .then()
                .statusCode(status)
                .body("errors.pointer", contains("/quotaMb"))
                .body("errors.code", contains(code));

        assertThat(rows("SELECT address FROM email_addresses WHERE domain = '%s'".formatted(domain)))
                .isEmpty();
    }

    @Test
    void onlyAnOperatorGivesAMailboxWithoutALimit() {
        String domain = hosted(7);
        String id = asOperator()
                .body("{\"email\": \"info@%s\", \"quotaMb\": 0, \"tenantId\": 7}".formatted(domain))
                .post("/v1/mailboxes")
                .then()
                .statusCode(201)
                .body("quotaMb", equalTo(0))
                .extract()
                .path("id");

        as(7).body("{\"quotaMb\": 0}")
                .patch("/v1/mailboxes/{id}", id)
                .then()
                .statusCode(403)
                .body("errors.code", contains("unlimited_not_allowed"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "\"seven77\"; too_short",
                "\"elevenbytes\"; too_short",
                "\"passwor\\uff01ord12\"; not_nfkc",
                "\"half a \\ud83d pair\"; bad_unicode",
                "\"nul \\u0000 inside\"; control_char",
                "null; required",
                "12345678901234; required",
                "{}; required"
            })
    void aPasswordThatWouldNotLogInIsRefusedEverywhere(String password, String code) {
        String domain = hosted(7);
        String id = mailbox(7, "there@" + domain);

        as(7).body("{\"email\": \"info@%s\", \"password\": %s}".formatted(domain, password))
                .post("/v1/mailboxes")
                .then()
                .statusCode(400)
                .body("errors.pointer", contains("/password"))
                .body("errors.code", contains(code));
        as(7).body("{\"password\": %s}".formatted(password))
                .put("/v1/mailboxes/{id}/password", id)
                .then()
                .statusCode(400)
                .body("errors.pointer", contains("/password"))
                .body("errors.code", contains(code));

        assertThat(logsIn("there@" + domain, PASSWORD)).isTrue();
    }

    @Test
    void onlyAnOperatorGivesTheAddressesThatCertificatesAreSentTo() {
        String domain = hosted(7);

        for (String local : List.of("postmaster", "ADMIN", "root", "abuse")) {
            as(7).body(body(local + "@" + domain))
                    .post("/v1/mailboxes")
                    .then()
                    .statusCode(403)
                    .body("errors.pointer", contains("/email"))
                    .body("errors.code", contains("reserved"));
        }

        asOperator()
                .body(with(body("postmaster@" + domain), "\"tenantId\": 7"))
                .post("/v1/mailboxes")
                .then()
                .statusCode(201);
    }

    @Test
    void aDomainOfAnotherTenantIsAnsweredExactlyAsOneThatIsNotThere() {
        String theirs = hosted(8);

        Response foreign = as(7).body(body("info@" + theirs)).post("/v1/mailboxes");
        Response unknown = as(7).body(body("info@nobody-has-this.example")).post("/v1/mailboxes");

        assertThat(foreign.statusCode()).isEqualTo(404).isEqualTo(unknown.statusCode());
        assertThat(foreign.asString()).isEqualTo(unknown.asString()).contains("domain_not_found");
    }

    @Test
    void nobodyTouchesTheMailboxOfAnotherTenant() {
        String email = "info@" + hosted(7);
        String path = "/v1/mailboxes/" + mailbox(7, email);

        as(8).get(path).then().statusCode(404);
        as(8).body("{\"enabled\": false}").patch(path).then().statusCode(404);
        as(8).body("{\"password\": \"AnotherPass123!\"}")
                .put(path + "/password")
                .then()
                .statusCode(404);
        as(8).body(body("info@" + hosted(8)))
                .put(path)
                .then()
                .statusCode(404)
                .body("type", equalTo("urn:problem:not-found"));
        as(8).delete(path).then().statusCode(204);

        as(7).get(path).then().statusCode(200).body("enabled", equalTo(true));
        assertThat(logsIn(email, PASSWORD)).isTrue();
    }

    @Test
    void aListShowsTheTenantsOwnByAddress() {
        long tenant = 1_000_000 + System.nanoTime() % 1_000_000;
        String domain = hosted(tenant);
        for (String local : List.of("c", "a", "b")) {
            mailbox(tenant, local + "@" + domain);
        }

        Response first = as(tenant).queryParam("pageSize", 2).get("/v1/mailboxes");
        Response second = as(tenant)
                .queryParam("pageSize", 2)
                .queryParam("pageToken", first.<String>path("nextPageToken"))
                .get("/v1/mailboxes");

        assertThat(first.<List<String>>path("items.email")).containsExactly("a@" + domain, "b@" + domain);
        assertThat(second.<List<String>>path("items.email")).containsExactly("c@" + domain);
        second.then().body("nextPageToken", nullValue()).body("items.tenantId", everyItem(equalTo((int) tenant)));
    }

    @Test
    void aListShowsThoseOfOneDomain() {
        long tenant = 1_000_000 + System.nanoTime() % 1_000_000;
        String domain = hosted(tenant);
        String other = hosted(tenant);
        for (String local : List.of("c", "a", "b")) {
            mailbox(tenant, local + "@" + domain);
        }
        mailbox(tenant, "b@" + other);

        Response first = as(tenant)
                .queryParam("domain", domain.toUpperCase(Locale.ROOT))
                .queryParam("pageSize", 2)
                .get("/v1/mailboxes");
        Response second = as(tenant)
                .queryParam("domain", domain)
                .queryParam("pageToken", first.<String>path("nextPageToken"))
                .get("/v1/mailboxes");

        assertThat(first.<List<String>>path("items.email")).containsExactly("a@" + domain, "b@" + domain);
        assertThat(second.<List<String>>path("items.email")).containsExactly("c@" + domain);
        as(8).queryParam("domain", domain)
                .get("/v1/mailboxes")
                .then()
                .statusCode(200)
                .body("items", hasSize(0));
        as(8).queryParam("domain", "no domain").get("/v1/mailboxes").then().statusCode(400);
        asOperator()
                .queryParam("domain", other)
                .get("/v1/mailboxes")
                .then()
                .body("items.email", contains("b@" + other));
    }

    @Test
    void anUnknownFieldIsRefusedAndNothingIsStored() {
        String domain = hosted(7);

        as(7).body(with(body("info@" + domain), "\"hash\": \"x\""))
                .post("/v1/mailboxes")
                .then()
                .statusCode(400)
                .body("errors.pointer", hasItem("/hash"));

        assertThat(rows("SELECT address FROM email_addresses WHERE domain = '%s'".formatted(domain)))
                .isEmpty();
    }

    @Test
    void anAddressWithSqlInItIsStoredAndFoundAsItIs() {
        String domain = hosted(7);

        as(7).body(forwarder("x'or'1'='1@" + domain, "a@elsewhere.example"))
                .post("/v1/forwarders")
                .then()
                .statusCode(201)
                .body("source", equalTo("x'or'1'='1@" + domain));

        assertThat(Set.copyOf(rows("SELECT source FROM email_forwarders WHERE domain = '%s'".formatted(domain))))
                .containsExactly("x'or'1'='1@" + domain);
    }

    @Test
    void deletingLocksTheAddressFirstAsDeletingTheDomainDoes() throws Exception {
        String address = "order@" + hosted(7);
        String id = mailbox(7, address);

        boolean inOrder = Api.waitsForTheAddressFirst(
                address,
                "SELECT 1 FROM email_accounts WHERE email = '%s'".formatted(address),
                () -> as(7).delete("/v1/mailboxes/" + id).statusCode());

        assertThat(inOrder).isTrue();
    }
}
