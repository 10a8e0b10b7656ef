package dev.hostwright.gateway.customer;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.deleteRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.matchingJsonPath;
import static com.github.tomakehurst.wiremock.client.WireMock.put;
import static com.github.tomakehurst.wiremock.client.WireMock.putRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import dev.hostwright.contract.PostgresResource;
import dev.hostwright.contract.Tokens;
import dev.hostwright.gateway.ServicesStub;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "gateway"))
@QuarkusTestResource(ServicesStub.class)
class CustomerResourceTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final WireMock services = ServicesStub.client();

    /** A name that no other test uses. */
    private static String fresh() {
        return "c" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    }

    private static RequestSpecification as(long tenant) {
        return given().header("Authorization", "Bearer " + Tokens.tenant(tenant))
                .contentType("application/json");
    }

    private static RequestSpecification keyed(long tenant) {
        return as(tenant).header("Idempotency-Key", UUID.randomUUID().toString());
    }

    private static String whole(String name) {
        return """
                {"id": "%1$s", "domain": "%1$s.example",
                 "database": {"name": "%1$s_shop", "username": "%1$s_app"},
                 "mail": {"mailboxes": [{"email": "info@%1$s.example"}, {"email": "it@%1$s.example", "password": "a password of Its own 1"}],
                          "forwarders": [{"source": "sales@%1$s.example", "destinations": ["info@%1$s.example"]}]},
                 "dns": {"records": [{"name": "shop", "type": "A", "content": "192.0.2.10"}]}}
                """.formatted(name);
    }

    private static JsonPath post(String body) {
        return keyed(7).body(body)
                .post("/v1/customers")
                .then()
                .statusCode(202)
                .extract()
                .jsonPath();
    }

    private static JsonPath operation(String id) {
        return as(7).get("/v1/operations/" + id)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    /** The operation at its end. */
    private static JsonPath done(String id) {
        return until(id, operation -> operation.getBoolean("done"));
    }

    private static JsonPath until(String id, java.util.function.Predicate<JsonPath> condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        JsonPath operation = operation(id);
        while (!condition.test(operation)) {
            assertThat(System.nanoTime())
                    .as("waited for %s", operation.prettify())
                    .isLessThan(end);
            operation = operation(id);
        }
        return operation;
    }

    private static String resource(JsonPath operation, String step) {
        return operation.getString("steps.find { it.name == '%s' }.resource".formatted(step));
    }

    private static String stepStatus(JsonPath operation, String step) {
        return operation.getString("steps.find { it.name == '%s' }.status".formatted(step));
    }

    private static String problem(int status, String type, String pointer) {
        return """
                {"type": "urn:problem:%s", "title": "No", "status": %d, "detail": "Not like that.",
                 "errors": [{"pointer": "%s", "code": "no", "message": "Not like that."}]}
                """.formatted(type, status, pointer);
    }

    private void refuses(String path, String jsonPath, String value, int status, String body) {
        services.register(put(urlPathMatching(path))
                .withRequestBody(matchingJsonPath(jsonPath, equalTo(value)))
                .willReturn(aResponse()
                        .withStatus(status)
                        .withHeader("Content-Type", "application/problem+json")
                        .withBody(body)));
    }

    private List<LoggedRequest> deletions(JsonPath operation, String step) {
        return services.find(deleteRequestedFor(urlPathEqualTo(resource(operation, step))));
    }

    @Test
    void oneCallMakesAWholeCustomer() {
        String name = fresh();

        JsonPath accepted = keyed(7).body(whole(name))
                .post("/v1/customers")
                .then()
                .statusCode(202)
                .header("Location", startsWith("/v1/operations/"))
                .body("kind", is("provision"))
                .body("customerId", is(name))
                .body("status", is("pending"))
                .body("phase", is("queued"))
                .body("done", is(false))
                .body("progress.completed", is(0))
                .body("progress.total", is(4))
                .body("steps.name", is(List.of("database", "mail", "dns", "mail-records")))
                .body("attention", is(false))
                .extract()
                .jsonPath();

        JsonPath operation = done(accepted.getString("id"));
        assertThat(operation.getString("status")).isEqualTo("active");
        assertThat(operation.getString("result.database.host")).isEqualTo("db1.example");
        as(7).get("/v1/customers/" + name)
                .then()
                .statusCode(200)
                .header("ETag", notNullValue())
                .body("status", is("active"))
                .body("suspended", is(false))
                .body("database.name", is(name + "_shop"))
                .body(
                        "database.connectionString",
                        is("postgresql://%1$s_app@db1.example:5432/%1$s_shop".formatted(name)))
                .body("mail.mailboxes", hasSize(1))
                .body("dns.serial", is(2026112301));
    }

    @Test
    void everyPartIsPutWithTheFenceAndATokenOfTheTenant() {
        String name = fresh();

        JsonPath operation = done(post(whole(name)).getString("id"));

        for (String part : List.of("database", "mail", "dns")) {
            List<LoggedRequest> puts = services.find(putRequestedFor(urlPathEqualTo(resource(operation, part))));
            assertThat(puts).hasSize(1);
            assertThat(puts.getFirst().getHeader("X-Operation-Id")).isEqualTo(operation.getString("id"));
            assertThat(Long.parseLong(puts.getFirst().getHeader("X-Operation-Fence")))
                    .isPositive();
            assertThat(puts.getFirst().getHeader("Authorization")).startsWith("Bearer ey");
        }
        services.verifyThat(
                1,
                putRequestedFor(urlPathEqualTo(resource(operation, "dns") + "/record-groups/mail"))
                        .withRequestBody(matchingJsonPath("$.records[0].content", equalTo("mail.x.example."))));
    }

    @Test
    void passwordsThatAreMissingAreMadeAndShownOnce() {
        String name = fresh();
        String key = UUID.randomUUID().toString();
        refuses("/v1/zones/.*", "$.domain", name + ".example", 503, "");

        String first = as(7).header("Idempotency-Key", key)
                .body(whole(name))
                .post("/v1/customers")
                .asString();
        String again = as(7).header("Idempotency-Key", key)
                .body(whole(name))
                .post("/v1/customers")
                .asString();

        JsonPath accepted = JsonPath.from(first);
        assertThat(accepted.getString("secrets.database.username")).isEqualTo(name + "_app");
        assertThat(accepted.getString("secrets.database.password")).hasSize(24);
        assertThat(accepted.<String>getList("secrets.mailboxes.email")).containsExactly("info@" + name + ".example");
        assertThat(again).isEqualTo(first);
        JsonPath operation = done(accepted.getString("id"));
        services.verifyThat(putRequestedFor(urlPathEqualTo(resource(operation, "database")))
                .withRequestBody(
                        matchingJsonPath("$.password", equalTo(accepted.getString("secrets.database.password")))));
        services.verifyThat(putRequestedFor(urlPathEqualTo(resource(operation, "mail")))
                .withRequestBody(matchingJsonPath("$.mailboxes[1].password", equalTo("a password of Its own 1"))));
        String late = as(7).header("Idempotency-Key", key)
                .body(whole(name))
                .post("/v1/customers")
                .asString();
        assertThat(JsonPath.from(late).getString("id")).isEqualTo(accepted.getString("id"));
        assertThat(JsonPath.from(late).<Object>get("secrets")).isNull();
    }

    @Test
    void noPasswordIsInAnyTableInClear() throws SQLException {
        String name = fresh();
        refuses("/v1/zones/.*", "$.domain", name + ".example", 503, "");
        JsonPath accepted = post(whole(name));
        String id = accepted.getString("id");
        until(id, operation -> stepStatus(operation, "mail").equals("active"));

        List<String> during = everything(id);
        done(id);
        List<String> after = everything(id);

        assertThat(during).isNotEmpty().noneMatch(row -> row.contains("a password of Its own 1"));
        assertThat(during).noneMatch(row -> row.contains(accepted.getString("secrets.database.password")));
        assertThat(after).noneMatch(row -> row.contains("a password of Its own 1"));
        assertThat(count("SELECT count(*) FROM operation_secret WHERE operation_id = '" + id + "'"))
                .isZero();
    }

    /** Every row of the gateway's database that has to do with an operation, as text. */
    private static List<String> everything(String operation) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection sql = PostgresResource.Superuser.connect("hostwright_gateway");
                Statement statement = sql.createStatement()) {
            for (String table :
                    List.of("operation", "step", "event", "operation_secret", "idempotency_key", "customer")) {
                ResultSet result = statement.executeQuery(
                        "SELECT t::text FROM %s t WHERE t::text LIKE '%%%s%%'".formatted(table, operation));
                while (result.next()) {
                    rows.add(result.getString(1));
                }
            }
        }
        return rows;
    }

    private static long count(String query) throws SQLException {
        try (Connection sql = PostgresResource.Superuser.connect("hostwright_gateway");
                Statement statement = sql.createStatement()) {
            ResultSet result = statement.executeQuery(query);
            result.next();
            return result.getLong(1);
        }
    }

    @Test
    void aNameOfADatabaseThatIsTakenLeavesNothingOfTheOtherParts() {
        String name = fresh();
        refuses("/v1/databases/.*", "$.name", name + "_shop", 409, problem(409, "name-taken", "/name"));

        JsonPath operation = done(post(whole(name)).getString("id"));

        assertThat(operation.getString("status")).isEqualTo("failed");
        assertThat(operation.getBoolean("clean")).isTrue();
        assertThat(operation.getString("error.type")).isEqualTo("urn:problem:name-taken");
        assertThat(operation.<String>getList("error.errors.pointer")).containsExactly("/database/name");
        assertThat(stepStatus(operation, "database")).isEqualTo("failed");
        assertThat(deletions(operation, "database")).isEmpty();
        for (String part : List.of("mail", "dns")) {
            assertThat(deletions(operation, part)).hasSize(1).allSatisfy(deletion -> {
                assertThat(deletion.getHeader("X-Operation-Undo")).isEqualTo("true");
                assertThat(deletion.getHeader("X-Operation-Id")).isEqualTo(operation.getString("id"));
            });
        }
        as(7).get("/v1/customers/" + name).then().statusCode(200).body("status", is("failed"));
    }

    @Test
    void aDomainInAnotherScriptIsOneDomainForAllParts() {
        String name = fresh();
        String shown = "b\u00fc" + name + ".example";
        String kept = new Domain(shown).name();

        JsonPath operation = done(post("""
                {"domain": "%s", "dns": {}, "mail": {"mailboxes": [{"email": "Info@%s"}]}}""".formatted(shown, shown)).getString("id"));

        assertThat(operation.getString("status")).isEqualTo("active");
        services.verifyThat(putRequestedFor(urlPathMatching("/v1/zones/.*"))
                .withRequestBody(matchingJsonPath("$.domain", equalTo(kept))));
        services.verifyThat(putRequestedFor(urlPathMatching("/v1/mail-domains/.*"))
                .withRequestBody(matchingJsonPath("$.mailboxes[0].email", equalTo("info@" + kept))));
    }

    @Test
    void aMailDomainOfAnotherTenantLeavesNothingOfTheOtherParts() {
        String name = fresh();
        refuses("/v1/mail-domains/.*", "$.domain", name + ".example", 409, problem(409, "domain-in-use", "/domain"));

        JsonPath operation = done(post(whole(name)).getString("id"));

        assertThat(operation.getString("status")).isEqualTo("failed");
        assertThat(operation.<String>getList("error.errors.pointer")).containsExactly("/domain");
        assertThat(deletions(operation, "mail")).isEmpty();
        assertThat(deletions(operation, "database")).hasSize(1);
        assertThat(deletions(operation, "dns")).hasSize(1);
        assertThat(stepStatus(operation, "mail-records")).isEqualTo("pending");
    }

    @Test
    void aRecordThatIsInvalidLeavesNothingOfTheOtherParts() {
        String name = fresh();
        refuses("/v1/zones/.*", "$.domain", name + ".example", 400, problem(400, "malformed", "/records/0/content"));

        JsonPath operation = done(post(whole(name)).getString("id"));

        assertThat(operation.getString("status")).isEqualTo("failed");
        assertThat(operation.<String>getList("error.errors.pointer")).containsExactly("/dns/records/0/content");
        assertThat(operation.getInt("steps.find { it.name == 'dns' }.lastError.status"))
                .isEqualTo(400);
        assertThat(deletions(operation, "dns")).isEmpty();
        assertThat(deletions(operation, "database")).hasSize(1);
        assertThat(deletions(operation, "mail")).hasSize(1);
    }

    @Test
    void aServiceThatIsDownForAWhileDelaysACustomerAndNoMore() {
        String name = fresh();
        services.register(put(urlPathMatching("/v1/databases/.*"))
                .inScenario(name)
                .whenScenarioStateIs(Scenario.STARTED)
                .withRequestBody(matchingJsonPath("$.name", equalTo(name + "_shop")))
                .willReturn(aResponse().withStatus(503).withHeader("Retry-After", "0"))
                .willSetStateTo("again"));
        services.register(put(urlPathMatching("/v1/databases/.*"))
                .inScenario(name)
                .whenScenarioStateIs("again")
                .withRequestBody(matchingJsonPath("$.name", equalTo(name + "_shop")))
                .willReturn(aResponse().withStatus(201).withBody("{\"id\": garbage"))
                .willSetStateTo("up"));

        JsonPath operation = done(post(whole(name)).getString("id"));

        assertThat(operation.getString("status")).isEqualTo("active");
        assertThat(operation.getInt("steps.find { it.name == 'database' }.attempt"))
                .isEqualTo(3);
        assertThat(services.find(putRequestedFor(urlPathEqualTo(resource(operation, "mail")))))
                .hasSize(1);
        List<LoggedRequest> puts = services.find(putRequestedFor(urlPathEqualTo(resource(operation, "database"))));
        assertThat(puts)
                .extracting(put -> Long.parseLong(put.getHeader("X-Operation-Fence")))
                .isSorted();
    }

    @Test
    void aServiceThatStaysDownIsGivenUpAndWhatItMayHaveMadeIsUndone() {
        String name = fresh();
        refuses("/v1/zones/.*", "$.domain", name + ".example", 503, "");

        JsonPath operation = done(post(whole(name)).getString("id"));

        assertThat(operation.getString("status")).isEqualTo("failed");
        assertThat(operation.getInt("error.status")).isEqualTo(502);
        for (String part : List.of("database", "mail", "dns")) {
            assertThat(deletions(operation, part)).hasSize(1);
            assertThat(stepStatus(operation, part)).isEqualTo("deleted");
        }
    }

    @Test
    void failedIsNotSaidBeforeEverythingIsUndone() {
        String name = fresh();
        refuses("/v1/databases/.*", "$.name", name + "_shop", 409, problem(409, "name-taken", "/name"));
        services.register(put(urlPathMatching("/v1/zones/.*"))
                .withRequestBody(matchingJsonPath("$.domain", equalTo(name + ".example")))
                .willReturn(aResponse().withStatus(500)));
        JsonPath accepted = post(whole(name));
        var down = services.register(WireMock.delete(urlPathEqualTo(resource(accepted, "mail")))
                .willReturn(aResponse().withStatus(500)));

        JsonPath meanwhile = until(accepted.getString("id"), operation -> operation.getBoolean("attention"));
        services.removeStubMapping(down);
        as(7).post("/v1/operations/" + accepted.getString("id") + "/retry")
                .then()
                .statusCode(202);
        JsonPath operation = done(accepted.getString("id"));

        assertThat(meanwhile.getString("status")).isEqualTo("provisioning");
        assertThat(meanwhile.getString("phase")).isEqualTo("rolling_back");
        assertThat(operation.getString("status")).isEqualTo("failed");
        assertThat(operation.getBoolean("attention")).isFalse();
    }

    @Test
    void whatAnotherOperationMadeIsNotDeleted() {
        String name = fresh();
        refuses("/v1/zones/.*", "$.domain", name + ".example", 400, problem(400, "malformed", "/domain"));
        JsonPath accepted = post(whole(name));
        services.register(WireMock.delete(urlPathEqualTo(resource(accepted, "mail")))
                .willReturn(aResponse().withStatus(409).withBody(problem(409, "not-ours", ""))));

        assertThat(done(accepted.getString("id")).getString("status")).isEqualTo("failed");
    }

    @Test
    void aFailedCustomersIdMayBeUsedAgain() {
        String name = fresh();
        var stub = services.register(put(urlPathMatching("/v1/databases/.*"))
                .withRequestBody(matchingJsonPath("$.name", equalTo(name + "_shop")))
                .willReturn(aResponse().withStatus(409).withBody(problem(409, "name-taken", "/name"))));
        JsonPath failed = done(post(whole(name)).getString("id"));
        services.removeStubMapping(stub);

        JsonPath again = as(7).post("/v1/operations/" + failed.getString("id") + "/retry")
                .then()
                .statusCode(202)
                .body("id", is(org.hamcrest.Matchers.not(failed.getString("id"))))
                .body("secrets.mailboxes", hasSize(2))
                .extract()
                .jsonPath();
        JsonPath operation = done(again.getString("id"));

        assertThat(operation.getString("status")).isEqualTo("active");
        assertThat(resource(operation, "database")).isNotEqualTo(resource(failed, "database"));
        as(7).get("/v1/customers/" + name).then().body("status", is("active"));
        as(7).post("/v1/operations/" + operation.getString("id") + "/retry")
                .then()
                .statusCode(409)
                .body("type", endsWith("operation-finished"));
    }

    @Test
    void theSameKeyAndBodyAtOnceMakeOneOperationAndGetOneAnswer() throws Exception {
        String name = fresh();
        String key = "\"" + UUID.randomUUID() + "\"";
        Callable<Response> post = () -> as(7).header("Idempotency-Key", key)
                .body("{\"domain\": \"" + name + ".example\"}")
                .post("/v1/customers");

        List<Response> answers = atOnce(50, post);

        assertThat(answers).allMatch(answer -> answer.statusCode() == 202);
        assertThat(new HashSet<>(answers.stream().map(Response::asString).toList()))
                .hasSize(1);
        assertThat(count("SELECT count(*) FROM customer WHERE desired ->> 'domain' = '" + name + ".example'"))
                .isEqualTo(1);
    }

    @Test
    void theSameKeyForAnotherBodyIsRefused() {
        String key = UUID.randomUUID().toString();
        as(7).header("Idempotency-Key", key)
                .body("{\"domain\": \"" + fresh() + ".example\"}")
                .post("/v1/customers")
                .then()
                .statusCode(202);

        as(7).header("Idempotency-Key", "\"" + key + "\"")
                .body("{\"domain\": \"" + fresh() + ".example\"}")
                .post("/v1/customers")
                .then()
                .statusCode(422)
                .contentType("application/problem+json")
                .body("errors.code", hasItem("key_reused"));
        as(8).header("Idempotency-Key", key)
                .body("{\"domain\": \"" + fresh() + ".example\"}")
                .post("/v1/customers")
                .then()
                .statusCode(202);
    }

    @Test
    void aPostWithoutAKeyOrWithABadOneIsRefused() {
        String body = "{\"domain\": \"" + fresh() + ".example\"}";

        as(7).body(body).post("/v1/customers").then().statusCode(400);
        as(7).header("Idempotency-Key", "\"open")
                .body(body)
                .post("/v1/customers")
                .then()
                .statusCode(400);
        as(7).header("Idempotency-Key", "x".repeat(129))
                .body(body)
                .post("/v1/customers")
                .then()
                .statusCode(400);
    }

    @Test
    void twoCustomersOfOneIdAreRefused() {
        String name = fresh();
        post(whole(name));

        keyed(7).body(whole(name))
                .post("/v1/customers")
                .then()
                .statusCode(409)
                .body("type", endsWith("customer-exists"));
        keyed(8).body(whole(name)).post("/v1/customers").then().statusCode(202);
    }

    @Test
    void validatingOnlyShowsThePlanAndStoresNothing() {
        String name = fresh();

        as(7).body(whole(name))
                .post("/v1/customers?validateOnly=true")
                .then()
                .statusCode(200)
                .body("valid", is(true))
                .body("plan.name", is(List.of("database", "mail", "dns", "mail-records")));

        as(7).get("/v1/customers/" + name).then().statusCode(404);
    }

    @Test
    void whoWaitsGetsTheCustomerItself() {
        String name = fresh();

        keyed(7).header("Prefer", "handling=strict", "wait=20")
                .body(whole(name))
                .post("/v1/customers")
                .then()
                .statusCode(201)
                .header("Location", endsWith("/v1/customers/" + name))
                .header("Preference-Applied", is("wait=20"))
                .body("status", is("active"))
                .body("secrets.database.password", notNullValue());
    }

    @Test
    void whoWaitsForAFailureGetsTheReason() {
        String name = fresh();
        refuses("/v1/databases/.*", "$.name", name + "_shop", 409, problem(409, "name-taken", "/name"));
        String other = fresh();
        refuses("/v1/zones/.*", "$.domain", other + ".example", 400, problem(400, "malformed", "/records/0/content"));

        keyed(7).header("Prefer", "wait=20")
                .body(whole(name))
                .post("/v1/customers")
                .then()
                .statusCode(409)
                .contentType("application/problem+json")
                .body("errors.pointer", hasItem("/database/name"));
        keyed(7).header("Prefer", "wait=20")
                .body(whole(other))
                .post("/v1/customers")
                .then()
                .statusCode(422);
    }

    @Test
    void whoDoesNotWaitLongEnoughGetsTheOperation() {
        String name = fresh();
        services.register(put(urlPathMatching("/v1/databases/.*"))
                .withRequestBody(matchingJsonPath("$.name", equalTo(name + "_shop")))
                .willReturn(aResponse().withStatus(500)));

        keyed(7).header("Prefer", "respond-async")
                .body(whole(name))
                .post("/v1/customers")
                .then()
                .statusCode(202)
                .header("Preference-Applied", is("respond-async"))
                .header("Location", startsWith("/v1/operations/"));
    }

    @Test
    void whatIsWrongInItselfIsRefusedAtOnceAndPointedAt() {
        String name = fresh();
        refusedAtOnce("{\"domain\": \"nodots\"}", 400, "/domain");
        refusedAtOnce("{\"id\": \"-x\", \"domain\": \"a.example\"}", 400, "/id");
        refusedAtOnce("{\"domain\": \"a.example\", \"database\": {\"name\": \"x\"}}", 400, "/database/username");
        refusedAtOnce("{\"domain\": \"a.example\", \"dns\": {\"type\": \"SLAVE\"}}", 400, "/dns/type");
        refusedAtOnce(
                "{\"domain\": \"a.example\", \"dns\": {\"records\": [{\"name\": \"\", \"type\": \"A\", \"content\": \"x\"}]}}",
                400,
                "/dns/records/0/name");
        refusedAtOnce(
                "{\"domain\": \"a.example\", \"mail\": {\"mailboxes\": [{\"email\": \"x\"}]}}",
                400,
                "/mail/mailboxes/0/email");
        refusedAtOnce(
                "{\"domain\": \"a.example\", \"mail\": {\"mailboxes\": [{\"email\": \"x@b.example\"}]}}",
                422,
                "/mail/mailboxes/0/email");
        refusedAtOnce(
                "{\"domain\": \"a.example\", \"mail\": {\"mailboxes\": [{\"email\": \"x@a.example\"}, {\"email\": \"X@a.example\"}]}}",
                422,
                "/mail/mailboxes/1/email");
        refusedAtOnce(
                "{\"domain\": \"a.example\", \"mail\": {\"forwarders\": [{\"source\": \"x@a.example\", \"destinations\": []}]}}",
                400,
                "/mail/forwarders/0/destinations");
        as(7).body("{\"id\": \"other\", \"domain\": \"a.example\"}")
                .put("/v1/customers/" + name)
                .then()
                .statusCode(422)
                .body("errors.pointer", hasItem("/id"));
    }

    private static void refusedAtOnce(String body, int status, String pointer) {
        keyed(7).body(body)
                .post("/v1/customers")
                .then()
                .statusCode(status)
                .contentType("application/problem+json")
                .body("errors.pointer", hasItem(pointer));
    }

    @Test
    void puttingACustomerMakesItOnceAndThenFindsItThere() {
        String name = fresh();
        JsonPath accepted = as(7).body(whole(name))
                .put("/v1/customers/" + name)
                .then()
                .statusCode(202)
                .extract()
                .jsonPath();
        done(accepted.getString("id"));

        as(7).body(whole(name))
                .put("/v1/customers/" + name)
                .then()
                .statusCode(200)
                .body("id", is(name));

        as(7).body(whole(name).replace("_shop", "_other"))
                .put("/v1/customers/" + name)
                .then()
                .statusCode(409)
                .body("type", endsWith("differs"));
        as(7).body("{\"domain\": \"" + name + ".example\"}")
                .put("/v1/customers/" + name)
                .then()
                .statusCode(409);
    }

    @Test
    void puttingACustomerThatIsUnderWayJoinsIt() throws Exception {
        String name = fresh();
        refuses("/v1/zones/.*", "$.domain", name + ".example", 503, "");

        List<Response> answers = atOnce(8, () -> as(7).body(whole(name)).put("/v1/customers/" + name));

        assertThat(answers).allMatch(answer -> answer.statusCode() == 202);
        assertThat(new HashSet<>(answers.stream().map(Response::asString).toList()))
                .hasSize(1);
        as(7).body(whole(name).replace("_shop", "_other"))
                .put("/v1/customers/" + name)
                .then()
                .statusCode(409)
                .body("type", endsWith("operation-in-progress"));
    }

    @Test
    void aPartThatWasAbsentIsAddedByPut() {
        String name = fresh();
        String zone = "\"dns\": {\"records\": []}";
        as(7).body("{\"domain\": \"%s.example\", %s}".formatted(name, zone))
                .header("Prefer", "wait=20")
                .put("/v1/customers/" + name)
                .then()
                .statusCode(201);
        String more =
                "{\"domain\": \"%1$s.example\", %2$s, \"mail\": {\"mailboxes\": [{\"email\": \"info@%1$s.example\"}]}}"
                        .formatted(name, zone);

        JsonPath accepted = as(7).body(more)
                .put("/v1/customers/" + name)
                .then()
                .statusCode(202)
                .body("kind", is("update"))
                .body("steps.name", is(List.of("mail", "mail-records")))
                .body("secrets.mailboxes", hasSize(1))
                .extract()
                .jsonPath();

        assertThat(done(accepted.getString("id")).getString("status")).isEqualTo("active");
        as(7).get("/v1/customers/" + name).then().body("mail", notNullValue()).body("dns", notNullValue());
        as(7).body(more).put("/v1/customers/" + name).then().statusCode(200);
    }

    @Test
    void aPartThatCannotBeAddedLeavesTheCustomerAsItWas() {
        String name = fresh();
        as(7).body("{\"domain\": \"%s.example\", \"dns\": {}}".formatted(name))
                .header("Prefer", "wait=20")
                .put("/v1/customers/" + name)
                .then()
                .statusCode(201);
        refuses("/v1/databases/.*", "$.name", name + "_shop", 409, problem(409, "name-taken", "/name"));
        String more =
                "{\"domain\": \"%1$s.example\", \"dns\": {}, \"mail\": {}, \"database\": {\"name\": \"%1$s_shop\", \"username\": \"u\"}}"
                        .formatted(name);

        JsonPath operation = done(as(7).body(more)
                .put("/v1/customers/" + name)
                .then()
                .statusCode(202)
                .extract()
                .path("id"));

        assertThat(operation.getString("status")).isEqualTo("failed");
        assertThat(deletions(operation, "mail")).hasSize(1);
        as(7).get("/v1/customers/" + name)
                .then()
                .body("status", is("active"))
                .body("mail", nullValue())
                .body("dns", notNullValue());
    }

    @Test
    void aDeletedCustomerIsGoneFromEveryService() {
        String name = fresh();
        done(post(whole(name)).getString("id"));

        JsonPath accepted = as(7).delete("/v1/customers/" + name)
                .then()
                .statusCode(202)
                .body("kind", is("deprovision"))
                .body("status", is("deleting"))
                .extract()
                .jsonPath();
        JsonPath operation = done(accepted.getString("id"));

        assertThat(operation.getString("status")).isEqualTo("deleted");
        for (String part : List.of("database", "mail", "dns")) {
            assertThat(deletions(operation, part)).hasSize(1).allSatisfy(deletion -> assertThat(
                            deletion.containsHeader("X-Operation-Undo"))
                    .isFalse());
        }
        as(7).get("/v1/customers/" + name).then().statusCode(404);
        as(7).delete("/v1/customers/" + name).then().statusCode(404);
        keyed(7).body(whole(name)).post("/v1/customers").then().statusCode(202);
    }

    @Test
    void deletingTwiceAtOnceIsOneOperation() throws Exception {
        String name = fresh();
        JsonPath made = done(post(whole(name)).getString("id"));
        services.register(WireMock.delete(urlPathEqualTo(resource(made, "mail")))
                .inScenario(name)
                .whenScenarioStateIs(Scenario.STARTED)
                .willReturn(aResponse().withStatus(503).withFixedDelay(500))
                .willSetStateTo("up"));

        List<Response> answers = atOnce(4, () -> as(7).delete("/v1/customers/" + name));

        assertThat(answers).allMatch(answer -> answer.statusCode() == 202);
        assertThat(new HashSet<>(answers.stream()
                        .<String>map(answer -> answer.path("id"))
                        .toList()))
                .hasSize(1);
        String id = answers.getFirst().path("id");
        as(7).post("/v1/operations/" + id + "/cancel").then().statusCode(409).body("type", endsWith("not-cancellable"));
        assertThat(done(id).getString("status")).isEqualTo("deleted");
    }

    @Test
    void aSuspendedCustomerIsShutOutOfEveryServiceAndLetInAgain() {
        String name = fresh();
        JsonPath made = done(post(whole(name)).getString("id"));

        done(as(7).post("/v1/customers/" + name + "/suspend")
                .then()
                .statusCode(202)
                .extract()
                .path("id"));

        as(7).get("/v1/customers/" + name).then().body("suspended", is(true)).body("status", is("active"));
        for (String part : List.of("database", "mail", "dns")) {
            services.verifyThat(1, putRequestedFor(urlPathEqualTo(resource(made, part) + "/suspension")));
        }
        done(as(7).post("/v1/customers/" + name + "/resume")
                .then()
                .statusCode(202)
                .extract()
                .path("id"));
        as(7).get("/v1/customers/" + name).then().body("suspended", is(false));
        for (String part : List.of("database", "mail", "dns")) {
            services.verifyThat(1, deleteRequestedFor(urlPathEqualTo(resource(made, part) + "/suspension")));
        }
    }

    @Test
    void aSuspensionThatFailsInOnePartIsTakenBackInTheOthers() {
        String name = fresh();
        JsonPath made = done(post(whole(name)).getString("id"));
        services.register(put(urlPathEqualTo(resource(made, "dns") + "/suspension"))
                .willReturn(aResponse().withStatus(404)));

        JsonPath operation = done(as(7).post("/v1/customers/" + name + "/suspend")
                .then()
                .statusCode(202)
                .extract()
                .path("id"));

        assertThat(operation.getString("status")).isEqualTo("failed");
        services.verifyThat(1, deleteRequestedFor(urlPathEqualTo(resource(made, "mail") + "/suspension")));
        as(7).get("/v1/customers/" + name).then().body("suspended", is(false)).body("status", is("active"));
    }

    @Test
    void whatIsSoAlreadyIsNotDoneAgain() {
        String name = fresh();
        JsonPath made = done(post(whole(name)).getString("id"));

        as(7).post("/v1/customers/" + name + "/resume").then().statusCode(200).body("suspended", is(false));
        done(as(7).post("/v1/customers/" + name + "/suspend").then().extract().path("id"));
        as(7).post("/v1/customers/" + name + "/suspend")
                .then()
                .statusCode(200)
                .body("id", is(name))
                .body("suspended", is(true));

        for (String part : List.of("database", "mail", "dns")) {
            services.verifyThat(1, putRequestedFor(urlPathEqualTo(resource(made, part) + "/suspension")));
            services.verifyThat(0, deleteRequestedFor(urlPathEqualTo(resource(made, part) + "/suspension")));
        }
    }

    @Test
    void aSuspensionThatFailedIsNotTriedAgainWhenItWasDoneMeanwhile() {
        String name = fresh();
        JsonPath made = done(post(whole(name)).getString("id"));
        var stub = services.register(put(urlPathEqualTo(resource(made, "dns") + "/suspension"))
                .willReturn(aResponse().withStatus(404)));
        String failed = done(as(7).post("/v1/customers/" + name + "/suspend")
                        .then()
                        .extract()
                        .path("id"))
                .getString("id");
        services.removeStubMapping(stub);

        JsonPath again = as(7).post("/v1/operations/" + failed + "/retry")
                .then()
                .statusCode(202)
                .extract()
                .jsonPath();

        assertThat(done(again.getString("id")).getString("status")).isEqualTo("active");
        as(7).post("/v1/operations/" + failed + "/retry").then().statusCode(409);
    }

    @Test
    void aCustomerOfADomainOnlyIsActiveAtOnce() {
        String name = fresh();

        as(7).body("{\"domain\": \"" + name + ".example\"}")
                .header("Prefer", "wait=20")
                .put("/v1/customers/" + name)
                .then()
                .statusCode(201)
                .body("status", is("active"))
                .body("database", nullValue())
                .body("mail", nullValue())
                .body("dns", nullValue());

        as(7).get("/v1/operations?customerId=" + name)
                .then()
                .body("items", hasSize(1))
                .body("items[0].status", is("active"))
                .body("items[0].steps", hasSize(0));
        done(as(7).post("/v1/customers/" + name + "/suspend")
                .then()
                .statusCode(202)
                .extract()
                .path("id"));
        done(as(7).delete("/v1/customers/" + name)
                .then()
                .statusCode(202)
                .extract()
                .path("id"));
        as(7).get("/v1/customers/" + name).then().statusCode(404);
    }

    @Test
    void moreMailboxesThanOneRequestMayMakeAreRefused() {
        String mailboxes = java.util.stream.IntStream.rangeClosed(0, 100)
                .mapToObj("{\"email\": \"m%d@a.example\"}"::formatted)
                .collect(java.util.stream.Collectors.joining(","));

        refusedAtOnce(
                "{\"domain\": \"a.example\", \"mail\": {\"mailboxes\": [" + mailboxes + "]}}", 400, "/mail/mailboxes");
    }

    @Test
    void whatIsCancelledIsUndone() {
        String name = fresh();
        refuses("/v1/zones/.*", "$.domain", name + ".example", 503, "");
        JsonPath accepted = post(whole(name));
        String id = accepted.getString("id");

        as(7).post("/v1/operations/" + id + "/cancel").then().statusCode(202).body("id", is(id));

        JsonPath operation = done(id);
        assertThat(operation.getString("status")).isEqualTo("failed");
        as(7).post("/v1/operations/" + id + "/cancel")
                .then()
                .statusCode(409)
                .body("type", endsWith("operation-finished"));
        as(7).post("/v1/operations/" + UUID.randomUUID() + "/cancel").then().statusCode(404);
    }

    @Test
    void nothingOfAnotherTenantIsSeen() {
        String name = fresh();
        JsonPath accepted = post(whole(name));
        String id = accepted.getString("id");

        for (String path : List.of("", "/logs", "/events")) {
            as(8).get("/v1/operations/" + id + path).then().statusCode(404).contentType("application/problem+json");
        }
        as(8).get("/v1/customers/" + name).then().statusCode(404);
        as(8).delete("/v1/customers/" + name).then().statusCode(404);
        as(8).post("/v1/customers/" + name + "/suspend").then().statusCode(404);
        as(8).post("/v1/operations/" + id + "/cancel").then().statusCode(404);
        as(8).post("/v1/operations/" + id + "/retry").then().statusCode(404);
        as(8).get("/v1/operations?customerId=" + name).then().statusCode(200).body("items", hasSize(0));

        assertThat(done(id).getString("status")).isEqualTo("active");
    }

    @Test
    void anOperatorSaysForWhichTenantAndSeesAll() {
        String name = fresh();
        RequestSpecification operator =
                given().header("Authorization", "Bearer " + Tokens.operator()).contentType("application/json");
        String body = "{\"tenantId\": 9, \"domain\": \"" + name + ".example\"}";
        given().spec(operator)
                .body("{\"domain\": \"x.example\"}")
                .put("/v1/customers/" + name)
                .then()
                .statusCode(400);

        given().spec(operator)
                .body(body)
                .put("/v1/customers/" + name)
                .then()
                .statusCode(202)
                .body("tenantId", is(9));

        given().spec(operator)
                .get("/v1/customers/" + name)
                .then()
                .statusCode(200)
                .body("tenantId", is(9));
        as(9).get("/v1/customers/" + name).then().statusCode(200);
        as(7).body("{\"domain\": \"x.example\"}")
                .put("/v1/customers/" + name)
                .then()
                .statusCode(202);
        given().spec(operator).get("/v1/customers/" + name).then().statusCode(400);
        given().spec(operator)
                .get("/v1/customers/" + name + "?tenantId=7")
                .then()
                .statusCode(200);
    }

    @Test
    void listsPageByKey() {
        long tenant = 1_000_000 + System.nanoTime() % 1_000_000;
        HashSet<String> made = new HashSet<>();
        for (int i = 0; i < 5; i++) {
            String name = fresh();
            made.add(name);
            as(tenant)
                    .body("{\"domain\": \"" + name + ".example\"}")
                    .put("/v1/customers/" + name)
                    .then()
                    .statusCode(202);
        }

        List<String> customers = pages(tenant, "/v1/customers", "id");
        List<String> operations = pages(tenant, "/v1/operations", "customerId");

        assertThat(customers).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(made);
        assertThat(operations).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(made);
        as(tenant).get("/v1/operations?kind=deprovision").then().body("items", hasSize(0));
        as(tenant).get("/v1/operations?kind=nonsense").then().statusCode(400);
    }

    @Test
    void aListIsNotNarrowedToWhatCannotBe() {
        for (String query : List.of("customerId=%00", "customerId=A", "status=%00", "kind=%00")) {
            as(7).urlEncodingEnabled(false)
                    .get("/v1/operations?" + query)
                    .then()
                    .statusCode(400)
                    .contentType("application/problem+json");
        }
    }

    @Test
    void aTextThatPostgresqlCannotKeepIsRefused() {
        for (String bad : List.of("\\u0000", "\\ud800", "\\udc00")) {
            refusedAtOnce(
                    "{\"domain\": \"a.example\", \"database\": {\"name\": \"x%s\", \"username\": \"u\"}}"
                            .formatted(bad),
                    400,
                    "/database/name");
        }
        String name = fresh();
        refuses(
                "/v1/zones/.*",
                "$.domain",
                name + ".example",
                400,
                problem(400, "malformed", "/records").replace("Not like", "\\u0000Not like"));

        JsonPath operation = done(post("{\"domain\": \"%s.example\", \"dns\": {}}".formatted(name))
                .getString("id"));

        assertThat(operation.getString("error.detail")).isEqualTo("Not like that.");
    }

    private static List<String> pages(long tenant, String path, String field) {
        List<String> seen = new ArrayList<>();
        String token = "";
        for (int page = 0; page < 10 && token != null; page++) {
            Response answer = as(tenant)
                    .queryParam("pageSize", 2)
                    .queryParam("pageToken", token)
                    .get(path);
            assertThat(answer.statusCode()).isEqualTo(200);
            seen.addAll(answer.<List<String>>path("items." + field));
            token = answer.path("nextPageToken");
        }
        return seen;
    }

    @Test
    void anETagSavesReadingItAgain() {
        String name = fresh();
        String id = done(post(whole(name)).getString("id")).getString("id");

        for (String path : List.of("/v1/operations/" + id, "/v1/customers/" + name)) {
            String etag = as(7).get(path).then().statusCode(200).extract().header("ETag");
            as(7).header("If-None-Match", etag).get(path).then().statusCode(304);
            as(7).header("If-None-Match", "\"r0\"").get(path).then().statusCode(200);
        }
    }

    @Test
    void theLogTellsWhatHappenedInOrder() {
        String name = fresh();
        String id = done(post(whole(name)).getString("id")).getString("id");

        JsonPath log = as(7).get("/v1/operations/" + id + "/logs")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        List<Integer> numbers = log.getList("items.seq");
        assertThat(numbers.getFirst()).isEqualTo(1);
        assertThat(numbers)
                .isEqualTo(java.util.stream.IntStream.rangeClosed(1, numbers.size())
                        .boxed()
                        .toList());
        assertThat(log.<String>getList("items.code"))
                .startsWith("accepted")
                .contains("started", "done")
                .endsWith("active");
        as(7).get("/v1/operations/" + id + "/logs?afterSeq=1")
                .then()
                .body("items", hasSize(numbers.size() - 1))
                .body("items[0].seq", is(2));
    }

    @Test
    void theLogIsStreamedAndEndsWithTheOperation() {
        String name = fresh();
        String id = post(whole(name)).getString("id");

        Response stream = as(7).accept("text/event-stream").get("/v1/operations/" + id + "/events");

        assertThat(stream.statusCode()).isEqualTo(200);
        assertThat(stream.contentType()).startsWith("text/event-stream");
        String text = stream.asString();
        List<String> ids = ids(text);
        assertThat(ids.getFirst()).isEqualTo("1");
        assertThat(text).contains("event:log", "event:done");
        String resumed = as(7).accept("text/event-stream")
                .header("Last-Event-ID", "2")
                .get("/v1/operations/" + id + "/events")
                .asString();
        assertThat(ids(resumed)).isEqualTo(ids.subList(2, ids.size()));
        as(7).accept("text/event-stream")
                .header("Last-Event-ID", ids.getLast())
                .get("/v1/operations/" + id + "/events")
                .then()
                .statusCode(204);
    }

    private static List<String> ids(String stream) {
        return stream.lines()
                .filter(line -> line.startsWith("id:"))
                .map(line -> line.substring(3).strip())
                .toList();
    }

    @Test
    void anOperationWhoseWorkerDiedIsFinishedByTheNext() throws SQLException {
        String name = fresh();
        UUID operation = UUID.randomUUID();
        UUID customer = UUID.randomUUID();
        try (Connection sql = PostgresResource.Superuser.connect("hostwright_gateway");
                Statement statement = sql.createStatement()) {
            sql.setAutoCommit(false);
            statement.execute("""
                    INSERT INTO customer (id, tenant_id, public_id, status, desired, operation_id)
                    VALUES ('%2$s', 7, '%3$s', 'provisioning', '{"domain": "%3$s.example", "dns": {"records": []}}', '%1$s');
                    INSERT INTO operation (id, tenant_id, customer_id, public_id, kind, status, phase, request, last_seq, fence, attempt,
                                           lease_owner, lease_until, next_run_at, deadline_at)
                    VALUES ('%1$s', 7, '%2$s', '%3$s', 'provision', 'provisioning', 'running',
                            '{"domain": "%3$s.example", "dns": {"records": []}}', 0, nextval('operation_fence'), 1,
                            gen_random_uuid(), now() + interval '1 second', now() + interval '1 second', now() + interval '15 minutes');
                    INSERT INTO step (operation_id, tenant_id, name, position, resource_id, state, attempt, started_at)
                    VALUES ('%1$s', 7, 'dns', 1, '%2$s', 'started', 1, now());
                    """.formatted(operation, customer, name));
            sql.commit();
        }

        JsonPath ended = done(operation.toString());

        assertThat(ended.getString("status")).isEqualTo("active");
        assertThat(ended.getInt("attempt")).isEqualTo(2);
        assertThat(ended.getInt("steps[0].attempt")).isEqualTo(2);
    }

    @Test
    void anOlderOwnerWritesNothing() throws SQLException {
        String name = fresh();
        services.register(put(urlPathMatching("/v1/zones/.*"))
                .inScenario(name)
                .whenScenarioStateIs(Scenario.STARTED)
                .withRequestBody(matchingJsonPath("$.domain", equalTo(name + ".example")))
                .willReturn(aResponse()
                        .withStatus(400)
                        .withBody(problem(400, "malformed", ""))
                        .withFixedDelay(700))
                .willSetStateTo("up"));
        String id = post("{\"id\": \"%1$s\", \"domain\": \"%1$s.example\", \"dns\": {}}".formatted(name))
                .getString("id");
        until(id, operation -> stepStatus(operation, "dns").equals("provisioning"));

        // Another replica takes it over, while the answer for this one is still on its way.
        try (Connection sql = PostgresResource.Superuser.connect("hostwright_gateway");
                PreparedStatement statement = sql.prepareStatement("""
                        UPDATE operation
                           SET fence = nextval('operation_fence'), next_run_at = now() + interval '1 second',
                               lease_owner = gen_random_uuid(), lease_until = now() + interval '1 second'
                         WHERE id = ?::uuid
                        """)) {
            statement.setString(1, id);
            assertThat(statement.executeUpdate()).isEqualTo(1);
        }
        JsonPath operation = done(id);

        assertThat(operation.getString("status")).isEqualTo("active");
        assertThat(as(7).get("/v1/operations/" + id + "/logs").<List<String>>path("items.code"))
                .doesNotContain("refused", "rolling-back");
    }

    private static <T> List<T> atOnce(int clients, Callable<T> call) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
            List<T> answers = new ArrayList<>();
            for (Future<T> answer : threads.invokeAll(Collections.nCopies(clients, call))) {
                answers.add(answer.get());
            }
            return answers;
        }
    }
}
