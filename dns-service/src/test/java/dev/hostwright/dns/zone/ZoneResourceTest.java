package dev.hostwright.dns.zone;

import static dev.hostwright.dns.Api.as;
import static dev.hostwright.dns.Api.asOperator;
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
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.hostwright.contract.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.specification.RequestSpecification;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Master;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

@QuarkusTest
@QuarkusTestResource(value = PostgresResource.class, initArgs = @ResourceArg(name = "service", value = "dns"))
class ZoneResourceTest {

    private static int create(long tenant, String domain) {
        return as(tenant)
                .body(json("{'domain': '%s'}", domain))
                .post("/v1/zones")
                .statusCode();
    }

    private static String today() {
        return LocalDate.now(ZoneOffset.UTC).format(DateTimeFormatter.BASIC_ISO_DATE);
    }

    @Test
    void createsDnsZone() {
        String domain = domain();
        String before = today();

        as(7).body(json("{'domain': '%s', 'type': 'MASTER'}", domain))
                .post("/v1/zones")
                .then()
                .statusCode(201)
                .header("Location", matchesPattern(".*/v1/zones/[0-9a-f-]{36}"))
                .body("id", notNullValue())
                .body("tenantId", equalTo(7))
                .body("domain", equalTo(domain))
                .body("type", equalTo("MASTER"))
                .body("serial.toString()", matchesPattern("(" + before + "|" + today() + ")01"))
                .body("nameServers", contains("ns1." + domain, "ns2." + domain))
                .body("status", equalTo("active"))
                .body("suspended", equalTo(false))
                .body("createdAt", matchesPattern("[0-9-]{10}T[0-9:.]+Z"))
                .body("updatedAt", notNullValue());
    }

    @Test
    void createsDefaultRecordsWithZone() {
        String d = domain();

        String zone = zone(d);

        long serial = serial(zone);
        assertThat(lines(zone))
                .containsExactlyInAnyOrder(
                        "$ORIGIN " + d + ".",
                        json("%1$s. 3600 IN SOA ns1.%1$s. admin.%1$s. %2$d 10800 3600 604800 3600", d, serial),
                        json("%1$s. 3600 IN NS ns1.%1$s.", d),
                        json("%1$s. 3600 IN NS ns2.%1$s.", d),
                        json("%1$s. 3600 IN A 127.0.0.1", d),
                        json("www.%1$s. 3600 IN CNAME %1$s.", d),
                        json("%1$s. 3600 IN MX 10 mail.%1$s.", d),
                        json("ns1.%1$s. 3600 IN A 127.0.0.1", d),
                        json("ns2.%1$s. 3600 IN A 127.0.0.1", d),
                        json("mail.%1$s. 3600 IN A 127.0.0.1", d));
    }

    @Test
    void preventsDuplicateDnsZones() {
        String domain = domain();
        assertThat(create(7, domain)).isEqualTo(201);

        for (long tenant : new long[] {7, 8}) {
            String answer = as(tenant)
                    .body(json("{'domain': '%s'}", domain.toUpperCase(java.util.Locale.ROOT) + "."))
                    .post("/v1/zones")
                    .then()
                    .statusCode(409)
                    .body("type", endsWith("domain-taken"))
                    .body("errors.pointer", hasItem("/domain"))
                    .extract()
                    .asString();
            assertThat(answer).doesNotContain("tenant");
        }
    }

    @Test
    void validatesDomainFormatAndRejectsInvalidDomains() {
        for (String invalid :
                List.of("", ".", "invalid", "in valid.com", "a..com", ".com", "co.uk", "x.test", "*.a.com")) {
            as(7).body(json("{'domain': '%s'}", invalid))
                    .post("/v1/zones")
                    .then()
                    .statusCode(400)
                    .contentType("application/problem+json")
                    .body("errors.pointer", hasItem("/domain"));
        }
    }

    @Test
    void deletesDnsZoneAndCascadesRecords() {
        String domain = domain();
        String zone = zone(domain);
        String record = post(zone, "{'name': 'a', 'type': 'A', 'content': '192.0.2.1'}")
                .then()
                .statusCode(201)
                .extract()
                .path("id");

        as(7).delete(zone).then().statusCode(204);

        as(7).get(zone).then().statusCode(404);
        as(7).get(zone + "/records/" + record).then().statusCode(404);
        as(7).get(zone + "/records").then().statusCode(404);
        assertThat(create(8, domain)).as("the domain is free again").isEqualTo(201);
    }

