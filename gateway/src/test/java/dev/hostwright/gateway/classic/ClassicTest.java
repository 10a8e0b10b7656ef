package dev.hostwright.gateway.classic;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static dev.hostwright.gateway.passthrough.UpstreamStub.claims;
import static dev.hostwright.gateway.passthrough.UpstreamStub.only;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasEntry;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import dev.hostwright.contract.PostgresResource;
import dev.hostwright.contract.Tokens;
import dev.hostwright.gateway.passthrough.UpstreamStub;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each test has a name of its own in its bodies, by which the stubs and their requests are told apart. */
@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "gateway"))
@QuarkusTestResource(UpstreamStub.class)
class ClassicTest {

    private static final String DATABASES = "/api/db-management";
    private static final String ACCOUNTS = "/api/email-management/accounts";
    private static final String DOMAINS = "/api/domains";

    @SuppressWarnings("NullAway.Init") // by the test resource
    UpstreamStub services;

    private static ValidatableResponse ask(String token, String path, String body) {
        return given().header("Authorization", "Bearer " + token)
                .contentType("application/json")
                .body(body.replace('\'', '"'))
                .post(path)
                .then();
    }

    private static ValidatableResponse ask(String path, String body) {
        return ask(Tokens.tenant(7), path, body);
    }

    private static void stub(WireMockServer service, String path, String mark, ResponseDefinitionBuilder answer) {
        service.stubFor(post(path).withRequestBody(containing(mark)).willReturn(answer));
    }

    private static LoggedRequest came(WireMockServer service, String path, String mark) {
        return only(service, postRequestedFor(urlEqualTo(path)).withRequestBody(containing(mark)));
    }

    private static ResponseDefinitionBuilder json(int status, String body) {
        return aResponse()
                .withStatus(status)
                .withHeader("Content-Type", status < 400 ? "application/json" : "application/problem+json")
                .withBody(body.replace('\'', '"'));
    }

    private static ResponseDefinitionBuilder problem(int status, String type, String... pointers) {
        StringBuilder errors = new StringBuilder();
        for (String pointer : pointers) {
            errors.append(errors.isEmpty() ? "" : ",")
                    .append("{'pointer':'%s','code':'c','message':'m'}".formatted(pointer));
        }
        return json(
                status,
                "{'type':'urn:problem:%s','title':'t','status':%d,'detail':'d','errors':[%s]}"
                        .formatted(type, status, errors));
    }

    private static ValidatableResponse refused(ValidatableResponse response, int status) {
        return response.statusCode(status)
                .contentType("application/problem+json")
                .body("success", equalTo(false))
                .body("status", equalTo(status))
                .body("type", notNullValue())
                .body("title", notNullValue())
                .body("detail", notNullValue());
    }

    @Test
    void aDatabaseIsMadeWithItsLogin() {
        stub(
                services.db,
                "/v1/databases",
                "customer_db",
                json(201, """
                        {'id':'5d9c7b3e-6d5f-4bb2-8f0a-0c1f0f9a1b11','tenantId':7,'name':'customer_db','username':'customer_user',
                         'host':'db1.example','port':5432,'connectionString':'postgresql://customer_user@db1.example:5432/customer_db',
                         'connectionLimit':20,'status':'active','suspended':false}""").withHeader("Location", services.db.baseUrl() + "/v1/databases/5d9c7b3e"));

        ask(DATABASES, "{'databaseName':'customer_db','username':'customer_user','password':'SecurePass123!'}")
                .statusCode(201)
                .contentType("application/json")
                .header("Location", "/v1/databases/5d9c7b3e")
                .body(equalTo("""
                                {"success":true,"database":"customer_db","username":"customer_user","host":"db1.example","port":5432,\
                                "connectionString":"postgresql://customer_user@db1.example:5432/customer_db"}"""));

        LoggedRequest came = came(services.db, "/v1/databases", "customer_db");
        assertThat(came.getBodyAsString())
                .isEqualTo("{\"name\":\"customer_db\",\"username\":\"customer_user\",\"password\":\"SecurePass123!\"}");
        assertThat(claims(came).path("tenant").longValue()).isEqualTo(7);
    }

