package dev.hostwright.mail.domain;

import static dev.hostwright.mail.Api.as;
import static dev.hostwright.mail.Api.asOperator;
import static dev.hostwright.mail.Api.atOnce;
import static dev.hostwright.mail.Api.forwarder;
import static dev.hostwright.mail.Api.freshDomain;
import static dev.hostwright.mail.Api.hosted;
import static dev.hostwright.mail.Api.mailbox;
import static dev.hostwright.mail.Api.rows;
import static dev.hostwright.mail.Api.sql;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.hostwright.contract.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "mail"))
class DomainResourceTest {

    private static final String COLLECTION = "/v1/mail-domains";

    private static String fresh() {
        return COLLECTION + "/" + UUID.randomUUID();
    }

    private static String body(String domain) {
        return "{\"domain\": \"%s\"}".formatted(domain);
    }

    private static String body(String domain, String mailboxes, String forwarders) {
        return "{\"domain\": \"%s\", \"mailboxes\": [%s], \"forwarders\": [%s]}"
                .formatted(domain, mailboxes, forwarders);
    }

    private static String box(String email) {
        return "{\"email\": \"%s\", \"password\": \"EmailPass123!\"}".formatted(email);
    }

    private static List<String> stored(String domain) {
        List<String> found = new ArrayList<>();
        for (String table : List.of("email_domains", "email_addresses", "email_accounts", "email_forwarders")) {
            found.addAll(rows("SELECT domain FROM %s WHERE domain = '%s'".formatted(table, domain)));
        }
        found.addAll(rows("SELECT registrable FROM domain_claims WHERE registrable = '%s'".formatted(domain)));
        return found;
    }

    @Test
    void aDomainIsMadeWithItsMailboxesAndForwarders() {
        String domain = freshDomain();
        String path = fresh();

        as(7).body(body(
                        domain,
                        box("info@" + domain) + ", {\"email\": \"made@%s\", \"quotaMb\": 5}".formatted(domain),
                        forwarder("sales@" + domain, "info@" + domain, "Made@" + domain)))
                .put(path)
                .then()
                .statusCode(201)
                .header("Location", endsWith(path))
                .body("domain", equalTo(domain))
                .body("tenantId", equalTo(7))
                .body("status", equalTo("active"))
                .body("enabled", equalTo(true))
                .body("suspended", equalTo(false))
                .body("mailboxes.email", contains("info@" + domain, "made@" + domain))
                .body("mailboxes[0].password", nullValue())
                .body("mailboxes[0].quotaMb", equalTo(1000))
                .body("mailboxes[0].mailboxPath", equalTo("/var/mail/vhosts/%s/info".formatted(domain)))
                .body("mailboxes[1].password", notNullValue())
                .body("mailboxes[1].quotaMb", equalTo(5))
                .body("forwarders.source", contains("sales@" + domain))
                .body("forwarders[0].destinations", contains("info@" + domain, "made@" + domain));

        as(7).get(path).then().statusCode(200).body("mailboxCount", equalTo(2)).body("forwarderCount", equalTo(1));
    }

    @Test
    void aDomainIsReadWithoutWhatIsInItHoweverMuchThatIs() {
        String domain = freshDomain();
        String path = fresh();
        String body = body(domain, box("info@" + domain), forwarder("a@" + domain, "info@" + domain));
        as(7).body(body).put(path).then().statusCode(201);
        crowd(domain, 3000);

        as(7).get(path)
                .then()
                .statusCode(200)
                .body("mailboxCount", equalTo(3001))
                .body("forwarderCount", equalTo(1))
                .body("mailboxes", nullValue())
                .body("forwarders", nullValue());
        as(7).body(body)
                .put(path)
                .then()
                .statusCode(200)
                .body("mailboxes.email", contains("info@" + domain))
                .body("forwarders.source", contains("a@" + domain));
    }