    @Test
    void aDeletionIsAChangeToo() {
        String zone = zone();
        String change = zone.substring("/v1/zones/".length()) + "-" + serial(zone);

        as(7).delete(zone).then().statusCode(204).header("Change-Id", change);

        as(7).get("/v1/changes/" + change).then().statusCode(200).body("id", equalTo(change));
        as(8).get("/v1/changes/" + change).then().statusCode(404);
        as(7).delete(zone).then().statusCode(204).header("Change-Id", nullValue());
    }

    @Test
    void recordsOfTheRequestStandBesideOrInsteadOfTheUsualOnes() {
        String d = domain();

        String zone = "/v1/zones/"
                + as(7).body(json("""
                                {'domain': '%s', 'records': [
                                  {'name': '@', 'type': 'A', 'content': '192.0.2.1', 'ttl': 60},
                                  {'name': '@', 'type': 'A', 'content': '192.0.2.2'},
                                  {'name': 'www', 'type': 'A', 'content': '192.0.2.3'},
                                  {'name': 'mail', 'type': 'CNAME', 'content': 'mx.example.net'},
                                  {'name': 'shop', 'type': 'TXT', 'content': 'hello; world'}]}
                                """, d))
                        .post("/v1/zones")
                        .then()
                        .statusCode(201)
                        .extract()
                        .<String>path("id");

        assertThat(lines(zone))
                .contains(
                        d + ". 60 IN A 192.0.2.1",
                        d + ". 60 IN A 192.0.2.2",
                        "www." + d + ". 3600 IN A 192.0.2.3",
                        "mail." + d + ". 3600 IN CNAME mx.example.net.",
                        "shop." + d + ". 3600 IN TXT \"hello; world\"")
                .noneMatch(line -> line.contains(" MX "))
                .noneMatch(line -> line.contains("www." + d + ". 3600 IN CNAME"))
                .noneMatch(line -> line.endsWith(d + ". 3600 IN A 127.0.0.1") && !line.startsWith("ns"));
    }

    @Test
    void ownNameServersTakeThePlaceOfTheUsualOnes() {
        String d = domain();

        as(7).body(json("""
                        {'domain': '%s', 'records': [
                          {'name': '@', 'type': 'NS', 'content': 'ns.example.net.'},
                          {'name': '@', 'type': 'NS', 'content': 'ns.example.com.'}]}
                        """, d))
                .post("/v1/zones")
                .then()
                .statusCode(201)
                .body("nameServers", contains("ns.example.net", "ns.example.com"));
    }

    @Test
    void recordsThatContradictEachOtherAreRefusedAndNothingIsStored() {
        String domain = domain();
        for (String records : List.of(
                "{'name': 'a', 'type': 'CNAME', 'content': 'x.net'}, {'name': 'a', 'type': 'A', 'content': '192.0.2.1'}",
                "{'name': 'a', 'type': 'A', 'content': '192.0.2.1'}, {'name': 'A', 'type': 'A', 'content': '192.0.2.1 '}",
                "{'name': 'a', 'type': 'A', 'content': '192.0.2.1', 'ttl': 1}, {'name': 'a', 'type': 'A', 'content': '192.0.2.2', 'ttl': 2}",
                "{'name': '@', 'type': 'MX', 'content': '0 .'}, {'name': '@', 'type': 'MX', 'content': '10 mail'}",
                "{'name': '@', 'type': 'CNAME', 'content': 'x.net'}",
                "{'name': 'a', 'type': 'SOA', 'content': 'ns1.x.net. admin.x.net. 1 2 3 4 5'}",
                "{'name': 'a', 'type': 'CNAME', 'content': 'a'}")) {
            as(7).body(json("{'domain': '%s', 'records': [%s]}", domain, records))
                    .post("/v1/zones")
                    .then()
                    .statusCode(422)
                    .body("errors.pointer[0]", matchesPattern("/records.*"));
        }

        assertThat(create(8, domain)).isEqualTo(201);
    }

