package dev.hostwright.mail.forwarder;

import static dev.hostwright.mail.Api.as;
import static dev.hostwright.mail.Api.asOperator;
import static dev.hostwright.mail.Api.atOnce;
import static dev.hostwright.mail.Api.forwarder;
import static dev.hostwright.mail.Api.hosted;
import static dev.hostwright.mail.Api.mailbox;
import static dev.hostwright.mail.Api.rows;
import static dev.hostwright.mail.Api.sql;
import static dev.hostwright.mail.Api.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;

import dev.hostwright.contract.PostgresResource;
import dev.hostwright.mail.Api;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "mail"))
class ForwarderResourceTest {

    private static final String OUTSIDE = "someone@elsewhere.example";

    private static ValidatableResponse post(long tenant, String body) {
        return as(tenant).body(body).post("/v1/forwarders").then();
    }

    private static String made(long tenant, String body) {
        return post(tenant, body).statusCode(201).extract().path("id");
    }

    private static String dangling(String source, String... destinations) {
        return with(forwarder(source, destinations), "\"allowDangling\": true");
    }

    private static List<String> sources(String domain) {
        return rows("SELECT source FROM email_forwarders WHERE domain = '%s' ORDER BY source".formatted(domain));
    }

    @Test
    void createsEmailForwarderSuccessfully() {
        String domain = hosted(7);
        mailbox(7, "info@" + domain);

        post(7, forwarder("Sales@" + domain, "info@" + domain))
                .statusCode(201)
                .header("Location", containsString("/v1/forwarders/"))
                .body("source", equalTo("sales@" + domain))
                .body("domain", equalTo(domain))
                .body("destination", equalTo("info@" + domain))
                .body("destinations", contains("info@" + domain))
                .body("keepCopy", equalTo(false))
                .body("enabled", equalTo(true))
                .body("status", equalTo("active"))
                .body("tenantId", equalTo(7));
    }

    @Test
    void supportsMultipleDestinationsForForwarder() {
        String domain = hosted(7);
        mailbox(7, "info@" + domain);

        post(7, forwarder("all@" + domain, "Info@" + domain, "Bob.Smith+n@Gmail.com", "info@" + domain, "a@x.com"))
                .statusCode(201)
                .body("destinations", contains("info@" + domain, "Bob.Smith+n@gmail.com", "a@x.com"))
                .body("destination", equalTo("info@%s,Bob.Smith+n@gmail.com,a@x.com".formatted(domain)));

        assertThat(rows("SELECT destination FROM email_forwarders WHERE source = 'all@%s'".formatted(domain)))
                .containsExactly("info@%s,Bob.Smith+n@gmail.com,a@x.com".formatted(domain));
    }

    @Test
    void deletesEmailForwarder() {
        String domain = hosted(7);
        String path = "/v1/forwarders/" + made(7, forwarder("sales@" + domain, OUTSIDE));

        as(7).delete(path).then().statusCode(204);
        as(7).delete(path).then().statusCode(204);

        as(7).get(path).then().statusCode(404);
        mailbox(7, "sales@" + domain);
    }

    @Test
    void theSamePutIsAnsweredTheSameAndAnotherIsRefused() {
        String domain = hosted(7);
        String path = "/v1/forwarders/" + UUID.randomUUID();
        String body = forwarder("sales@" + domain, "a@x.com", "b@x.com");
        as(7).body(body).put(path).then().statusCode(201).header("Location", endsWith(path));

        as(7).body(body).put(path).then().statusCode(200);
        as(7).body(forwarder("SALES@" + domain, "a@X.com", "b@x.com", "a@x.com"))
                .put(path)
                .then()
                .statusCode(200);

        for (String other : List.of(
                forwarder("other@" + domain, "a@x.com", "b@x.com"),
                forwarder("sales@" + domain, "b@x.com", "a@x.com"),
                forwarder("sales@" + domain, "a@x.com"),
                with(body, "\"enabled\": false"))) {
            as(7).body(other).put(path).then().statusCode(409).body("type", endsWith("differs"));
        }
    }

