package dev.hostwright.dns.rrset;

import static dev.hostwright.dns.Api.as;
import static dev.hostwright.dns.Api.atOnce;
import static dev.hostwright.dns.Api.domain;
import static dev.hostwright.dns.Api.json;
import static dev.hostwright.dns.Api.lines;
import static dev.hostwright.dns.Api.post;
import static dev.hostwright.dns.Api.serial;
import static dev.hostwright.dns.Api.zone;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.nullValue;

import dev.hostwright.contract.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "dns"))
class RecordResourceTest {

    private static final String A = "{'name': 'a', 'type': 'A', 'content': '192.0.2.1'}";

    private static String id(Response answer) {
        return answer.then().statusCode(201).extract().path("id");
    }

    /** The id of the only record of an owner and type. */
    private static String idOf(String zone, String owner, String type) {
        return as(7).get(zone + "/rrsets/" + owner + "/" + type).path("records[0].id");
    }

    private static void isRefusedWithoutAChange(String zone, String record, int status, String type) {
        long serial = serial(zone);
        List<String> before = lines(zone);

        post(zone, record)
                .then()
                .statusCode(status)
                .contentType("application/problem+json")
                .body("type", endsWith(type));

        assertThat(serial(zone)).isEqualTo(serial);
        assertThat(lines(zone)).isEqualTo(before);
    }

    @Test
    void createsDnsRecord() {
        String domain = domain();
        String zone = zone(domain);

        Response answer = post(zone, "{'name': 'Shop', 'type': 'a', 'content': '192.0.2.10'}");

        answer.then()
                .statusCode(201)
                .header("Location", endsWith(zone + "/records/" + answer.path("id")))
                .body("zoneId", endsWith(zone.substring(10)))
                .body("name", equalTo("shop." + domain))
                .body("type", equalTo("A"))
                .body("content", equalTo("192.0.2.10"))
                .body("ttl", equalTo(3600))
                .body("prio", nullValue());
        as(7).get(zone + "/records/" + answer.path("id"))
                .then()
                .statusCode(200)
                .body("name", equalTo("shop." + domain));
        assertThat(lines(zone)).contains("shop." + domain + ". 3600 IN A 192.0.2.10");
    }

    @Test
    void createsMxRecordWithPriority() {
        String zone = zone();

        post(zone, "{'name': '@', 'type': 'MX', 'content': 'mx2.example.net', 'prio': 20}")
                .then()
                .statusCode(201)
                .body("content", equalTo("mx2.example.net."))
                .body("prio", equalTo(20));
        post(zone, "{'name': '@', 'type': 'MX', 'content': '30 mx3.example.net'}")
                .then()
                .statusCode(201)
                .body("content", equalTo("mx3.example.net."))
                .body("prio", equalTo(30));
        isRefusedWithoutAChange(
                zone, "{'name': '@', 'type': 'MX', 'content': '30 mx4.example.net', 'prio': 40}", 422, "invalid");
    }

    @Test
    void incrementsZoneSerialOnRecordCreation() {
        String zone = zone();
        long before = serial(zone);

        Response answer = post(zone, A);

        assertThat(answer.jsonPath().getLong("serial")).isEqualTo(before + 1);
        assertThat(serial(zone)).isEqualTo(before + 1);
        assertThat(lines(zone).get(1)).contains(" IN SOA ").contains(" " + (before + 1) + " ");
    }

    @Test
    void deletesDnsRecord() {
        String zone = zone();
        String record = zone + "/records/" + id(post(zone, A));
        long serial = serial(zone);

        as(7).delete(record).then().statusCode(204);
        assertThat(serial(zone)).isEqualTo(serial + 1);
        as(7).delete(record).then().statusCode(204);

        as(7).get(record).then().statusCode(404);
        assertThat(serial(zone)).as("deleting nothing is no change").isEqualTo(serial + 1);
    }