    @Test
    void aPasswordMadeHereIsShown() {
        stub(
                services.db,
                "/v1/databases",
                "made_pw",
                json(
                        201,
                        "{'name':'made_pw','username':'u','host':'h','port':1,'connectionString':'c','password':'shown-once'}"));

        ask(DATABASES, "{'databaseName':'made_pw','username':'u_1'}")
                .statusCode(201)
                .body("password", equalTo("shown-once"));
    }

    @Test
    void sanitizesDatabaseNames() {
        stub(
                services.db,
                "/v1/databases",
                "testdbdrop",
                json(201, "{'name':'testdbdrop','username':'appuser','host':'h','port':1,'connectionString':'c'}"));

        ask(DATABASES, "{'databaseName':'Test-DB; DROP--','username':'app.User','password':'p'}")
                .statusCode(201)
                .body("database", equalTo("testdbdrop"))
                .body("username", equalTo("appuser"));

        assertThat(came(services.db, "/v1/databases", "testdbdrop").getBodyAsString())
                .startsWith("{\"name\":\"testdbdrop\",\"username\":\"appuser\"");
    }

    @Test
    void aNameOfWhichNothingIsLeftIsRefused() {
        refused(ask(DATABASES, "{'databaseName':'!!!','username':'u','password':'p'}"), 400)
                .body("errors[0].pointer", equalTo("/databaseName"));
        refused(ask(DATABASES, "{'databaseName':'d','username':'-','password':'p'}"), 400)
                .body("errors[0].pointer", equalTo("/username"));
    }

    @Test
    void aRefusalPointsAtTheFieldsAsTheyAreCalledHere() {
        stub(services.db, "/v1/databases", "1bad", problem(400, "malformed", "/name", "/username", "/password", "/x"));
        stub(services.mail, "/v1/mailboxes", "bad@point", problem(400, "malformed", "/email", "/password", "/quotaMb"));
        stub(services.dns, "/v1/zones", "-bad-", problem(422, "invalid", "/domain", "/type", "/master"));

        refused(ask(DATABASES, "{'databaseName':'1bad','username':'uuu'}"), 400)
                .body("errors.pointer", equalTo(List.of("/databaseName", "/username", "/password", "/x")))
                .body("errors[0].message", equalTo("m"))
                .body("errors[0].code", equalTo("c"));
        refused(ask(ACCOUNTS, "{'email':'bad@point'}"), 400)
                .body("errors.pointer", equalTo(List.of("/email", "/password", "/quota")));
        refused(ask(DOMAINS, "{'domain':'-bad-'}"), 422)
                .body("errors.pointer", equalTo(List.of("/domain", "/type", "/master")));
    }

    @Test
    void aTakenNameIsRefused() {
        stub(services.db, "/v1/databases", "taken_db", problem(409, "name-taken", "/name"));

        refused(ask(DATABASES, "{'databaseName':'taken_db','username':'u_2'}"), 409)
                .body("type", equalTo("urn:problem:name-taken"))
                .body("errors[0].pointer", equalTo("/databaseName"));
    }

    @Test
    void aMailboxIsMadeInADomainThatIsThere() {
        stub(
                services.mail,
                "/v1/mailboxes",
                "user@there.example",
                json(
                        201,
                        "{'id':'m1','tenantId':7,'email':'user@there.example','domain':'there.example','quotaMb':2000,'enabled':true,'mailboxPath':'/var/mail'}"));

        ask(ACCOUNTS, "{'email':'user@there.example','password':'EmailPass123!','quota':2000,'tenantId':7}")
                .statusCode(201)
                .body("success", equalTo(true))
                .body("account.id", equalTo("m1"))
                .body("account.email", equalTo("user@there.example"))
                .body("account.domain", equalTo("there.example"))
                .body("account.quota", equalTo(2000))
                .body("account.enabled", equalTo(true))
                .body("message", notNullValue())
                .body("$", not(hasKey("password")));

        assertThat(came(services.mail, "/v1/mailboxes", "there.example").getBodyAsString())
                .isEqualTo("{\"email\":\"user@there.example\",\"password\":\"EmailPass123!\",\"quotaMb\":2000}");
        assertThat(services.mail.findAll(
                        postRequestedFor(urlEqualTo("/v1/mail-domains")).withRequestBody(containing("there.example"))))
                .isEmpty();
    }