    /** Mailboxes made behind the service's back. */
    private static void crowd(String domain, int members) {
        sql("""
                INSERT INTO email_addresses (address, tenant_id, domain, kind)
                SELECT 'c' || member || '@%1$s', 7, '%1$s', 'mailbox' FROM generate_series(1, %2$d) AS member
                """.formatted(domain, members));
        sql("""
                INSERT INTO email_accounts (id, tenant_id, domain, email, username, password_hash)
                SELECT gen_random_uuid(), 7, '%1$s', 'c' || member || '@%1$s', 'c' || member, '{BLF-CRYPT}$'
                  FROM generate_series(1, %2$d) AS member
                """.formatted(domain, members));
    }

    @Test
    void whoBringsTooManyPasswordsAtOnceIsToldToComeAgainAndOthersAreNot() throws Exception {
        long tenant = 1_000_000 + System.nanoTime() % 1_000_000;
        int requests = 2 + Runtime.getRuntime().availableProcessors() * 32 / 50;
        List<Callable<Response>> calls = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            String domain = freshDomain();
            String boxes = IntStream.range(0, 50)
                    .mapToObj(n -> box("m%d@%s".formatted(n, domain)))
                    .collect(Collectors.joining(","));
            calls.add(() -> as(tenant).body(body(domain, boxes, "")).post(COLLECTION));
        }
        String other = freshDomain();
        calls.add(() -> as(8).body(body(other, box("info@" + other), "")).post(COLLECTION));

        List<Response> answers = atOnce(calls);