    @Test
    void takesEveryTypeThatThereIs() {
        String zone = zone();

        for (String record : List.of(
                "{'name': 'a', 'type': 'A', 'content': '192.0.2.1'}",
                "{'name': 'a', 'type': 'AAAA', 'content': '2001:db8::1'}",
                "{'name': 'c', 'type': 'CNAME', 'content': 'a'}",
                "{'name': 'm', 'type': 'MX', 'content': 'a', 'prio': 0}",
                "{'name': 't', 'type': 'TXT', 'content': 'v=spf1 -all'}",
                "{'name': 'n', 'type': 'NS', 'content': 'ns1.example.net'}",
                "{'name': '@', 'type': 'SOA', 'content': 'ns1.example.net. admin.example.net. 1 2 3 4 5'}",
                "{'name': '_s._tcp', 'type': 'SRV', 'content': '0 443 a', 'prio': 1}",
                "{'name': '1', 'type': 'PTR', 'content': 'host.example.net'}",
                "{'name': '@', 'type': 'CAA', 'content': '0 issue \\\"ca.example.net\\\"'}")) {
            post(zone, record).then().statusCode(201);
        }

        for (String type : List.of("LUA", "ALIAS", "ANY", "TYPE1", "RRSIG", "NSEC", "OPT", "AXFR", "")) {
            post(zone, "{'name': 'a', 'type': '%s', 'content': '192.0.2.1'}".formatted(type))
                    .then()
                    .statusCode(400)
                    .body("errors.pointer", contains("/type"));
        }
    }

    @Test
    void aMalformedValueIsPointedAtAndNothingIsStored() {
        String zone = zone();
        List<String> before = lines(zone);

        for (String[] refused : new String[][] {
            {"/name", "{'name': 'a b', 'type': 'A', 'content': '192.0.2.1'}"},
            {"/name", "{'name': 'a.example.net.', 'type': 'A', 'content': '192.0.2.1'}"},
            {"/name", "{'type': 'A', 'content': '192.0.2.1'}"},
            {"/content", "{'name': 'a', 'type': 'A', 'content': '192.0.2.1;drop'}"},
            {"/content", "{'name': 'a', 'type': 'A'}"},
            {"/content", "{'name': 'a', 'type': 'TXT', 'content': '\\u0000'}"},
            {"/ttl", "{'name': 'a', 'type': 'A', 'content': '192.0.2.1', 'ttl': -1}"},
            {"/ttl", "{'name': 'a', 'type': 'A', 'content': '192.0.2.1', 'ttl': 2147483648}"},
            {"/ttl", "{'name': 'a', 'type': 'A', 'content': '192.0.2.1', 'ttl': '3600'}"},
            {"/ttl", "{'name': 'a', 'type': 'A', 'content': '192.0.2.1', 'ttl': '1h'}"},
            {"/ttl", "{'name': 'a', 'type': 'A', 'content': '192.0.2.1', 'ttl': 3600.5}"},
            {"/ttl", "{'name': 'a', 'type': 'A', 'content': '192.0.2.1', 'ttl': true}"},
            {"/prio", "{'name': 'a', 'type': 'MX', 'content': 'mail', 'prio': 65536}"},
            {"/prio", "{'name': 'a', 'type': 'MX', 'content': 'mail', 'prio': '10'}"},
            {"/content", "{'name': 'a', 'type': 'MX', 'content': 'mail'}"},
        }) {
            post(zone, refused[1]).then().statusCode(400).body("errors.pointer", contains(refused[0]));
        }

        assertThat(lines(zone)).isEqualTo(before);
        post(zone, "{'name': 'a', 'type': 'A', 'content': '192.0.2.1', 'ttl': null}")
                .then()
                .statusCode(201)
                .body("ttl", equalTo(3600));
    }