    @Test
    void theMailDomainIsMadeWithItsFirstMailbox() {
        stub(services.mail, "/v1/mailboxes", "first.example", problem(404, "not-found"));
        stub(
                services.mail,
                "/v1/mail-domains",
                "first.example",
                json(201, """
                                {'id':'d1','tenantId':7,'domain':'first.example','status':'active','forwarders':[],'mailboxes':
                                 [{'id':'m2','email':'a@first.example','domain':'first.example','quotaMb':1000,'enabled':true,
                                   'password':'shown-once'}]}""").withHeader("Location", "/v1/mail-domains/d1"));

        ask(ACCOUNTS, "{'email':'a@first.example'}")
                .statusCode(201)
                .body("account", hasEntry("id", "m2"))
                .body("account.quota", equalTo(1000))
                .body("password", equalTo("shown-once"));

        LoggedRequest came = came(services.mail, "/v1/mail-domains", "first.example");
        assertThat(came.getBodyAsString())
                .isEqualTo("{\"domain\":\"first.example\",\"mailboxes\":[{\"email\":\"a@first.example\"}]}");
        assertThat(claims(came).path("tenant").longValue()).isEqualTo(7);
    }

    @Test
    void whoComesSecondWithAFirstMailboxGetsItInTheDomainThatIsThereByThen() {
        String mark = "race.example";
        services.mail.stubFor(post("/v1/mailboxes")
                .withRequestBody(containing(mark))
                .inScenario(mark)
                .whenScenarioStateIs(Scenario.STARTED)
                .willReturn(problem(404, "not-found")));
        services.mail.stubFor(post("/v1/mail-domains")
                .withRequestBody(containing(mark))
                .inScenario(mark)
                .willSetStateTo("there")
                .willReturn(problem(409, "domain-taken", "/domain")));
        services.mail.stubFor(post("/v1/mailboxes")
                .withRequestBody(containing(mark))
                .inScenario(mark)
                .whenScenarioStateIs("there")
                .willReturn(json(
                        201,
                        "{'id':'m3','email':'b@race.example','domain':'race.example','quotaMb':1000,'enabled':true}")));

        ask(ACCOUNTS, "{'email':'b@race.example','password':'p'}")
                .statusCode(201)
                .body("account.id", equalTo("m3"));
    }

    @Test
    void aMailDomainOfAnotherTenantIsRefused() {
        stub(services.mail, "/v1/mailboxes", "foreign.example", problem(404, "not-found"));
        stub(services.mail, "/v1/mail-domains", "foreign.example", problem(409, "domain-taken", "/domain"));

        refused(ask(ACCOUNTS, "{'email':'c@foreign.example','password':'p'}"), 409)
                .body("type", equalTo("urn:problem:domain-taken"))
                .body("errors.pointer", equalTo(List.of("/email")));
    }

    @Test
    void whatIsWrongWithTheFirstMailboxPointsAtTheFieldsHere() {
        stub(services.mail, "/v1/mailboxes", "weak.example", problem(404, "not-found"));
        stub(
                services.mail,
                "/v1/mail-domains",
                "weak.example",
                problem(400, "malformed", "/mailboxes/0/password", "/mailboxes/0/quotaMb", "/mailboxes/0/email"));

        refused(ask(ACCOUNTS, "{'email':'c@weak.example','password':'p','quota':-1}"), 400)
                .body("errors.pointer", equalTo(List.of("/password", "/quota", "/email")));
    }

    @Test
    void aZoneIsMade() {
        stub(
                services.dns,
                "/v1/zones",
                "zone.example",
                json(
                        201,
                        "{'id':'z1','tenantId':7,'domain':'zone.example','type':'MASTER','serial':4294967295,'nameServers':[]}"));

        ask(DOMAINS, "{'domain':'zone.example','tenantId':7,'type':'MASTER'}")
                .statusCode(201)
                .body("success", equalTo(true))
                .body("zone.id", equalTo("z1"))
                .body("zone.domain", equalTo("zone.example"))
                .body("zone.type", equalTo("MASTER"))
                .body("zone.serial", equalTo(4294967295L))
                .body("message", notNullValue());

        assertThat(came(services.dns, "/v1/zones", "zone.example").getBodyAsString())
                .isEqualTo("{\"domain\":\"zone.example\",\"type\":\"MASTER\"}");
    }

