package dev.hostwright.dns.rrset;

import static dev.hostwright.dns.Api.as;
import static dev.hostwright.dns.Api.domain;
import static dev.hostwright.dns.Api.json;
import static dev.hostwright.dns.Api.lines;
import static dev.hostwright.dns.Api.post;
import static dev.hostwright.dns.Api.serial;
import static dev.hostwright.dns.Api.zone;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import dev.hostwright.contract.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "dns"))
class RecordGroupResourceTest {

    private static final String MAIL = """
            {'records': [
              {'name': '@', 'type': 'MX', 'content': 'mx.example.net.', 'prio': 5, 'ttl': 600},
              {'name': '@', 'type': 'TXT', 'content': 'v=spf1 mx -all'},
              {'name': '_dmarc', 'type': 'TXT', 'content': 'v=DMARC1; p=none'}]}
            """;

    private static Response put(String zone, String body) {
        return as(7).body(json(body)).put(zone + "/record-groups/mail");
    }

    @Test
    void aGroupIsPutInOneChangeAndTakenOutAgain() {
        String zone = zone();
        List<String> before = lines(zone).subList(2, lines(zone).size());
        long serial = serial(zone);

        put(zone, MAIL)
                .then()
                .statusCode(200)
                .body("name", equalTo("mail"))
                .body("records.type", containsInAnyOrder("MX", "TXT", "TXT"))
                .body("records.find { it.type == 'MX' }.ttl", equalTo(3600));
        put(zone, MAIL).then().statusCode(200);
        assertThat(serial(zone)).as("the same again is no change").isEqualTo(serial + 1);
        as(7).get(zone + "/record-groups/mail").then().statusCode(200).body("records.size()", equalTo(3));
        as(7).delete(zone + "/record-groups/mail").then().statusCode(204);
        as(7).delete(zone + "/record-groups/mail").then().statusCode(204);

        assertThat(serial(zone)).isEqualTo(serial + 2);
        assertThat(lines(zone).subList(2, lines(zone).size())).isEqualTo(before);
    }

    @Test
    void whatTheUserHasOfHisOwnIsLeftAndNotTakenOut() {
        String domain = domain();
        String zone = zone(domain);
        post(zone, "{'name': '@', 'type': 'TXT', 'content': 'v=spf1 include:example.net ~all', 'ttl': 60}")
                .then()
                .statusCode(201);
        post(zone, "{'name': '_dmarc', 'type': 'TXT', 'content': 'V=DMARC1; p=reject'}")
                .then()
                .statusCode(201);
        post(zone, "{'name': '@', 'type': 'MX', 'content': '5 mx.example.net'}")
                .then()
                .statusCode(201);
        List<String> before = lines(zone);

        put(zone, MAIL).then().statusCode(200).body("records", empty());
        as(7).delete(zone + "/record-groups/mail").then().statusCode(204);

        assertThat(lines(zone)).isEqualTo(before);
    }

    /** As mail-service lists them, with a rotation of keys under way. */
    private static String mailOf(String domain) {
        String key = "x".repeat(237) + "\\\" \\\"" + "y".repeat(155);
        return """
                {'records': [
                  {'name': '@', 'type': 'MX', 'content': 'mail.%1$s.', 'prio': 10},
                  {'name': '@', 'type': 'TXT', 'content': '\\"v=spf1 mx -all\\"'},
                  {'name': 'hw261126203015r._domainkey', 'type': 'TXT', 'content': '\\"v=DKIM1; k=rsa; p=%2$s\\"'},
                  {'name': 'hw261126203015e._domainkey', 'type': 'TXT', 'content': '\\"v=DKIM1; k=ed25519; p=AA==\\"'},
                  {'name': 'hw271126203015r._domainkey', 'type': 'TXT', 'content': '\\"v=DKIM1; k=rsa; p=%2$s\\"'},
                  {'name': 'hw271126203015e._domainkey', 'type': 'TXT', 'content': '\\"v=DKIM1; k=ed25519; p=AA==\\"'},
                  {'name': '_dmarc', 'type': 'TXT', 'content': '\\"v=DMARC1; p=none\\"'},
                  {'name': '_smtp._tls', 'type': 'TXT', 'content': '\\"v=TLSRPTv1; rua=mailto:postmaster@%1$s\\"'},
                  {'name': '_submissions._tcp', 'type': 'SRV', 'content': '1 465 mail.%1$s.', 'prio': 0},
                  {'name': '_submission._tcp', 'type': 'SRV', 'content': '1 587 mail.%1$s.', 'prio': 0},
                  {'name': '_imaps._tcp', 'type': 'SRV', 'content': '1 993 mail.%1$s.', 'prio': 0},
                  {'name': '_imap._tcp', 'type': 'SRV', 'content': '0 0 .', 'prio': 0}]}
                """.formatted(domain, key);
    }

    @Test
    void allRecordsOfAMailDomainGoIntoItsZoneAndOutAgain() {
        String domain = domain();
        String zone = zone(domain);
        List<String> before = lines(zone).subList(2, lines(zone).size());

        // the usual MX of a new zone is the same
        put(zone, mailOf(domain)).then().statusCode(200).body("records", hasSize(11));
        assertThat(lines(zone)).anyMatch(line -> line.contains("p=" + "x".repeat(237) + "\" \"" + "y".repeat(155)));
        as(7).delete(zone + "/record-groups/mail").then().statusCode(204);

        assertThat(lines(zone).subList(2, lines(zone).size())).isEqualTo(before);
    }