    @Test
    void aSecondForwarderOfAnAddressIsRefused() {
        String domain = hosted(7);
        made(7, forwarder("sales@" + domain, OUTSIDE));

        post(7, forwarder("sales@" + domain, "other@elsewhere.example"))
                .statusCode(409)
                .body("errors.code", contains("address_taken"))
                .body("errors.pointer", contains("/source"));
    }

    @Test
    void aMailboxOnAForwardersAddressIsRefused() {
        String domain = hosted(7);
        made(7, forwarder("sales@" + domain, OUTSIDE));

        as(7).body("{\"email\": \"sales@%s\"}".formatted(domain))
                .post("/v1/mailboxes")
                .then()
                .statusCode(409)
                .body("errors.code", contains("address_taken"));
    }

    @Test
    void aForwarderOnAMailboxMustSayWhetherACopyStays() {
        String domain = hosted(7);
        String bob = "bob@" + domain;
        mailbox(7, bob);
        String carol = "carol@" + domain;
        mailbox(7, carol);

        post(7, forwarder(bob, OUTSIDE)).statusCode(409).body("errors.code", contains("address_taken"));

        post(7, with(forwarder(bob, OUTSIDE), "\"keepCopy\": true"))
                .statusCode(201)
                .body("keepCopy", equalTo(true))
                .body("destinations", contains(bob, OUTSIDE));
        post(7, with(forwarder(carol, OUTSIDE), "\"keepCopy\": false"))
                .statusCode(201)
                .body("keepCopy", equalTo(false))
                .body("destinations", contains(OUTSIDE));
    }

    @Test
    void aForwarderOnAMailboxGoesWithIt() {
        String domain = hosted(7);
        String mailbox = mailbox(7, "bob@" + domain);
        String forwarder = made(7, with(forwarder("bob@" + domain, OUTSIDE), "\"keepCopy\": true"));

        as(7).delete("/v1/mailboxes/" + mailbox).then().statusCode(204);

        as(7).get("/v1/forwarders/" + forwarder).then().statusCode(404);
    }

    @Test
    void aCopyNeedsAMailboxToStayIn() {
        String domain = hosted(7);

        post(7, with(forwarder("sales@" + domain, OUTSIDE), "\"keepCopy\": true"))
                .statusCode(422)
                .body("errors.pointer", contains("/keepCopy"))
                .body("errors.code", contains("no_mailbox"));
    }

    @Test
    void aForwarderToItselfAloneIsRefused() {
        String domain = hosted(7);
        String bob = "bob@" + domain;
        mailbox(7, bob);
        String nobody = "nobody@" + domain;

        post(7, forwarder(bob, bob)).statusCode(422).body("errors.code", contains("noop_forward"));
        post(7, with(forwarder(bob, bob), "\"keepCopy\": true"))
                .statusCode(422)
                .body("errors.code", contains("noop_forward"));
        post(7, forwarder(nobody, nobody)).statusCode(409).body("errors.code", contains("forwarding_loop"));
        post(7, dangling(nobody, "nobody+x@" + domain))
                .statusCode(409)
                .body("errors.code", contains("forwarding_loop"));

        assertThat(sources(domain)).isEmpty();
    }

    @Test
    void aDestinationOfOnesOwnMustExistUnlessItMayDangle() {
        String domain = hosted(7);
        String body = forwarder("sales@" + domain, OUTSIDE, "nobody@" + domain);

        post(7, body)
                .statusCode(422)
                .body("errors.code", contains("destination_unknown"))
                .body("errors.pointer", contains("/destinations/1"));
        assertThat(sources(domain)).isEmpty();

        post(7, with(body, "\"allowDangling\": true")).statusCode(201);
    }

