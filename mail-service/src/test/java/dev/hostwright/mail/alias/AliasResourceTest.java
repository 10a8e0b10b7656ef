package dev.hostwright.mail.alias;

import static dev.hostwright.mail.Api.as;
import static dev.hostwright.mail.Api.asOperator;
import static dev.hostwright.mail.Api.atOnce;
import static dev.hostwright.mail.Api.forwarder;
import static dev.hostwright.mail.Api.freshDomain;
import static dev.hostwright.mail.Api.mailbox;
import static dev.hostwright.mail.Api.rows;
import static dev.hostwright.mail.Api.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import dev.hostwright.contract.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "mail"))
class AliasResourceTest {

    private static final String ELSEWHERE = "a@elsewhere.example";

    private final String domain = freshDomain();
    private final String domainPath = "/v1/mail-domains/" + UUID.randomUUID();
    private final String other = freshDomain();
    private final String otherPath = "/v1/mail-domains/" + UUID.randomUUID();
    private final String info = "info@" + domain;

    @BeforeEach
    void makeDomains() {
        make(7, domain, domainPath);
        make(7, other, otherPath);
        mailbox(7, info);
    }

    private static void make(long tenant, String domain, String path) {
        as(tenant)
                .body("{\"domain\": \"%s\"}".formatted(domain))
                .put(path)
                .then()
                .statusCode(201);
    }

    private static String path(String domain) {
        return "/v1/mail-domains/"
                + rows("SELECT id FROM email_domains WHERE domain = '%s'".formatted(domain))
                        .getFirst();
    }

    private static ValidatableResponse put(long tenant, String path, String target) {
        return as(tenant)
                .body("{\"target\": \"%s\"}".formatted(target))
                .put(path + "/alias")
                .then();
    }

    private static void forward(long tenant, String source, String... destinations) {
        as(tenant)
                .body(with(forwarder(source, destinations), "\"allowDangling\": true"))
                .post("/v1/forwarders")
                .then()
                .statusCode(201);
    }

    /** Where Postfix is told that mail ends, or null. */
    private static String ends(String address) {
        return rows("SELECT mta.destinations('%s')".formatted(address)).getFirst();
    }

    private static List<String> logins(String sender) {
        return rows("SELECT mta.logins('%s') ORDER BY 1".formatted(sender));
    }

    @Test
    void mailGoesWhereTheSameAddressOfTheOtherDomainLeads() {
        forward(7, "sales@" + domain, info, ELSEWHERE);
        assertThat(ends("info@" + other)).isNull();

        put(7, otherPath, domain).statusCode(200).body("domain", equalTo(other)).body("target", equalTo(domain));

        assertThat(ends("Info@" + other.toUpperCase(java.util.Locale.ROOT))).isEqualTo(info);
        assertThat(ends("sales@" + other)).isEqualTo(ELSEWHERE + "," + info);
        assertThat(ends("postmaster@" + other)).isEqualTo(info);
        assertThat(ends("nobody@" + other)).isNull();
        assertThat(ends("@" + other)).isNull();
        as(7).get(otherPath + "/alias").then().statusCode(200).body("target", equalTo(domain));
        as(7).get(otherPath).then().body("aliasOf", equalTo(domain));

        as(7).delete(otherPath + "/alias").then().statusCode(204);
        as(7).delete(otherPath + "/alias").then().statusCode(204);

        assertThat(ends("info@" + other)).isNull();
        as(7).get(otherPath + "/alias").then().statusCode(404);
        as(7).get(otherPath).then().body("aliasOf", nullValue());
    }

    @Test
    void forwardersAndCatchAllsLeadOverAnAliasToo() {
        put(7, otherPath, domain).statusCode(200);
        String third = freshDomain();
        make(7, third, "/v1/mail-domains/" + UUID.randomUUID());
        String stranger = freshDomain();
        make(8, stranger, "/v1/mail-domains/" + UUID.randomUUID());

        as(7).body(forwarder("a@" + third, "info@" + other))
                .post("/v1/forwarders")
                .then()
                .statusCode(201);
        forward(8, "b@" + stranger, "Info+News@" + other);
        as(7).body("{\"destinations\": [\"info@%s\"]}".formatted(other))
                .put(path(third) + "/catch-all")
                .then()
                .statusCode(200);

        assertThat(ends("a@" + third)).isEqualTo(info);
        assertThat(ends("b@" + stranger)).isEqualTo("Info+News@" + domain);
        assertThat(ends("anything@" + third)).isEqualTo(info);
        as(7).body(forwarder("c@" + third, "nobody@" + other))
                .post("/v1/forwarders")
                .then()
                .statusCode(422)
                .body("errors.code", contains("destination_unknown"));
        as(7).body("{\"destinations\": [\"nobody@%s\"]}".formatted(other))
                .put(path(third) + "/catch-all")
                .then()
                .statusCode(422);
    }