    @Test
    void aCnameIsAlone() {
        String zone = zone();
        post(zone, A).then().statusCode(201);

        isRefusedWithoutAChange(zone, "{'name': 'a', 'type': 'CNAME', 'content': 'b'}", 409, "cname-alone");
        isRefusedWithoutAChange(zone, "{'name': 'www', 'type': 'A', 'content': '192.0.2.1'}", 409, "cname-alone");
        isRefusedWithoutAChange(zone, "{'name': 'www', 'type': 'CNAME', 'content': 'b'}", 409, "cname-alone");
        isRefusedWithoutAChange(zone, "{'name': '@', 'type': 'CNAME', 'content': 'b'}", 422, "invalid");
        isRefusedWithoutAChange(zone, "{'name': 'b', 'type': 'CNAME', 'content': 'b'}", 422, "invalid");
    }

    @Test
    void theSameDataIsThereOnce() {
        String zone = zone();
        post(zone, "{'name': 'a', 'type': 'AAAA', 'content': '::1'}").then().statusCode(201);
        post(zone, "{'name': 'a', 'type': 'MX', 'content': '10 mail.example.net.'}")
                .then()
                .statusCode(201);

        isRefusedWithoutAChange(zone, "{'name': 'A', 'type': 'AAAA', 'content': '0::1'}", 409, "duplicate");
        isRefusedWithoutAChange(
                zone, "{'name': 'a', 'type': 'MX', 'content': 'Mail.Example.NET', 'prio': 10}", 409, "duplicate");
    }

    @Test
    void anRRsetHasOneTtl() {
        String zone = zone();
        String first = id(post(zone, "{'name': 'a', 'type': 'A', 'content': '192.0.2.1', 'ttl': 300}"));

        isRefusedWithoutAChange(
                zone, "{'name': 'a', 'type': 'A', 'content': '192.0.2.2', 'ttl': 600}", 409, "rrset-ttl");
        post(zone, "{'name': 'a', 'type': 'A', 'content': '192.0.2.2'}")
                .then()
                .statusCode(201)
                .body("ttl", equalTo(300));
        as(7).body(json("{'name': 'a', 'type': 'A', 'content': '192.0.2.1', 'ttl': 600}"))
                .put(zone + "/records/" + first)
                .then()
                .statusCode(409);
        post(zone, "{'name': 'a', 'type': 'AAAA', 'content': '::1', 'ttl': 600}")
                .then()
                .statusCode(201);
    }

    @Test
    void aNullMxIsAlone() {
        String zone = zone();
        isRefusedWithoutAChange(zone, "{'name': '@', 'type': 'MX', 'content': '0 .'}", 409, "null-mx");
        post(zone, "{'name': 'a', 'type': 'MX', 'content': '0 .'}").then().statusCode(201);

        isRefusedWithoutAChange(zone, "{'name': 'a', 'type': 'MX', 'content': '10 mail'}", 409, "null-mx");
    }

    @Test
    void theApexKeepsItsSoaAndAnNs() {
        String zone = zone();
        String soa = idOf(zone, "@", "SOA");
        List<String> servers = as(7).get(zone + "/rrsets/@/NS").path("records.id");

        as(7).delete(zone + "/records/" + soa).then().statusCode(409).body("type", endsWith("apex-soa"));
        as(7).delete(zone + "/rrsets/@/SOA").then().statusCode(409);
        as(7).delete(zone + "/rrsets/@/NS").then().statusCode(409).body("type", endsWith("apex-ns"));
        as(7).delete(zone + "/records/" + servers.get(0)).then().statusCode(204);
        as(7).delete(zone + "/records/" + servers.get(1)).then().statusCode(409);
        as(7).body(json("{'name': 'a', 'type': 'NS', 'content': 'ns1.example.net'}"))
                .put(zone + "/records/" + servers.get(1))
                .then()
                .statusCode(409);
    }