    @Test
    void aMalformedRecordOfTheRequestIsPointedAt() {
        as(7).body(json("""
                        {'domain': '%s', 'records': [
                          {'name': 'a', 'type': 'A', 'content': '192.0.2.1'},
                          {'name': 'b', 'type': 'A', 'content': '192.0.2.256'}]}
                        """, domain()))
                .post("/v1/zones")
                .then()
                .statusCode(400)
                .body("errors.pointer", contains("/records/1/content"));
        as(7).body(json("{'domain': '%s', 'records': [null]}", domain()))
                .post("/v1/zones")
                .then()
                .statusCode(400);
    }

    @Test
    void puttingAgainWithAnotherRecordOrTypeIsRefused() {
        String path = "/v1/zones/" + UUID.randomUUID();
        String domain = domain();
        String body = json(
                "{'domain': '%s', 'records': [{'name': 'a', 'type': 'A', 'content': '192.0.2.1', 'ttl': 60}]}", domain);
        as(7).body(body).put(path).then().statusCode(201);

        as(7).body(body).put(path).then().statusCode(200);
        as(7).body(json("{'domain': '%s'}", domain)).put(path).then().statusCode(200);
        as(7).body(body.replace("192.0.2.1", "192.0.2.2"))
                .put(path)
                .then()
                .statusCode(409)
                .body("type", endsWith("differs"));
        as(7).body(body.replace("60", "61")).put(path).then().statusCode(409);
        as(7).body(json("{'domain': '%s', 'type': 'NATIVE'}", domain))
                .put(path)
                .then()
                .statusCode(409);
    }

    @Test
    void aChildOrAParentOfAnothersDomainIsTaken() {
        String domain = domain();
        assertThat(create(7, "a." + domain)).isEqualTo(201);

        assertThat(create(8, domain)).isEqualTo(409);
        assertThat(create(8, "b." + domain)).isEqualTo(409);
        assertThat(create(8, "b.a." + domain)).isEqualTo(409);

        assertThat(create(7, domain)).isEqualTo(201);
        assertThat(create(7, "b.a." + domain)).isEqualTo(201);
        assertThat(create(8, "evil" + domain)).isEqualTo(201);
    }

    @Test
    void aDomainIsFreeOnlyWhenItsLastZoneIsGone() {
        String domain = domain();
        String parent = zone(domain);
        String child = zone("a." + domain);

        as(7).delete(parent).then().statusCode(204);
        assertThat(create(8, domain)).isEqualTo(409);
        as(7).delete(child).then().statusCode(204);

        assertThat(create(8, domain)).isEqualTo(201);
    }

    @Test
    void ofTwoTenantsThatRaceForParentAndChildOneWins() throws Exception {
        for (int round = 0; round < 200; round++) {
            String parent = domain();
            String child = "a." + parent;
            // each of the two is the one that is sent first as often as the other
            boolean parentFirst = round % 2 == 0;

            List<Integer> statuses = atOnce(List.<Callable<Integer>>of(
                    () -> create(7, parentFirst ? parent : child), () -> create(8, parentFirst ? child : parent)));

            assertThat(statuses).containsExactlyInAnyOrder(201, 409);
        }
    }

    @Test
    void networksOfTwoTenantsDoNotOverlap() {
        int octet = (int) (System.nanoTime() % 200) + 10;
        assertThat(create(7, "1.%d.10.in-addr.arpa".formatted(octet))).isEqualTo(201);

        assertThat(createWide(8, "%d.10.in-addr.arpa".formatted(octet))).isEqualTo(409);
        assertThat(create(8, "0/25.1.%d.10.in-addr.arpa".formatted(octet))).isEqualTo(409);

        assertThat(createWide(7, "%d.10.in-addr.arpa".formatted(octet))).isEqualTo(201);
        assertThat(create(8, "1.%d.11.in-addr.arpa".formatted(octet))).isEqualTo(201);
    }

    private static int createWide(long tenant, String domain) {
        return asOperator()
                .body(json("{'domain': '%s', 'tenantId': %d}", domain, tenant))
                .post("/v1/zones")
                .statusCode();
    }