    @Test
    void whoMaySendAsTheOneMaySendAsTheOther() {
        forward(7, "sales@" + domain, info, ELSEWHERE);
        mailbox(7, "office@" + domain);
        put(7, otherPath, domain).statusCode(200);
        forward(7, "press@" + domain, "office@" + other);

        assertThat(logins("Info@" + other)).containsExactly(info);
        assertThat(logins("sales@" + other)).containsExactly(info);
        assertThat(logins("press@" + domain)).containsExactly("office@" + domain);
        assertThat(logins("nobody@" + other)).isEmpty();
        as(7).body("{\"enabled\": false}").patch(otherPath).then().statusCode(200);
        assertThat(logins("info@" + other)).isEmpty();
    }

    @Test
    void anAliasThatIsOffTakesNothingAndNeitherDoesOneOfADomainThatIsOff() {
        put(7, otherPath, domain).statusCode(200);
        String third = freshDomain();
        make(7, third, "/v1/mail-domains/" + UUID.randomUUID());
        forward(7, "a@" + third, "info@" + other);

        as(7).body("{\"enabled\": false}").patch(otherPath).then().statusCode(200);
        assertThat(ends("info@" + other)).isNull();
        assertThat(ends("a@" + third)).isNull();
        as(7).body("{\"enabled\": true}").patch(otherPath).then().statusCode(200);
        as(7).put(domainPath + "/suspension").then().statusCode(204);

        assertThat(ends("info@" + other)).isNull();
        assertThat(ends("a@" + third)).isNull();
    }

    @Test
    void anAliasHasNothingOfItsOwn() {
        put(7, otherPath, domain).statusCode(200);

        as(7).body("{\"email\": \"a@%s\", \"password\": \"EmailPass123!\"}".formatted(other))
                .post("/v1/mailboxes")
                .then()
                .statusCode(409)
                .body("errors.pointer", contains("/email"))
                .body("errors.code", contains("domain_is_alias"));
        as(7).body(forwarder("a@" + other, ELSEWHERE))
                .post("/v1/forwarders")
                .then()
                .statusCode(409)
                .body("errors.pointer", contains("/source"))
                .body("errors.code", contains("domain_is_alias"));
        as(7).body("{\"destinations\": [\"%s\"]}".formatted(ELSEWHERE))
                .put(otherPath + "/catch-all")
                .then()
                .statusCode(409)
                .body("errors.code", contains("domain_is_alias"));
    }

    @Test
    void whatHasSomethingOfItsOwnIsNoAlias() {
        put(7, domainPath, other).statusCode(409).body("errors.code", contains("domain_not_empty"));
        as(7).body("{\"destinations\": [\"%s\"]}".formatted(ELSEWHERE))
                .put(otherPath + "/catch-all")
                .then()
                .statusCode(200);
        put(7, otherPath, domain).statusCode(409).body("errors.code", contains("domain_not_empty"));

        as(7).delete(otherPath + "/catch-all").then().statusCode(204);

        put(7, otherPath, domain).statusCode(200);
    }

    @Test
    void aliasesDoNotHangTogether() {
        String third = freshDomain();
        String thirdPath = "/v1/mail-domains/" + UUID.randomUUID();
        make(7, third, thirdPath);
        String fourth = freshDomain();
        String fourthPath = "/v1/mail-domains/" + UUID.randomUUID();
        make(7, fourth, fourthPath);
        put(7, otherPath, third).statusCode(200);

        put(7, fourthPath, other).statusCode(409).body("errors.code", contains("alias_of_alias"));
        put(7, thirdPath, fourth).statusCode(409).body("errors.code", contains("alias_of_alias"));
        put(7, thirdPath, third).statusCode(422).body("errors.code", contains("alias_of_itself"));

        put(7, otherPath, domain).statusCode(200);
        assertThat(ends("info@" + other)).isEqualTo(info);
        put(7, thirdPath, fourth).statusCode(200);
    }

    @Test
    void anAliasThatWouldCloseALoopIsRefused() {
        String stranger = freshDomain();
        make(8, stranger, "/v1/mail-domains/" + UUID.randomUUID());
        forward(7, "a@" + domain, "b@" + stranger);
        forward(8, "b@" + stranger, "a@" + other);

        put(7, otherPath, domain)
                .statusCode(409)
                .body("errors.pointer", contains("/target"))
                .body("errors.code", contains("forwarding_loop"));

        assertThat(ends("a@" + domain)).isNull();
        as(7).get(otherPath + "/alias").then().statusCode(404);
    }

    @Test
    void aForwarderThatWouldCloseALoopOverAnAliasIsRefused() {
        put(7, otherPath, domain).statusCode(200);
        String third = freshDomain();
        make(7, third, "/v1/mail-domains/" + UUID.randomUUID());
        forward(7, "a@" + domain, "b@" + third);

        for (String body : List.of(forwarder("b@" + third, "a@" + other), forwarder("c@" + domain, "c@" + other))) {
            as(7).body(with(body, "\"allowDangling\": true"))
                    .post("/v1/forwarders")
                    .then()
                    .statusCode(409)
                    .body("errors.code", contains("forwarding_loop"));
        }
    }