    @Test
    void anOperatorSaysForWhichTenant() {
        stub(
                services.dns,
                "/v1/zones",
                "op.example",
                json(201, "{'id':'z2','domain':'op.example','type':'MASTER','serial':1}"));

        refused(ask(Tokens.operator(), DOMAINS, "{'domain':'op.example'}"), 400)
                .body("errors.pointer", hasItem("/tenantId"));
        ask(Tokens.operator(), DOMAINS, "{'domain':'op.example','tenantId':31}").statusCode(201);

        LoggedRequest came = came(services.dns, "/v1/zones", "op.example");
        assertThat(claims(came).path("tenant").longValue()).isEqualTo(31);
        assertThat(claims(came).path("groups").toString()).isEqualTo("[\"tenant\"]");
    }

    @Test
    void aTenantMayNotActForAnother() {
        refused(ask(DATABASES, "{'databaseName':'other_db','username':'u','tenantId':8}"), 403);
        refused(ask(ACCOUNTS, "{'email':'a@other.example','tenantId':8}"), 403);
        refused(ask(DOMAINS, "{'domain':'other.example','tenantId':8}"), 403);
        refused(ask(Tokens.tenantless(), DOMAINS, "{'domain':'other.example'}"), 403);

        for (WireMockServer service : List.of(services.db, services.mail, services.dns)) {
            assertThat(service.findAll(anyRequestedFor(anyUrl()).withRequestBody(containing("other"))))
                    .isEmpty();
        }
    }

    @Test
    void everyRefusalSaysSuccessFalse() {
        for (String path : List.of(DATABASES, ACCOUNTS, DOMAINS)) {
            refused(ask(path, "{"), 400);
            refused(ask(path, "{}"), 400);
            refused(ask(path, "null"), 400);
            refused(ask(path, ""), 400);
            refused(ask(Tokens.stale(7), path, "{}"), 401).header("WWW-Authenticate", "Bearer");
            refused(
                            given().header("Authorization", "Bearer " + Tokens.tenant(7))
                                    .delete(path)
                                    .then(),
                            405)
                    .header("Allow", "OPTIONS, POST");
            refused(
                    given().header("Authorization", "Bearer " + Tokens.tenant(7))
                            .contentType("text/plain")
                            .body("x")
                            .post(path)
                            .then(),
                    415);
        }
        refused(ask(DOMAINS, "{'domain':'a.example','x':1}"), 400).body("errors.pointer", hasItem("/x"));
        refused(ask(DATABASES, "{'databaseName':7,'username':'u'}"), 400)
                .body("errors.pointer", hasItem("/databaseName"));
        refused(ask(ACCOUNTS, "{'email':'a@b.example','quota':'x'}"), 400).body("errors.pointer", hasItem("/quota"));
    }

    @Test
    void aServiceThatFailsIsRefusedInTheSameForm() {
        stub(services.dns, "/v1/zones", "reset.example", aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER));
        stub(services.dns, "/v1/zones", "late.example", aResponse().withFixedDelay(12_000));
        stub(
                services.dns,
                "/v1/zones",
                "busy.example",
                problem(503, "unavailable").withHeader("Retry-After", "3"));
        stub(
                services.dns,
                "/v1/zones",
                "page.example",
                aResponse().withStatus(500).withBody("<html>"));
        stub(services.dns, "/v1/zones", "half.example", json(201, "{'id':'z'}"));
        stub(services.dns, "/v1/zones", "none.example", aResponse().withStatus(201));

        refused(ask(DOMAINS, "{'domain':'reset.example'}"), 502);
        refused(ask(DOMAINS, "{'domain':'late.example'}"), 504);
        refused(ask(DOMAINS, "{'domain':'busy.example'}"), 503).header("Retry-After", "3");
        refused(ask(DOMAINS, "{'domain':'page.example'}"), 502);
        refused(ask(DOMAINS, "{'domain':'half.example'}"), 502);
        refused(ask(DOMAINS, "{'domain':'none.example'}"), 502);
    }

    @Test
    void aProblemElsewhereIsWithoutThatMember() {
        given().get("/v1/zones").then().statusCode(401).body("$", not(hasKey("success")));
    }
}