    @Test
    void aTenantHasNoReverseZoneOfMoreThanASlash24() {
        assertThat(create(7, "192.in-addr.arpa")).isEqualTo(403);
        assertThat(create(7, "%d.12.in-addr.arpa".formatted(System.nanoTime() % 250)))
                .isEqualTo(403);
        assertThat(create(7, "0.2.ip6.arpa")).isEqualTo(403);
    }

    @Test
    void aReverseZoneHasNoMailAndNoWww() {
        String d = "1.%d.%d.in-addr.arpa".formatted(System.nanoTime() % 250, 100 + System.nanoTime() / 1000 % 100);

        String zone = zone(d);

        assertThat(lines(zone))
                .hasSize(6)
                .contains(json("%1$s. 3600 IN NS ns1.%1$s.", d), json("ns1.%1$s. 3600 IN A 127.0.0.1", d));
        post(zone, "{'name': '5', 'type': 'PTR', 'content': 'host.example.com'}")
                .then()
                .statusCode(201)
                .body("content", equalTo("host.example.com."));
    }

    @Test
    void aSlaveZoneHasAMasterAndNoRecordsOfOurs() {
        String zone = "/v1/zones/"
                + as(7).body(json("{'domain': '%s', 'type': 'SLAVE', 'master': '192.0.2.53, 2001:DB8::53'}", domain()))
                        .post("/v1/zones")
                        .then()
                        .statusCode(201)
                        .body("master", equalTo("192.0.2.53,2001:db8::53"))
                        .body("serial", equalTo(0))
                        .extract()
                        .<String>path("id");

        post(zone, "{'name': 'a', 'type': 'A', 'content': '192.0.2.1'}").then().statusCode(409);
        for (String body : List.of(
                "'type': 'SLAVE'",
                "'master': '192.0.2.53'",
                "'type': 'SLAVE', 'master': '192.0.2.53', 'records': [{'name': 'a', 'type': 'A', 'content': '192.0.2.1'}]")) {
            as(7).body(json("{'domain': '%s', %s}", domain(), body))
                    .post("/v1/zones")
                    .then()
                    .statusCode(422);
        }
        as(7).body(json("{'domain': '%s', 'type': 'SLAVE', 'master': 'ns1.example.net'}", domain()))
                .post("/v1/zones")
                .then()
                .statusCode(400)
                .body("errors.pointer", contains("/master"));
    }

    @Test
    void aSuspendedZoneIsNotChangedByItsTenant() {
        String zone = zone();
        String record = "{'name': 'a', 'type': 'A', 'content': '192.0.2.1'}";

        as(7).put(zone + "/suspension").then().statusCode(204);
        as(7).put(zone + "/suspension").then().statusCode(204);

        as(7).get(zone).then().statusCode(200).body("suspended", equalTo(true));
        post(zone, record).then().statusCode(409).body("type", endsWith("suspended"));
        as(7).delete(zone + "/rrsets/@/MX").then().statusCode(409);
        as(7).body(json("{'records': []}"))
                .put(zone + "/record-groups/mail")
                .then()
                .statusCode(409);
        asOperator().body(json(record)).post(zone + "/records").then().statusCode(201);
        as(7).delete(zone + "/suspension").then().statusCode(204);
        post(zone, record.replace("'a'", "'b'")).then().statusCode(201);
        as(7).put("/v1/zones/" + UUID.randomUUID() + "/suspension").then().statusCode(404);
        as(8).put(zone + "/suspension").then().statusCode(404);
        as(8).delete(zone + "/suspension").then().statusCode(404);
    }

    @Test
    void anOlderOwnerNeitherSuspendsNorResumes() {
        String zone = zone();

        fenced(20).put(zone + "/suspension").then().statusCode(204);
        fenced(19).delete(zone + "/suspension").then().statusCode(409).body("type", endsWith("stale-fence"));
        as(7).get(zone).then().body("suspended", equalTo(true));
        fenced(20).delete(zone + "/suspension").then().statusCode(204);
        fenced(19).put(zone + "/suspension").then().statusCode(409).body("type", endsWith("stale-fence"));
        as(7).get(zone).then().body("suspended", equalTo(false));
        as(7).put(zone + "/suspension").then().statusCode(204);
        fenced(19).delete(zone).then().statusCode(409);
        as(7).header("X-Operation-Fence", 21).put(zone + "/suspension").then().statusCode(400);
    }