    @Test
    void aDestinationWithADetailReachesTheMailbox() {
        String domain = hosted(7);
        mailbox(7, "info@" + domain);

        post(7, forwarder("sales@" + domain, "info+sales@" + domain)).statusCode(201);
    }

    @Test
    void nobodyLearnsWhetherAnAddressOfAnotherTenantExists() {
        String theirs = hosted(8);
        mailbox(8, "info@" + theirs);
        String mine = hosted(7);

        post(7, forwarder("a@" + mine, "info@" + theirs)).statusCode(201);
        post(7, forwarder("b@" + mine, "nobody@" + theirs)).statusCode(201);
    }

    @Test
    void aLoopOfTwoIsRefused() {
        String domain = hosted(7);
        made(7, dangling("a@" + domain, "b@" + domain));

        post(7, forwarder("b@" + domain, OUTSIDE, "a@" + domain))
                .statusCode(409)
                .body("type", equalTo("urn:problem:forwarding-loop"))
                .body("errors.code", contains("forwarding_loop"))
                .body("errors.pointer", contains("/destinations"));

        assertThat(sources(domain)).containsExactly("a@" + domain);
    }

    @Test
    void aLoopOfThreeOverDomainsAndSwitchedOffForwardersIsRefused() {
        String one = hosted(7);
        String two = hosted(7);
        made(7, dangling("a@" + one, "b@" + two));
        made(7, with(dangling("b@" + two, "c@" + one), "\"enabled\": false"));

        post(7, forwarder("c@" + one, "A+detail@" + one))
                .statusCode(409)
                .body("errors.code", contains("forwarding_loop"));
    }

    @Test
    void aLoopThroughAnotherTenantIsRefusedWithoutSayingWhere() {
        String mine = hosted(7);
        String theirs = hosted(8);
        made(8, forwarder("secret@" + theirs, "a@" + mine));

        post(7, forwarder("a@" + mine, "secret@" + theirs))
                .statusCode(409)
                .body("errors.code", contains("forwarding_loop"))
                .body(not(containsString("secret")))
                .body(not(containsString(theirs)));
    }

    @Test
    void ofTwoForwardersThatWouldCloseALoopOneIsMade() throws Exception {
        for (int round = 0; round < 10; round++) {
            String one = hosted(7);
            String two = hosted(8);
            List<Callable<Integer>> calls = List.of(
                    () -> post(7, forwarder("a@" + one, "b@" + two)).extract().statusCode(),
                    () -> post(8, forwarder("b@" + two, "a@" + one)).extract().statusCode());

            List<Integer> statuses = atOnce(calls);

            assertThat(statuses).containsExactlyInAnyOrder(201, 409);
        }
    }

    @Test
    void ofFourForwardersThatWouldCloseALoopThreeAreMade() throws Exception {
        String domain = hosted(7);
        List<Callable<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String body = dangling("n%d@%s".formatted(i, domain), "n%d@%s".formatted((i + 1) % 4, domain));
            calls.add(() -> post(7, body).extract().statusCode());
        }

        List<Integer> statuses = atOnce(calls);