    @Test
    void theWayOverAnAliasIsNoLongerThanAnother() {
        String third = freshDomain();
        make(7, third, "/v1/mail-domains/" + UUID.randomUUID());
        for (int i = 1; i <= 6; i++) {
            forward(7, "a%d@%s".formatted(i, third), i == 6 ? "b1@" + other : "a%d@%s".formatted(i + 1, third));
            forward(7, "b%d@%s".formatted(i, domain), "b%d@%s".formatted(i + 1, domain));
        }

        put(7, otherPath, domain).statusCode(409).body("errors.code", contains("forwarding_too_deep"));
    }

    @Test
    void whenTheDomainGoesItsAliasesStayAndStandForNothing() {
        put(7, otherPath, domain).statusCode(200);

        as(7).delete(domainPath).then().statusCode(204);

        as(7).get(otherPath + "/alias").then().statusCode(404);
        assertThat(ends("info@" + other)).isNull();
        mailbox(7, "info@" + other);
        assertThat(ends("info@" + other)).isEqualTo("info@" + other);
    }

    @Test
    void anAliasGoesAndTheDomainStays() {
        put(7, otherPath, domain).statusCode(200);

        as(7).delete(otherPath).then().statusCode(204);

        assertThat(ends("info@" + other)).isNull();
        assertThat(ends(info)).isEqualTo(info);
    }

    @Test
    void nobodyMakesAnAliasOfOrFromAnotherTenantsDomain() {
        String stranger = freshDomain();
        String strangerPath = "/v1/mail-domains/" + UUID.randomUUID();
        make(8, stranger, strangerPath);

        Response foreign = as(8).body("{\"target\": \"%s\"}".formatted(domain)).put(strangerPath + "/alias");
        Response unknown =
                as(8).body("{\"target\": \"%s\"}".formatted(freshDomain())).put(strangerPath + "/alias");
        assertThat(foreign.statusCode()).isEqualTo(404).isEqualTo(unknown.statusCode());
        assertThat(foreign.asString()).isEqualTo(unknown.asString());
        put(8, otherPath, stranger).statusCode(404);
        put(7, otherPath, domain).statusCode(200);
        as(8).get(otherPath + "/alias").then().statusCode(404);
        as(8).delete(otherPath + "/alias").then().statusCode(404);

        assertThat(ends("info@" + other)).isEqualTo(info);
        asOperator().get(otherPath + "/alias").then().statusCode(200);
        asOperator()
                .body("{\"target\": \"%s\"}".formatted(stranger))
                .put(otherPath + "/alias")
                .then()
                .statusCode(404);
    }

    /**
     * Of a mailbox in a domain and the domain's becoming an alias one wins; of two that stand for each other as well.
     */
    @Test
    void ofWhatCannotBeBothOneIs() throws Exception {
        for (int round = 0; round < 20; round++) {
            String first = freshDomain();
            String firstPath = "/v1/mail-domains/" + UUID.randomUUID();
            make(7, first, firstPath);
            String second = freshDomain();
            String secondPath = "/v1/mail-domains/" + UUID.randomUUID();
            make(7, second, secondPath);
            List<Callable<Integer>> calls = new ArrayList<>();
            calls.add(() -> put(7, firstPath, domain).extract().statusCode());
            calls.add(() -> as(7).body(forwarder("a@" + first, ELSEWHERE))
                    .post("/v1/forwarders")
                    .statusCode());
            assertThat(atOnce(calls)).isIn(List.of(200, 409), List.of(200, 404), List.of(409, 201));

            make(7, "x." + first, "/v1/mail-domains/" + UUID.randomUUID());
            String third = path("x." + first);
            List<Callable<Integer>> each = List.of(
                    () -> put(7, third, second).extract().statusCode(),
                    () -> put(7, secondPath, "x." + first).extract().statusCode());
            assertThat(atOnce(each)).containsExactlyInAnyOrder(200, 409);
        }
        assertThat(rows("""
                        SELECT domain
                          FROM email_addresses
                          JOIN email_domains USING (domain)
                         WHERE alias_of IS NOT NULL
                        """)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | 400 | /target",
                "{\"target\": null} | 400 | /target",
                "{\"target\": \"a b\"} | 400 | /target",
                "{\"target\": \"a.example\", \"more\": 1} | 400 | /more"
            })
    void whatCannotBeIsRefused(String body, int status, String pointer) {
        as(7).body(body).put(otherPath + "/alias").then().statusCode(status).body("errors.pointer", contains(pointer));

        as(7).get(otherPath + "/alias").then().statusCode(404);
    }
}
