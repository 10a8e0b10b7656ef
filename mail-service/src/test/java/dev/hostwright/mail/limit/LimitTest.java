package dev.hostwright.mail.limit;

import static dev.hostwright.mail.Api.as;
import static dev.hostwright.mail.Api.asOperator;
import static dev.hostwright.mail.Api.atOnce;
import static dev.hostwright.mail.Api.forwarder;
import static dev.hostwright.mail.Api.freshDomain;
import static dev.hostwright.mail.Api.mailbox;
import static dev.hostwright.mail.Api.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.hostwright.contract.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "mail"))
class LimitTest {

    private final String domain = freshDomain();
    private final String path = "/v1/mail-domains/" + UUID.randomUUID();

    /** The domain, which may have that. */
    private void limited(String limits) {
        as(7).body("{\"domain\": \"%s\"}".formatted(domain)).put(path).then().statusCode(201);
        limit(limits);
    }

    private void limit(String limits) {
        asOperator().body(limits).patch(path).then().statusCode(200);
    }

    private Response box(String name, int quota) {
        return asOperator()
                .body("{\"email\": \"%s@%s\", \"quotaMb\": %d, \"tenantId\": 7}".formatted(name, domain, quota))
                .post("/v1/mailboxes");
    }

    private Response quota(String id, int quota) {
        return asOperator().body("{\"quotaMb\": %d}".formatted(quota)).patch("/v1/mailboxes/{id}", id);
    }

    private static void assertRefused(Response answer, String pointer, String code) {
        answer.then()
                .statusCode(409)
                .body("type", equalTo("urn:problem:" + code.replace('_', '-')))
                .body("errors.pointer", contains(pointer))
                .body("errors.code", contains(code));
    }

    @Test
    void anOperatorSetsLimitsAndTheTenantSeesThem() {
        limited("{\"maxMailboxes\": 5, \"maxForwarders\": 0, \"maxQuotaMb\": 5000}");

        as(7).get(path)
                .then()
                .body("maxMailboxes", equalTo(5))
                .body("maxForwarders", equalTo(0))
                .body("maxQuotaMb", equalTo(5000));

        // what is left out stays, and null takes away
        asOperator()
                .contentType("application/merge-patch+json")
                .body("{\"maxMailboxes\": null}")
                .patch(path)
                .then()
                .statusCode(200)
                .body("maxMailboxes", nullValue())
                .body("maxForwarders", equalTo(0))
                .body("enabled", equalTo(true));
        as(7).body("{\"enabled\": false}").patch(path).then().statusCode(200).body("maxQuotaMb", equalTo(5000));
    }

    @ParameterizedTest
    @ValueSource(strings = {"maxMailboxes", "maxForwarders", "maxQuotaMb"})
    void aTenantSetsNoLimit(String limit) {
        limited("{}");

        for (String value : List.of("5", "null")) {
            as(7).body("{\"%s\": %s}".formatted(limit, value))
                    .patch(path)
                    .then()
                    .statusCode(403)
                    .body("errors.pointer", contains("/" + limit))
                    .body("errors.code", contains("operator_only"));
        }

        as(7).get(path).then().body(limit, nullValue());
    }

    @ParameterizedTest
    @CsvSource({"-1, out_of_range", "2147483648, out_of_range", "1.5, type", "true, type", "'\"5\"', type"})
    void aLimitIsAnIntegerOfZeroOrMore(String value, String code) {
        limited("{}");

        asOperator()
                .body("{\"maxQuotaMb\": %s}".formatted(value))
                .patch(path)
                .then()
                .statusCode(400)
                .body("errors.pointer", contains("/maxQuotaMb"))
                .body("errors.code", contains(code));
    }

    @Test
    void ofManyWhoTakeTheLastMailboxOneGetsIt() throws Exception {
        limited("{\"maxMailboxes\": 2}");
        mailbox(7, "first@" + domain);
        List<Callable<Response>> calls = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            String name = "box" + i;
            calls.add(() -> box(name, 10));
        }