        assertThat(statuses).containsOnlyOnce(409).containsOnly(201, 409);
    }

    @Test
    void mailPassesTenForwardersAndNotEleven() {
        String domain = hosted(7);
        for (int i = 1; i <= 10; i++) {
            made(7, dangling("n%d@%s".formatted(i, domain), "n%d@%s".formatted(i + 1, domain)));
        }

        post(7, dangling("n11@" + domain, OUTSIDE))
                .statusCode(409)
                .body("errors.code", contains("forwarding_too_deep"));
        post(7, dangling("n0@" + domain, "n1@" + domain))
                .statusCode(409)
                .body("errors.code", contains("forwarding_too_deep"));
    }

    @Test
    void ofTwoForwardersThatTogetherGoTooFarOneIsMade() throws Exception {
        for (int round = 0; round < 10; round++) {
            String domain = hosted(7);
            for (int i = 1; i <= 5; i++) {
                made(
                        7,
                        dangling(
                                "a%d@%s".formatted(i, domain),
                                (i == 5 ? "x@%s" : "a" + (i + 1) + "@%s").formatted(domain)));
                made(7, dangling("b%d@%s".formatted(i, domain), "b%d@%s".formatted(i + 1, domain)));
            }
            List<Callable<Integer>> calls = List.of(
                    () -> post(7, dangling("x@" + domain, "y@" + domain))
                            .extract()
                            .statusCode(),
                    () -> post(7, dangling("y@" + domain, "b1@" + domain))
                            .extract()
                            .statusCode());

            List<Integer> statuses = atOnce(calls);

            assertThat(statuses).containsExactlyInAnyOrder(201, 409);
        }
    }

    @Test
    void aMessageIsPassedOnToAHundredAddressesAndNotMore() {
        String domain = hosted(7);
        made(7, forwarder("all@" + domain, groupsOfAHundred(7, domain)));

        String id = made(7, forwarder("more@" + domain, "all@" + domain));
        as(7).body("{\"destinations\": [\"all@%s\", \"%s\"]}".formatted(domain, OUTSIDE))
                .patch("/v1/forwarders/" + id)
                .then()
                .statusCode(409)
                .body("errors.code", contains("forwarding_too_wide"));
        as(7).get("/v1/forwarders/" + id).then().body("destinations", contains("all@" + domain));
    }

    @Test
    void whoeverPointsAtATenantTakesNothingOfItsDepth() {
        String mine = hosted(7);
        String theirs = hosted(8);
        for (int i = 1; i < 10; i++) {
            made(8, dangling("c%d@%s".formatted(i, theirs), "c%d@%s".formatted(i + 1, theirs)));
        }
        made(8, forwarder("c10@" + theirs, "a@" + mine));

        post(7, forwarder("a@" + mine, OUTSIDE)).statusCode(201);

        for (int i = 2; i <= 10; i++) {
            made(7, dangling("n%d@%s".formatted(i, mine), "n%d@%s".formatted(i + 1, mine)));
        }
        post(7, forwarder("n1@" + mine, "a@" + mine, "n2@" + mine)).statusCode(201);
    }

    @Test
    void whoeverPointsAtATenantTakesNothingOfItsAddresses() {
        String mine = hosted(7);
        String theirs = hosted(8);
        String[] groups = groupsOfAHundred(8, theirs);
        made(8, forwarder("all@" + theirs, groups));
        String theirGroup = as(8).body(forwarder("more@" + theirs, "a@" + mine, "all@" + theirs))
                .post("/v1/forwarders")
                .then()
                .statusCode(409)
                .body("errors.code", contains("forwarding_too_wide"))
                .extract()
                .asString();
        assertThat(theirGroup).doesNotContain(mine);
        String[] others = groups.clone();
        others[4] = "a@" + mine;
        made(8, forwarder("mixed@" + theirs, others));

        String id = made(7, forwarder("a@" + mine, OUTSIDE));
        as(7).body("{\"destinations\": [\"%s\", \"p@x.com\", \"q@x.com\"]}".formatted(OUTSIDE))
                .patch("/v1/forwarders/" + id)
                .then()
                .statusCode(200);
        String[] many = IntStream.range(0, 20).mapToObj("m%d@x.com"::formatted).toArray(String[]::new);
        made(7, forwarder("b@" + mine, many));
        as(7).body("{\"destinations\": [\"%s\", \"b@%s\"]}".formatted(OUTSIDE, mine))
                .patch("/v1/forwarders/" + id)
                .then()
                .statusCode(200);
    }

    @Test
    void nobodyLearnsHowFarAnotherTenantPassesMailOn() {
        String mine = hosted(7);
        String theirs = hosted(8);
        made(8, forwarder("all@" + theirs, groupsOfAHundred(8, theirs)));
        for (int i = 1; i < 10; i++) {
            made(8, dangling("c%d@%s".formatted(i, theirs), "c%d@%s".formatted(i + 1, theirs)));
        }

        post(7, forwarder("a@" + mine, "all@" + theirs, OUTSIDE)).statusCode(201);
        post(7, forwarder("b@" + mine, "c1@" + theirs, "nobody@" + theirs)).statusCode(201);
    }

    @Test
    void aLoopIsFoundHoweverOftenItChangesTheTenant() {
        String mine = hosted(7);
        String theirs = hosted(8);
        for (int i = 0; i < 30; i++) {
            made(7, forwarder("n%d@%s".formatted(i, mine), "n%d@%s".formatted(i, theirs)));
            if (i < 29) {
                made(8, forwarder("n%d@%s".formatted(i, theirs), "n%d@%s".formatted(i + 1, mine)));
            }
        }

        post(8, forwarder("n29@" + theirs, OUTSIDE, "n0@" + mine))
                .statusCode(409)
                .body("errors.code", contains("forwarding_loop"))
                .body(not(containsString(mine)));

        post(8, forwarder("n29@" + theirs, OUTSIDE)).statusCode(201);
    }

    @Test
    void takingADestinationAwayIsNeverRefused() {
        String domain = hosted(7);
        String id = made(7, forwarder("n0@" + domain, "x@y.com", OUTSIDE));
        for (int i = 1; i <= 10; i++) {
            made(7, dangling("n%d@%s".formatted(i, domain), "n%d@%s".formatted(i + 1, domain)));
        }
        sql("INSERT INTO email_forwarder_targets SELECT id, tenant_id, 3, 'n1@%s' FROM email_forwarders WHERE id = '%s'"
                .formatted(domain, id));
        sql("UPDATE email_forwarders SET destination = destination || ',n1@%s' WHERE id = '%s'".formatted(domain, id));

        as(7).body("{\"destinations\": [\"x@y.com\", \"n1@%s\"]}".formatted(domain))
                .patch("/v1/forwarders/" + id)
                .then()
                .statusCode(200);
    }

    @Test
    void aCrowdThatPointsAtATenantDoesNotKeepItFromForwarding() {
        String mine = hosted(7);
        String theirs = hosted(8);
        crowd(8, theirs, 3000, "'a@%s'".formatted(mine));

        post(7, forwarder("a@" + mine, OUTSIDE)).statusCode(201);
    }

    @Test
    void aForwarderBetweenTwoCrowdsIsRefusedBecauseALoopCannotBeRuledOut() {
        String mine = hosted(7);
        String theirs = hosted(8);
        crowd(8, theirs, 3000, "'a@%s'".formatted(mine));
        String others = hosted(9);
        crowd(9, others, 3000, "'c' || member + 1 || '@%s'".formatted(others));

        post(7, forwarder("a@" + mine, OUTSIDE, "c1@" + others))
                .statusCode(409)
                .body("errors.code", contains("forwarding_too_large"))
                .body(not(containsString(others)))
                .body(not(containsString(theirs)));

        post(7, forwarder("b@" + mine, "c1@" + others)).statusCode(201);
    }

    /** Forwarders c1, c2, … made behind the service's back, each to one destination. */
    private static void crowd(long tenant, String domain, int members, String destination) {
        sql("""
                INSERT INTO email_addresses (address, tenant_id, domain, kind)
                SELECT 'c' || member || '@%1$s', %2$d, '%1$s', 'forwarder' FROM generate_series(1, %3$d) AS member
                """.formatted(domain, tenant, members));
        sql("""
                WITH made AS (
                    INSERT INTO email_forwarders (id, tenant_id, domain, source, destination)
                    SELECT gen_random_uuid(), %2$d, '%1$s', 'c' || member || '@%1$s', %4$s
                      FROM generate_series(1, %3$d) AS member
                    RETURNING id, tenant_id, destination
                )
                INSERT INTO email_forwarder_targets (forwarder_id, tenant_id, position, address)
                SELECT id, tenant_id, 1, destination FROM made
                """.formatted(domain, tenant, members, destination));
    }

    /** Five forwarders to twenty addresses each. */
    private static String[] groupsOfAHundred(long tenant, String domain) {
        String[] groups = new String[5];
        for (int group = 0; group < 5; group++) {
            String[] members = IntStream.range(group * 20, group * 20 + 20)
                    .mapToObj("m%d@elsewhere.example"::formatted)
                    .toArray(String[]::new);
            groups[group] = "g%d@%s".formatted(group, domain);
            made(tenant, forwarder(groups[group], members));
        }
        return groups;
    }

    @Test
    void thereAreOneToTwentyDestinations() {
        String domain = hosted(7);
        String[] many = IntStream.range(0, 21).mapToObj("m%d@x.com"::formatted).toArray(String[]::new);

        as(7).body("{\"source\": \"a@%s\", \"destinations\": []}".formatted(domain))
                .post("/v1/forwarders")
                .then()
                .statusCode(400)
                .body("errors.pointer", contains("/destinations"))
                .body("errors.code", contains("destination_count"));
        post(7, forwarder("a@" + domain, many)).statusCode(400).body("errors.code", contains("destination_count"));

        many[20] = "m0@X.com";
        post(7, forwarder("a@" + domain, many)).statusCode(201).body("destinations", hasSize(20));
    }

    @Test
    void eachDestinationIsOneBareAddress() {
        String domain = hosted(7);
        for (String bad : List.of("a@x.com,b@y.com", "a@x.com b@y.com", "Name <a@x.com>", "|/bin/sh", "<>", "local")) {
            post(7, forwarder("a@" + domain, OUTSIDE, bad))
                    .statusCode(400)
                    .body("errors.pointer", contains("/destinations/1"));
        }
        for (String bad : List.of("null", "7", "{}", "[]")) {
            as(7).body("{\"source\": \"a@%s\", \"destinations\": [%s]}".formatted(domain, bad))
                    .post("/v1/forwarders")
                    .then()
                    .statusCode(400)
                    .contentType("application/problem+json");
        }

        assertThat(sources(domain)).isEmpty();
    }

    @Test
    void destinationsAndSwitchAreChanged() {
        String domain = hosted(7);
        mailbox(7, "bob@" + domain);
        String path = "/v1/forwarders/" + made(7, with(forwarder("bob@" + domain, OUTSIDE), "\"keepCopy\": true"));

        as(7).body("{\"enabled\": false}")
                .patch(path)
                .then()
                .statusCode(200)
                .body("enabled", equalTo(false))
                .body("destinations", contains("bob@" + domain, OUTSIDE));
        as(7).contentType("application/merge-patch+json")
                .body("{\"destinations\": [\"x@y.com\", \"z@y.com\"]}")
                .patch(path)
                .then()
                .statusCode(200)
                .body("keepCopy", equalTo(true))
                .body("destinations", contains("bob@" + domain, "x@y.com", "z@y.com"));
        as(7).body("{\"keepCopy\": false}")
                .patch(path)
                .then()
                .statusCode(200)
                .body("destination", equalTo("x@y.com,z@y.com"));

        assertThat(rows("SELECT address FROM email_forwarder_targets JOIN email_forwarders f ON f.id = forwarder_id"
                        + " WHERE f.domain = '%s' ORDER BY position".formatted(domain)))
                .containsExactly("x@y.com", "z@y.com");
    }

    @Test
    void aChangeThatWouldCloseALoopChangesNothing() {
        String domain = hosted(7);
        made(7, dangling("a@" + domain, "b@" + domain));
        String path = "/v1/forwarders/" + made(7, forwarder("b@" + domain, OUTSIDE));

        as(7).body("{\"destinations\": [\"a@%s\"]}".formatted(domain))
                .patch(path)
                .then()
                .statusCode(409)
                .body("errors.code", contains("forwarding_loop"));

        as(7).get(path).then().body("destinations", contains(OUTSIDE));
    }

    @Test
    void aDomainOfAnotherTenantIsAnsweredExactlyAsOneThatIsNotThere() {
        String theirs = hosted(8);

        Response foreign = as(7).body(forwarder("a@" + theirs, OUTSIDE)).post("/v1/forwarders");
        Response unknown =
                as(7).body(forwarder("a@nobody-has-this.example", OUTSIDE)).post("/v1/forwarders");

        assertThat(foreign.statusCode()).isEqualTo(404).isEqualTo(unknown.statusCode());
        assertThat(foreign.asString()).isEqualTo(unknown.asString()).contains("domain_not_found");
    }

    @Test
    void nobodyTouchesTheForwarderOfAnotherTenant() {
        String path = "/v1/forwarders/" + made(7, forwarder("sales@" + hosted(7), OUTSIDE));

        as(8).get(path).then().statusCode(404);
        as(8).body("{\"enabled\": false}").patch(path).then().statusCode(404);
        as(8).body(forwarder("sales@" + hosted(8), OUTSIDE))
                .put(path)
                .then()
                .statusCode(404)
                .body("type", endsWith("not-found"));
        as(8).delete(path).then().statusCode(204);

        as(7).get(path).then().statusCode(200).body("enabled", equalTo(true));
    }

    @Test
    void onlyAnOperatorForwardsTheReservedAddresses() {
        String domain = hosted(7);
        String body = forwarder("postmaster@" + domain, OUTSIDE);

        post(7, body).statusCode(403).body("errors.code", contains("reserved"));

        asOperator()
                .body(with(body, "\"tenantId\": 7"))
                .post("/v1/forwarders")
                .then()
                .statusCode(201)
                .body("tenantId", equalTo(7));
    }

    @Test
    void aListShowsTheTenantsOwnBySource() {
        long tenant = 1_000_000 + System.nanoTime() % 1_000_000;
        String domain = hosted(tenant);
        for (String local : List.of("c", "a", "b")) {
            made(tenant, forwarder(local + "@" + domain, OUTSIDE));
        }

        Response first = as(tenant).queryParam("pageSize", 2).get("/v1/forwarders");
        Response second = as(tenant)
                .queryParam("pageToken", first.<String>path("nextPageToken"))
                .get("/v1/forwarders");

        assertThat(first.<List<String>>path("items.source")).containsExactly("a@" + domain, "b@" + domain);
        assertThat(second.<List<String>>path("items.source")).containsExactly("c@" + domain);
    }

    @Test
    void aListShowsThoseOfOneDomain() {
        long tenant = 1_000_000 + System.nanoTime() % 1_000_000;
        String domain = hosted(tenant);
        made(tenant, forwarder("b@" + domain, OUTSIDE));
        made(tenant, forwarder("a@" + domain, OUTSIDE));
        made(tenant, forwarder("a@" + hosted(tenant), OUTSIDE));

        as(tenant)
                .queryParam("domain", domain)
                .get("/v1/forwarders")
                .then()
                .body("items.source", contains("a@" + domain, "b@" + domain));
        as(8).queryParam("domain", domain)
                .get("/v1/forwarders")
                .then()
                .statusCode(200)
                .body("items", hasSize(0));
        as(8).queryParam("domain", "no domain").get("/v1/forwarders").then().statusCode(400);
    }

    @Test
    void deletingLocksTheAddressFirstAsDeletingTheDomainDoes() throws Exception {
        String address = "order@" + hosted(7);
        String id = as(7).body(forwarder(address, "a@elsewhere.example"))
                .post("/v1/forwarders")
                .then()
                .statusCode(201)
                .extract()
                .path("id");

        boolean inOrder = Api.waitsForTheAddressFirst(
                address,
                "SELECT 1 FROM email_forwarders WHERE source = '%s'".formatted(address),
                () -> as(7).delete("/v1/forwarders/" + id).statusCode());

        assertThat(inOrder).isTrue();
    }
}