        assertThat(answers.removeLast().statusCode()).isEqualTo(201);
        assertThat(answers).extracting(Response::statusCode).contains(201, 429).containsOnly(201, 429);
        answers.stream().filter(answer -> answer.statusCode() == 429).forEach(answer -> answer.then()
                .contentType("application/problem+json")
                .header("Retry-After", matchesPattern("[1-9][0-9]*"))
                .body("type", equalTo("urn:problem:too-many-requests")));
    }

    @Test
    void theSamePutIsAnsweredTheSameAndAnotherIsRefused() {
        String domain = freshDomain();
        String path = fresh();
        String route = forwarder("sales@" + domain, "info@" + domain);
        String body = body(domain, box("info@" + domain), route);
        as(7).body(body).put(path).then().statusCode(201);
        mailbox(7, "later@" + domain);

        as(7).body(body).put(path).then().statusCode(200).body("mailboxes", hasSize(1));
        as(7).body(body(domain)).put(path).then().statusCode(200);

        for (String other : List.of(
                body(freshDomain()),
                body.replace("EmailPass123!", "AnotherPass123!"),
                body(domain, box("info@" + domain) + "," + box("more@" + domain), route),
                body(domain, box("info@" + domain), forwarder("sales@" + domain, "later@" + domain)))) {
            as(7).body(other).put(path).then().statusCode(409).body("type", endsWith("differs"));
        }
    }

    @Test
    void manyPutsWithMailboxesAtOnceMakeOne() throws Exception {
        String domain = freshDomain();
        String path = fresh();
        String body = body(domain, box("info@" + domain), forwarder("sales@" + domain, "info@" + domain));
        Callable<Integer> put = () -> as(7).body(body).put(path).statusCode();

        List<Integer> statuses = atOnce(java.util.Collections.nCopies(6, put));

        assertThat(statuses).containsOnlyOnce(201).containsOnly(200, 201);
        assertThat(stored(domain)).hasSize(6);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'email': 'in fo@D'} | | 400 | /mailboxes/0/email | syntax",
                "{'email': 'ok@D'}, {'email': '..@D'} | | 400 | /mailboxes/1/email | local_dot",
                "{'email': 'info@other.example'} | | 422 | /mailboxes/0/email | other_domain",
                "{'email': 'info@D'}, {'email': 'INFO@D'} | | 422 | /mailboxes/1/email | duplicate",
                "{'email': 'info@D', 'password': 'short'} | | 400 | /mailboxes/0/password | too_short",
                "{'email': 'info@D', 'password': 'elevenbytes'} | | 400 | /mailboxes/0/password | too_short",
                "{'email': 'info@D', 'password': null} | | 400 | /mailboxes/0/password | required",
                "{'email': 'info@D', 'quotaMb': 1.5} | | 400 | /mailboxes/0/quotaMb | type",
                "{'email': 'info@D', 'quotaMb': 0} | | 403 | /mailboxes/0/quotaMb | unlimited_not_allowed",
                "{'email': 'abuse@D'} | | 403 | /mailboxes/0/email | reserved",
                "{'email': 'info@D', 'x': 1} | | 400 | /mailboxes/0/x | json",
                "{'email': 'info@D'} | {'source': 'a@D', 'destinations': ['nobody@D']}"
                        + " | 422 | /forwarders/0/destinations/0 | destination_unknown",
                "{'email': 'info@D'} | {'source': 'a@D', 'destinations': ['info@D', '<>']}"
                        + " | 400 | /forwarders/0/destinations/1 | syntax",
                "{'email': 'info@D'} | {'source': 'a@D', 'destinations': []}"
                        + " | 400 | /forwarders/0/destinations | destination_count",
                "{'email': 'info@D'} | {'source': 'info@D', 'destinations': ['x@y.com']}"
                        + " | 409 | /forwarders/0/source | address_taken",
                "{'email': 'info@D'} | {'source': 'a@other.example', 'destinations': ['x@y.com']}"
                        + " | 422 | /forwarders/0/source | other_domain",
                "{'email': 'info@D'} | {'source': 'root@D', 'destinations': ['x@y.com']}"
                        + " | 403 | /forwarders/0/source | reserved",
                "{'email': 'info@D'} | {'source': 'ok@D', 'destinations': ['info@D']},"
                        + " {'source': 'a@D', 'destinations': ['b@D']}, {'source': 'b@D', 'destinations': ['a@D']}"
                        + " | 409 | /forwarders/1/destinations | forwarding_loop"
            })
    void aRefusedPartIsPointedAtAndNothingIsStored(
            String mailboxes, String forwarders, int status, String pointer, String code) {
        String domain = freshDomain();
        String body = body(domain, mailboxes, forwarders == null ? "" : forwarders)
                .replace('\'', '"')
                .replace("@D", "@" + domain);
        String path = fresh();

        as(7).body(body)
                .put(path)
                .then()
                .statusCode(status)
                .contentType("application/problem+json")
                .body("errors.pointer", contains(pointer))
                .body("errors.code", contains(code));

        assertThat(stored(domain)).isEmpty();
        as(7).get(path).then().statusCode(404);
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, domain_not_fqdn",
        "[192.0.2.1], domain_literal",
        "-a.example, domain_hyphen",
        "a_b.example, domain_char",
        "a b.example, syntax",
        "a.example., domain_dot",
        "co.uk, public_suffix",
        "ｅxample.com, idna_mapped"
    })
    void aDomainIsTakenOrRefusedByRule(String domain, String code) {
        as(7).body(body(domain))
                .post(COLLECTION)
                .then()
                .statusCode(400)
                .body("errors.pointer", contains("/domain"))
                .body("errors.code", contains(code));
    }

    @Test
    void anInternationalDomainIsStoredInAscii() {
        String label = freshDomain().replace(".example", "");

        as(7).body(body("BÜCHER-%s.example".formatted(label)))
                .post(COLLECTION)
                .then()
                .statusCode(201)
                .body("domain", endsWith(".example"))
                .body("domain", containsString("xn--bcher-"));
    }

    @Test
    void aDomainOfAnotherTenantIsNotAvailableAndThatIsAll() {
        String domain = hosted(8);

        Response refused = as(7).body(body(domain)).post(COLLECTION);
        Response below = as(7).body(body("shop." + domain)).post(COLLECTION);

        refused.then()
                .statusCode(409)
                .body("type", equalTo("urn:problem:domain-taken"))
                .body("errors.code", contains("domain_taken"))
                .body(not(containsString("tenant")))
                .body(not(containsString(domain)));
        assertThat(below.statusCode()).isEqualTo(409);
        assertThat(below.asString()).isEqualTo(refused.asString());
    }

    @Test
    void oneTenantHasSeveralDomainsBelowOneRegistrableDomain() {
        String domain = hosted(7);

        as(7).body(body("shop." + domain)).post(COLLECTION).then().statusCode(201);
        as(7).body(body(domain)).post(COLLECTION).then().statusCode(409).body("type", endsWith("domain-taken"));
    }

    @Test
    void ofTwoTenantsForOneDomainOneWins() throws Exception {
        for (int round = 0; round < 5; round++) {
            String domain = freshDomain();
            List<Callable<Integer>> calls = List.of(
                    () -> as(7).body(body(domain)).post(COLLECTION).statusCode(),
                    () -> as(8).body(body("mail." + domain)).post(COLLECTION).statusCode(),
                    () -> as(9).body(body("www." + domain)).post(COLLECTION).statusCode());

            List<Integer> statuses = atOnce(calls);

            assertThat(statuses).containsExactlyInAnyOrder(201, 409, 409);
        }
    }

    @Test
    void aDeletedDomainIsFreeForAnybodyWhenNobodyHadAnAddressInIt() {
        String domain = freshDomain();
        String path = fresh();
        as(7).body(body(domain)).put(path).then().statusCode(201);

        as(7).delete(path).then().statusCode(204);

        assertThat(stored(domain)).isEmpty();
        as(8).body(body(domain)).post(COLLECTION).then().statusCode(201);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mailbox", "forwarder"})
    void addressesThatAreDeletedAreKeptFromOthersForThirtyDaysAndNotFromTheirTenant(String kind) {
        String domain = freshDomain();
        String path = fresh();
        as(7).body(
                        kind.equals("mailbox")
                                ? body("mail." + domain, box("info@mail." + domain), "")
                                : body("mail." + domain, "", forwarder("info@mail." + domain, "a@elsewhere.example")))
                .put(path)
                .then()
                .statusCode(201);
        as(7).delete(path).then().statusCode(204);
        assertThat(stored("mail." + domain)).isEmpty();

        // whatever is asked for below the name, the answer is that for one that somebody has
        Response lately = as(8).body(body(domain)).post(COLLECTION);
        as(8).body(body("mail." + domain)).post(COLLECTION).then().statusCode(409);
        Response taken = as(8).body(body(hosted(9))).post(COLLECTION);
        assertThat(lately.statusCode()).isEqualTo(409);
        assertThat(lately.asString()).isEqualTo(taken.asString());

        String again = fresh();
        as(7).body(body("mail." + domain, box("info@mail." + domain), ""))
                .put(again)
                .then()
                .statusCode(201)
                .body("mailboxes[0].mailboxPath", endsWith(kind.equals("mailbox") ? "/info+2" : "/info"));
        as(7).delete(again).then().statusCode(204);
        age(domain, "29 days 23 hours");
        as(8).body(body(domain)).post(COLLECTION).then().statusCode(409);
        age(domain, "30 days 1 minute");
        as(8).body(body(domain, box("info@" + domain), ""))
                .post(COLLECTION)
                .then()
                .statusCode(201);
    }

    @Test
    void anAddressThatWasDeletedBeforeItsDomainIsKeptFromOthersToo() {
        String domain = freshDomain();
        String path = fresh();
        as(7).body(body(domain)).put(path).then().statusCode(201);
        as(7).delete("/v1/mailboxes/" + mailbox(7, "info@" + domain)).then().statusCode(204);
        as(7).delete(path).then().statusCode(204);

        as(8).body(body(domain)).post(COLLECTION).then().statusCode(409);
    }

    @Test
    void whatAnOperationTakesBackIsKeptFromNobody() {
        String domain = freshDomain();
        String path = fresh();
        String operation = UUID.randomUUID().toString();
        as(7).header("X-Operation-Id", operation)
                .header("X-Operation-Fence", 10)
                .body(body(domain, box("info@" + domain), forwarder("a@" + domain, "info@" + domain)))
                .put(path)
                .then()
                .statusCode(201);
        as(7).header("X-Operation-Id", operation)
                .header("X-Operation-Fence", 10)
                .header("X-Operation-Undo", true)
                .delete(path)
                .then()
                .statusCode(204);

        as(8).body(body(domain, box("info@" + domain), ""))
                .post(COLLECTION)
                .then()
                .statusCode(201)
                // mail may have come while it was there
                .body("mailboxes[0].mailboxPath", endsWith("/info+2"));
    }

    /** As if all addresses below had been deleted so long ago. */
    private static void age(String registrable, String ago) {
        sql("UPDATE deleted_addresses SET deleted_at = now() - interval '%s' WHERE registrable = '%s'"
                .formatted(ago, registrable));
    }

    @Test
    void aDomainIsKeptForItsTenantWhileOneBelowItIsThere() {
        String domain = freshDomain();
        String path = fresh();
        as(7).body(body(domain)).put(path).then().statusCode(201);
        as(7).body(body("shop." + domain)).post(COLLECTION).then().statusCode(201);

        as(7).delete(path).then().statusCode(204);

        as(8).body(body(domain)).post(COLLECTION).then().statusCode(409);
        as(7).body(body(domain)).post(COLLECTION).then().statusCode(201);
    }

    @Test
    void suspendingAndResumingAreRepeatable() {
        String domain = freshDomain();
        String path = fresh();
        as(7).body(body(domain, box("info@" + domain), "")).put(path).then().statusCode(201);

        as(7).put(path + "/suspension").then().statusCode(204);
        as(7).put(path + "/suspension").then().statusCode(204);
        as(7).get(path)
                .then()
                .body("suspended", equalTo(true))
                .body("status", equalTo("active"))
                .body("mailboxCount", equalTo(1));

        as(7).delete(path + "/suspension").then().statusCode(204);
        as(7).delete(path + "/suspension").then().statusCode(204);
        as(7).get(path).then().body("suspended", equalTo(false));
    }

    @Test
    void aSuspensionByAnOlderOwnerIsRefused() {
        String path = theirs();
        fenced(20).put(path + "/suspension").then().statusCode(204);

        fenced(10).delete(path + "/suspension").then().statusCode(409).body("type", equalTo("urn:problem:stale-fence"));
        fenced(10).delete(path).then().statusCode(409);

        as(7).get(path).then().body("suspended", equalTo(true));
        fenced(20).delete(path + "/suspension").then().statusCode(204);
        as(7).get(path).then().body("suspended", equalTo(false));
    }

    private static RequestSpecification fenced(long number) {
        return as(7).header("X-Operation-Id", UUID.randomUUID()).header("X-Operation-Fence", number);
    }

    @Test
    void aSuspendedDomainIsDeletedAllTheSame() {
        String path = fresh();
        as(7).body(body(freshDomain())).put(path).then().statusCode(201);
        as(7).put(path + "/suspension").then().statusCode(204);

        as(7).delete(path).then().statusCode(204);

        as(7).get(path).then().statusCode(404);
    }

    @ParameterizedTest
    @ValueSource(longs = {7, 8})
    void suspendingWhatIsNotOnesOwnIsA404(long tenant) {
        String path = tenant == 7 ? fresh() : theirs();

        as(tenant).put(path + "/suspension").then().statusCode(404);
        as(tenant).delete(path + "/suspension").then().statusCode(404);
        as(tenant).get(path + "/records").then().statusCode(404);
        as(tenant).body("{\"enabled\": false}").patch(path).then().statusCode(404);
    }

    @Test
    void anIdThatIsAnotherTenantsIsNotFound() {
        String path = theirs();

        as(8).body(body(freshDomain())).put(path).then().statusCode(404).body("type", endsWith("not-found"));

        as(7).get(path).then().statusCode(200);
    }

    private static String theirs() {
        String path = fresh();
        as(7).body(body(freshDomain())).put(path).then().statusCode(201);
        return path;
    }

    @Test
    void aDomainIsSwitchedOffAndOn() {
        String path = theirs();

        as(7).body("{\"enabled\": false}").patch(path).then().statusCode(200).body("enabled", equalTo(false));

        as(7).get(path).then().body("enabled", equalTo(false)).body("suspended", equalTo(false));
        asOperator()
                .body("{\"enabled\": true}")
                .patch(path)
                .then()
                .statusCode(200)
                .body("enabled", equalTo(true));
    }

    @Test
    void theRecordsToPublishAreThoseOfMailThatArrivesIsBelievedAndIsFound() {
        String domain = freshDomain();
        String path = fresh();
        as(7).body(body(domain)).put(path).then().statusCode(201);

        List<String> lines = as(7).get(path + "/records")
                .then()
                .statusCode(200)
                .extract()
                .path("items.collect { [it.name, it.type, it.prio, it.content].join(' ') }");
        assertThat(lines)
                .hasSize(10)
                .contains(
                        "@ MX 10 mail.%s.".formatted(domain),
                        "@ TXT null \"v=spf1 mx -all\"",
                        "_dmarc TXT null \"v=DMARC1; p=none\"",
                        "_smtp._tls TXT null \"v=TLSRPTv1; rua=mailto:postmaster@%s\"".formatted(domain),
                        "_submissions._tcp SRV 0 1 465 mail.%s.".formatted(domain),
                        "_submission._tcp SRV 0 1 587 mail.%s.".formatted(domain),
                        "_imaps._tcp SRV 0 1 993 mail.%s.".formatted(domain),
                        "_imap._tcp SRV 0 0 0 .")
                .anyMatch(line ->
                        line.matches("hw\\d{6}[0-9a-f]{6}e\\._domainkey TXT null \"v=DKIM1; k=ed25519; p=.{43}=\""))
                .anyMatch(line -> line.matches(
                        "hw\\d{6}[0-9a-f]{6}r\\._domainkey TXT null \"v=DKIM1; k=rsa; p=[^\"]{237}\" \"[^\"]{155}\""));
    }

    @Test
    void rowLevelSecurityHidesOtherTenantsRowsWhateverTheQuery() throws SQLException {
        String domain = freshDomain();
        as(7).body(body(domain, box("info@" + domain), forwarder("a@" + domain, "info@" + domain)))
                .post(COLLECTION)
                .then()
                .statusCode(201);
        as(7).delete("/v1/mailboxes/" + mailbox(7, "gone@" + domain)).then().statusCode(204);
        as(7).body("{\"name\": \"phone\"}")
                .post("/v1/mailboxes/{id}/app-passwords", mailbox(7, "phone@" + domain))
                .then()
                .statusCode(201);
        List<String> tables = List.of(
                "app_passwords",
                "deleted_addresses",
                "domain_claims",
                "dkim_keys",
                "email_domains",
                "email_addresses",
                "email_accounts",
                "email_forwarders",
                "email_forwarder_targets");

        for (String table : tables) {
            assertThat(seenBy("8", table, 7)).as(table).isZero();
            assertThat(seenBy("7", table, 7)).as(table).isPositive();
            assertThat(seenBy("", table, 7)).as(table).isZero();
        }
    }

    /** How many of the owner's rows the service's own role sees when it acts for somebody. */
    private static int seenBy(String tenant, String table, long owner) throws SQLException {
        String url = "jdbc:postgresql://127.0.0.1:%d/hostwright_mail".formatted(PostgresResource.Superuser.port());
        try (Connection database = DriverManager.getConnection(url, "hostwright_mail", "mail");
                Statement sql = database.createStatement()) {
            sql.execute("SELECT set_config('app.tenant', '%s', false)".formatted(tenant));
            try (ResultSet found =
                    sql.executeQuery("SELECT count(*) FROM %s WHERE tenant_id = %d".formatted(table, owner))) {
                found.next();
                return found.getInt(1);
            }
        }
    }
}