        List<Response> answers = atOnce(calls);

        assertThat(answers)
                .extracting(Response::statusCode)
                .containsOnlyOnce(201)
                .containsOnly(201, 409);
        answers.stream()
                .filter(answer -> answer.statusCode() == 409)
                .forEach(answer -> assertRefused(answer, "/email", "too_many_mailboxes"));
        assertThat(rows("SELECT email FROM email_accounts WHERE domain = '%s'".formatted(domain)))
                .hasSize(2);
        assertThat(rows("SELECT address FROM email_addresses WHERE domain = '%s'".formatted(domain)))
                .hasSize(2);
    }

    @Test
    void ofManyWhoTakeTheLastForwarderOneGetsIt() throws Exception {
        limited("{\"maxForwarders\": 1}");
        List<Callable<Response>> calls = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            String body = forwarder("f" + i + "@" + domain, "a@elsewhere.example");
            calls.add(() -> as(7).body(body).post("/v1/forwarders"));
        }

        List<Response> answers = atOnce(calls);

        assertThat(answers)
                .extracting(Response::statusCode)
                .containsOnlyOnce(201)
                .containsOnly(201, 409);
        answers.stream()
                .filter(answer -> answer.statusCode() == 409)
                .forEach(answer -> assertRefused(answer, "/source", "too_many_forwarders"));
    }

    @Test
    void ofManyWhoTakeTheLastOfTheRoomOneGetsIt() throws Exception {
        limited("{\"maxQuotaMb\": 300}");
        String there = mailboxOf(100);
        List<Callable<Response>> calls = new ArrayList<>();
        calls.add(() -> quota(there, 300));
        for (int i = 0; i < 4; i++) {
            String name = "box" + i;
            calls.add(() -> box(name, 200));
        }

        List<Response> answers = atOnce(calls);

        assertThat(answers)
                .extracting(Response::statusCode)
                .containsOnlyOnce(answers.getFirst().statusCode() == 200 ? 200 : 201);
        assertThat(answers)
                .filteredOn(answer -> answer.statusCode() >= 400)
                .hasSize(4)
                .allSatisfy(answer -> assertRefused(answer, "/quotaMb", "domain_quota_exceeded"));
        assertThat(rows("SELECT sum(quota_mb) FROM email_accounts WHERE domain = '%s'".formatted(domain)))
                .containsExactly("300");
    }

    @Test
    void noMailboxIsWithoutALimitWhereTheDomainHasOne() {
        limited("{\"maxQuotaMb\": 300}");
        String there = mailboxOf(100);

        assertRefused(box("all", 0), "/quotaMb", "domain_quota_exceeded");
        assertRefused(quota(there, 0), "/quotaMb", "domain_quota_exceeded");

        as(7).get("/v1/mailboxes/{id}", there).then().body("quotaMb", equalTo(100));
    }

    @Test
    void aLimitBelowWhatIsThereRefusesOnlyMore() {
        limited("{}");
        String there = mailboxOf(500);
        String other = box("other", 500).then().statusCode(201).extract().path("id");

        limit("{\"maxMailboxes\": 1, \"maxQuotaMb\": 300}");

        quota(there, 400).then().statusCode(200);
        as(7).body("{\"enabled\": false}")
                .patch("/v1/mailboxes/{id}", other)
                .then()
                .statusCode(200);
        assertRefused(quota(there, 401), "/quotaMb", "domain_quota_exceeded");
        assertRefused(box("third", 1), "/email", "too_many_mailboxes");
        // nor is what is there already asked for again refused
        as(7).body("{\"email\": \"box@%s\", \"quotaMb\": 400}".formatted(domain))
                .put("/v1/mailboxes/{id}", there)
                .then()
                .statusCode(200);
    }

    private String mailboxOf(int quota) {
        return box("box", quota).then().statusCode(201).extract().path("id");
    }
}