    private static RequestSpecification fenced(long fence) {
        return as(7).header("X-Operation-Id", UUID.randomUUID().toString()).header("X-Operation-Fence", fence);
    }

    @Test
    void aZoneFileReadsBackToTheSameRecords() throws Exception {
        String zone = zone();
        for (String record : List.of(
                "{'name': 'text', 'type': 'TXT', 'content': 'v=DKIM1; k=rsa; p=" + "A".repeat(400) + "'}",
                "{'name': 'umlaut', 'type': 'TXT', 'content': 'münchen (\\\\ 🧥'}",
                "{'name': '*.wild', 'type': 'AAAA', 'content': '2001:DB8::1'}",
                "{'name': '_sip._tcp', 'type': 'SRV', 'content': '1 2 5060 sip.example.net'}",
                "{'name': '@', 'type': 'CAA', 'content': '0 issue \\\";\\\"'}")) {
            post(zone, record).then().statusCode(201);
        }

        String file = as(7).get(zone + "/file")
                .then()
                .statusCode(200)
                .contentType("text/dns")
                .extract()
                .asString();

        List<Record> parsed = new ArrayList<>();
        try (Master master = new Master(new ByteArrayInputStream(file.getBytes(StandardCharsets.US_ASCII)))) {
            master.disableIncludes(true);
            for (Record record = master.nextRecord(); record != null; record = master.nextRecord()) {
                parsed.add(record);
            }
        }
        assertThat(parsed.getFirst().getType()).isEqualTo(Type.SOA);
        List<String> stored = as(7).queryParam("pageSize", 100)
                .get(zone + "/records")
                .jsonPath()
                .getList("items.collect { it.name + '. ' + it.type }", String.class);
        assertThat(parsed)
                .extracting(record -> record.getName() + " " + Type.string(record.getType()))
                .containsExactlyInAnyOrderElementsOf(stored);
        Record text = parsed.stream()
                .filter(record -> record.getName().toString().startsWith("umlaut."))
                .findFirst()
                .orElseThrow();
        assertThat(text)
                .isEqualTo(Record.newRecord(
                        Name.fromString(text.getName().toString()),
                        Type.TXT,
                        text.getDClass(),
                        text.getTTL(),
                        octets("münchen (\\ 🧥")));
        as(8).get(zone + "/file").then().statusCode(404).contentType("application/problem+json");
    }

    private static byte[] octets(String text) {
        byte[] utf8 = text.replace("\\ ", " ").getBytes(StandardCharsets.UTF_8);
        byte[] rdata = new byte[utf8.length + 1];
        rdata[0] = (byte) utf8.length;
        System.arraycopy(utf8, 0, rdata, 1, utf8.length);
        return rdata;
    }

    @Test
    void anotherTenantSeesAndChangesNothing() {
        String zone = zone();
        String before = as(7).get(zone + "/file").asString();

        as(8).get(zone + "/records").then().statusCode(404);
        as(8).get(zone + "/rrsets").then().statusCode(404);
        as(8).get(zone + "/rrsets/@/NS").then().statusCode(404);
        as(8).get(zone + "/record-groups/mail").then().statusCode(404);
        as(8).body(json("{'name': 'a', 'type': 'A', 'content': '192.0.2.1'}"))
                .post(zone + "/records")
                .then()
                .statusCode(404);
        as(8).body(json("{'records': [{'content': '192.0.2.1'}]}"))
                .put(zone + "/rrsets/a/A")
                .then()
                .statusCode(404);
        as(8).delete(zone + "/rrsets/@/A").then().statusCode(204);
        as(8).body(json("{'domain': '%s'}", domain()))
                .put(zone)
                .then()
                .statusCode(404)
                .body("type", endsWith("not-found"));
        as(8).delete(zone).then().statusCode(204);
        as(8).get("/v1/zones?pageSize=1000").then().body("items.id", not(hasItem(zone.substring(10))));

        assertThat(as(7).get(zone + "/file").asString()).isEqualTo(before);
    }
}