    @Test
    void aSoaIsReplacedButForItsSerial() {
        String domain = domain();
        String zone = zone(domain);
        String id = idOf(zone, "@", "SOA");
        long serial = serial(zone);
        String soa =
                "{'name': '@', 'type': 'SOA', 'content': 'ns1.example.net. admin.example.net. 1 7200 900 604800 300'}";

        post(zone, soa)
                .then()
                .statusCode(201)
                .body("id", equalTo(id))
                .body(
                        "content",
                        equalTo("ns1.example.net. admin.example.net. %d 7200 900 604800 300".formatted(serial + 1)));
        post(zone, soa).then().statusCode(201);

        assertThat(serial(zone)).as("the same again is no change").isEqualTo(serial + 1);
        isRefusedWithoutAChange(zone, soa.replace("'@'", "'a'"), 422, "invalid");
        as(7).body(json(soa.replace("7200", "7201")))
                .put(zone + "/records/" + id)
                .then()
                .statusCode(200)
                .body(
                        "content",
                        equalTo("ns1.example.net. admin.example.net. %d 7201 900 604800 300".formatted(serial + 2)));
        assertThat(lines(zone)).filteredOn(line -> line.contains(" IN SOA ")).hasSize(1);
    }

    @Test
    void puttingARecordMakesItOrReplacesItUnderItsId() {
        String domain = domain();
        String zone = zone(domain);
        String path = zone + "/records/" + UUID.randomUUID();
        long serial = serial(zone);

        as(7).body(json(A)).put(path).then().statusCode(201);
        as(7).body(json(A)).put(path).then().statusCode(200);
        assertThat(serial(zone)).as("the same again is no change").isEqualTo(serial + 1);
        as(7).body(json("{'name': 'b', 'type': 'CNAME', 'content': 'c'}"))
                .put(path)
                .then()
                .statusCode(200)
                .body("id", endsWith(path.substring(path.length() - 36)))
                .body("content", equalTo("c." + domain + "."));

        assertThat(serial(zone)).isEqualTo(serial + 2);
        assertThat(lines(zone)).noneMatch(line -> line.startsWith("a."));
        as(7).body(json(A))
                .put(zone() + path.substring(path.indexOf("/records")))
                .then()
                .statusCode(404)
                .body("type", endsWith("not-found"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "POST; /records; {'name': 'x', 'type': 'A', 'content': '192.0.2.1'}",
                "PUT; /records/00000000-0000-4000-8000-%1$012d; {'name': 'x', 'type': 'A', 'content': '192.0.2.1'}",
                "DELETE; /records/00000000-0000-4000-8000-%1$012d; ''",
                "PUT; /rrsets/x/A; {'records': [{'content': '192.0.2.1'}]}",
                "DELETE; /rrsets/x/A; ''",
                "PUT; /record-groups/mail; {'records': [{'name': 'x', 'type': 'A', 'content': '192.0.2.1'}]}",
                "DELETE; /record-groups/mail; ''",
                "PUT; /suspension; ''",
                "DELETE; /suspension; ''"
            })
    void everyWriteBelowAZoneChecksAndRaisesTheZonesFence(String method, String path, String body) {
        String zone = zone();
        String there = zone + path.formatted(System.nanoTime() % 1_000_000_000_000L);
        Consumer<Integer> isStale = fence -> fenced(fence, body)
                .request(method, there)
                .then()
                .statusCode(409)
                .body("type", endsWith("stale-fence"));
        fenced(20, "{'records': []}").put(zone + "/record-groups/other").then().statusCode(200);

        isStale.accept(19);
        fenced(21, body).request(method, there).then().statusCode(lessThan(300));

        isStale.accept(20);
        fenced(20, "").delete(zone).then().statusCode(409).body("type", endsWith("stale-fence"));
        fenced(21, "").delete(zone).then().statusCode(204);
    }

    private static RequestSpecification fenced(int number, String body) {
        RequestSpecification request =
                as(7).header("X-Operation-Id", UUID.randomUUID()).header("X-Operation-Fence", number);
        return body.length() > 2 ? request.body(json(body)) : request;
    }

    @Test
    void fiftyChangesAtOnceRaiseTheSerialByFifty() throws Exception {
        String zone = zone();
        long before = 2090010101;
        setSerial(zone, before);
        List<Callable<Response>> calls = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            String record = "{'name': 'n%d', 'type': 'A', 'content': '192.0.2.1'}".formatted(i);
            calls.add(() -> post(zone, record));
        }

        List<Response> answers = atOnce(calls);

        assertThat(answers).extracting(Response::statusCode).containsOnly(201);
        assertThat(answers)
                .extracting(answer -> answer.jsonPath().getLong("serial"))
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.rangeClosed(before + 1, before + 50).boxed().toList());
        assertThat(serial(zone)).isEqualTo(before + 50);
        assertThat(lines(zone)).filteredOn(line -> line.contains(" IN SOA ")).hasSize(1);
    }

    @Test
    void theHundredthChangeOfADayTakesFromTheNext() throws SQLException {
        String zone = zone();
        setSerial(zone, 2090010199);

        post(zone, A).then().statusCode(201);

        assertThat(serial(zone)).isEqualTo(2090010200);
        assertThat(lines(zone))
                .filteredOn(line -> line.contains(" SOA "))
                .singleElement()
                .asString()
                .contains(" 2090010200 ");
    }

    /**
     * As after changes on a day that is yet to come, so that no midnight within the test raises it by more than one.
     */
    private static void setSerial(String zone, long serial) throws SQLException {
        try (Connection database = PostgresResource.Superuser.connect("hostwright_dns");
                PreparedStatement sql =
                        database.prepareStatement("UPDATE dns_zones SET serial = ? WHERE id = ?::uuid")) {
            sql.setLong(1, serial);
            sql.setString(2, zone.substring("/v1/zones/".length()));
            assertThat(sql.executeUpdate()).isOne();
        }
    }

    @Test
    void theSameRecordPostedByManyAtOnceIsThereOnce() throws Exception {
        String zone = zone();
        List<Callable<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            calls.add(() -> post(zone, A).statusCode());
        }

        List<Integer> statuses = atOnce(calls);

        assertThat(statuses).containsOnlyOnce(201).containsOnly(201, 409);
    }

    @Test
    void aListOfRecordsPagesByKey() {
        String zone = zone();
        List<String> ids = new ArrayList<>();
        String token = "";
        while (token != null) {
            Response page = as(7).queryParam("pageSize", 2)
                    .queryParam("pageToken", token)
                    .get(zone + "/records");
            page.then().statusCode(200);
            ids.addAll(page.<List<String>>path("items.id"));
            token = page.path("nextPageToken");
        }

        assertThat(ids).hasSize(9).doesNotHaveDuplicates();
        as(7).queryParam("pageToken", "MTp4").get(zone + "/records").then().statusCode(400);
    }

    @Test
    void recordsOfNoZoneAreNotFound() {
        String zone = "/v1/zones/" + UUID.randomUUID();

        post(zone, A).then().statusCode(404);
        as(7).get(zone + "/records").then().statusCode(404);
        as(7).delete(zone + "/records/" + UUID.randomUUID()).then().statusCode(204);
        as(7).get(zone() + "/records/" + UUID.randomUUID()).then().statusCode(404);
    }

    @Test
    void anOlderOwnerOfAnOperationChangesNothing() {
        String zone = zone();
        String operation = UUID.randomUUID().toString();
        as(7).header("X-Operation-Id", operation)
                .header("X-Operation-Fence", 20)
                .body(json(A))
                .post(zone + "/records")
                .then()
                .statusCode(201);

        as(7).header("X-Operation-Id", operation)
                .header("X-Operation-Fence", 19)
                .body(json(A.replace("'a'", "'b'")))
                .post(zone + "/records")
                .then()
                .statusCode(409)
                .body("type", endsWith("stale-fence"));
    }
}