    @Test
    void aServiceOrAReportOfTheUsersOwnIsNotSharedOut() {
        String domain = domain();
        String zone = zone(domain);
        post(zone, "{'name': '_imaps._tcp', 'type': 'SRV', 'content': '0 1 993 imap.example.net.'}")
                .then()
                .statusCode(201);
        post(zone, "{'name': '_smtp._tls', 'type': 'TXT', 'content': 'v=TLSRPTv1; rua=mailto:me@example.net'}")
                .then()
                .statusCode(201);

        put(zone, mailOf(domain))
                .then()
                .statusCode(200)
                .body("records", hasSize(9))
                .body("records.name", not(hasItem(startsWith("_imaps"))))
                .body("records.name", not(hasItem(startsWith("_smtp"))));
    }

    @Test
    void aGroupBecomesExactlyWhatIsPut() {
        String zone = zone();
        put(zone, MAIL).then().statusCode(200);
        String kept = as(7).get(zone + "/record-groups/mail").path("records.find { it.type == 'MX' }.id");

        put(zone, """
                        {'records': [
                          {'name': '@', 'type': 'MX', 'content': '5 MX.example.net'},
                          {'name': '@', 'type': 'MX', 'content': '5 mx.example.net.'},
                          {'name': 'k._domainkey', 'type': 'TXT', 'content': 'v=DKIM1; p=AAAA'}]}
                        """)
                .then()
                .statusCode(200)
                .body("records.type", containsInAnyOrder("MX", "TXT"))
                .body("records.find { it.type == 'MX' }.id", equalTo(kept));

        assertThat(lines(zone)).noneMatch(line -> line.contains("v=spf1"));
    }

    @Test
    void anRRsetWithAnotherTtlTakesTheGroupsRecordsIn() {
        String zone = zone();
        post(zone, "{'name': 'a', 'type': 'TXT', 'content': 'mine', 'ttl': 60}")
                .then()
                .statusCode(201);

        put(zone, "{'records': [{'name': 'a', 'type': 'TXT', 'content': 'yours', 'ttl': 600}]}")
                .then()
                .statusCode(200)
                .body("records[0].ttl", equalTo(60));
    }

    @Test
    void aGroupThatCannotBeIsRefusedAndNothingOfItIsStored() {
        String zone = zone();
        List<String> before = lines(zone);

        put(zone, """
                        {'records': [
                          {'name': 'a', 'type': 'A', 'content': '192.0.2.1'},
                          {'name': 'www', 'type': 'MX', 'content': '10 mail'}]}
                        """).then().statusCode(409);
        put(zone, "{'records': [{'name': 'a', 'type': 'A', 'content': 'x'}]}")
                .then()
                .statusCode(400)
                .body("errors.pointer", contains("/records/0/content"));
        as(7).body(json(MAIL)).put(zone + "/record-groups/No%20Name").then().statusCode(400);

        assertThat(lines(zone)).isEqualTo(before);
    }

    @Test
    void aGroupOfTenThousandRecordsIsPutAgainAndTakenOutAndOneMoreIsRefused() throws SQLException {
        String zone = zone();
        String all = many(10_000);
        analyze();

        put(zone, all).then().statusCode(200).body("records.size()", equalTo(10_000));
        long serial = serial(zone);
        put(zone, all).then().statusCode(200);
        assertThat(serial(zone)).as("the same again is no change").isEqualTo(serial);
        put(zone, all.replace("'A'", "'A', 'ttl': 600")).then().statusCode(200);
        assertThat(serial(zone)).as("all in one change").isEqualTo(serial + 1);
        put(zone, many(10_001)).then().statusCode(400).body("errors.pointer", contains("/records"));
        Response page =
                as(7).queryParam("pageSize", 1000).queryParam("pageToken", "").get(zone + "/rrsets");
        page.then().statusCode(200);
        assertThat(page.<Integer>path("items.sum { it.records.size() }")).isLessThan(6_000);
        Response next = as(7).queryParam("pageSize", 1000)
                .queryParam("pageToken", page.<String>path("nextPageToken"))
                .get(zone + "/rrsets");
        next.then().statusCode(200).body("items[0].records.size()", equalTo(2500));
        as(7).delete(zone + "/record-groups/mail").then().statusCode(204);
        assertThat(lines(zone)).hasSizeLessThan(20);
    }

    /** PostgreSQL plans by what it knows: now that zones are small. */
    private static void analyze() throws SQLException {
        try (Connection superuser = PostgresResource.Superuser.connect("hostwright_dns");
                Statement sql = superuser.createStatement()) {
            sql.execute("ANALYZE");
        }
    }

    /** Four RRsets. */
    private static String many(int count) {
        return IntStream.range(0, count)
                .mapToObj(
                        i -> "{'name': 'h%d', 'type': 'A', 'content': '10.0.%d.%d'}".formatted(i % 4, i / 256, i % 256))
                .collect(Collectors.joining(",", "{'records': [", "]}"));
    }

    @Test
    void aGroupOfNoZoneIsNotFoundAndCanBeTakenOut() {
        String zone = "/v1/zones/" + UUID.randomUUID();

        put(zone, MAIL).then().statusCode(404);
        as(7).get(zone + "/record-groups/mail").then().statusCode(404);
        as(7).delete(zone + "/record-groups/mail").then().statusCode(204);
    }

    @Test
    void aGroupThatIsPutLateIntoADeletedZoneIsRefused() {
        String zone = zone();
        as(7).header("X-Operation-Id", UUID.randomUUID())
                .header("X-Operation-Fence", 31)
                .delete(zone)
                .then()
                .statusCode(204);

        as(7).header("X-Operation-Id", UUID.randomUUID())
                .header("X-Operation-Fence", 30)
                .body(json(MAIL))
                .put(zone + "/record-groups/mail")
                .then()
                .statusCode(404)
                .body("type", endsWith("not-found"));

        as(7).get(zone).then().statusCode(404);
    }
}
