package dev.hostwright.local.bench;

import dev.hostwright.local.Answer;
import dev.hostwright.local.ApiClient;
import dev.hostwright.local.LocalStack;
import dev.hostwright.local.NameServer;
import dev.hostwright.local.Service;
import java.time.Duration;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One of the two that are compared, with the same requests in its own words. */
sealed interface ZoneApi {

    String name();

    /** The database that the name server reads, in the tables or views of its schema {@code pdns}. */
    String database();

    /** Where the name server answers. */
    int port();

    /** Makes a zone with the records that a new zone of Hostwright has, and with a key if it is to be signed. */
    Answer make(String domain, boolean signed);

    /** The zone that was made. */
    Zone zone(String domain, Answer made);

    /** Makes one RRset that address. */
    Answer point(Zone zone, String label, String address);

    /** Makes so many RRsets, of one record each, in one request. */
    Answer fill(Zone zone, int count);

    /** A zone and where it is in the API. */
    record Zone(String domain, String path) {}

    private static String list(int count, IntFunction<String> rrset) {
        return IntStream.range(0, count).mapToObj(rrset).collect(Collectors.joining(",", "{\"rrsets\": [", "]}"));
    }

    private static String address(int i) {
        return "10.0.%d.%d".formatted(i / 256, i % 256);
    }

    /** dns-service. */
    record Hostwright(ApiClient api, int port) implements ZoneApi {

        static Hostwright of(LocalStack stack, long tenant) {
            String token = stack.key().tenantToken(tenant, Duration.ofHours(4));
            return new Hostwright(
                    new ApiClient(stack.http(), stack.url(Service.DNS), token),
                    stack.nameServer().port());
        }

        @Override
        public String name() {
            return "Hostwright";
        }

        @Override
        public String database() {
            return Service.DNS.database();
        }

        @Override
        public Answer make(String domain, boolean signed) {
            return api.post("/v1/zones", "{\"domain\": \"%s\", \"dnssec\": %b}".formatted(domain, signed));
        }

        @Override
        public Zone zone(String domain, Answer made) {
            return new Zone(domain, "/v1/zones/" + made.json().path("id").asText());
        }

        @Override
        public Answer point(Zone zone, String label, String address) {
            return api.put(
                    zone.path() + "/rrsets/" + label + "/A",
                    "{\"ttl\": 60, \"records\": [{\"content\": \"%s\"}]}".formatted(address));
        }

        @Override
        public Answer fill(Zone zone, int count) {
            return api.patch(
                    zone.path(),
                    list(
                            count,
                            i ->
                                    "{\"name\": \"h%d\", \"type\": \"A\", \"ttl\": 60, \"records\": [{\"content\": \"%s\"}]}"
                                            .formatted(i, address(i))));
        }
    }

    /** The HTTP API of a PowerDNS that keeps its zones in its own tables. */
    record PowerDns(ApiClient api, int port, String apiKey, String database) implements ZoneApi {

        private static final String ZONES = "/api/v1/servers/localhost/zones";
        private static final String RRSET =
                "{\"name\": \"%s\", \"type\": \"%s\", \"ttl\": %d, \"changetype\": \"REPLACE\", \"records\": [%s]}";

        static PowerDns of(LocalStack stack, NameServer server) {
            return new PowerDns(
                    new ApiClient(stack.http(), server.apiUrl(), ""),
                    server.port(),
                    server.apiKey(),
                    server.database());
        }

        @Override
        public String name() {
            return "PowerDNS's API";
        }

        @Override
        public Answer make(String domain, boolean signed) {
            String d = domain + ".";
            String records = String.join(
                    ",",
                    rrset(d, "SOA", 3600, "ns1.%s admin.%s 1 10800 3600 604800 3600".formatted(d, d)),
                    rrset(d, "NS", 3600, "ns1." + d, "ns2." + d),
                    rrset(d, "A", 3600, "127.0.0.1"),
                    rrset("www." + d, "CNAME", 3600, d),
                    rrset(d, "MX", 3600, "10 mail." + d),
                    rrset("ns1." + d, "A", 3600, "127.0.0.1"),
                    rrset("ns2." + d, "A", 3600, "127.0.0.1"),
                    rrset("mail." + d, "A", 3600, "127.0.0.1"));
            return api.post(
                    ZONES,
                    "{\"name\": \"%s\", \"kind\": \"Native\", \"nameservers\": [], \"dnssec\": %b, \"rrsets\": [%s]}"
                            .formatted(d, signed, records),
                    key());
        }

        @Override
        public Zone zone(String domain, Answer made) {
            return new Zone(domain, ZONES + "/" + domain + ".");
        }

        @Override
        public Answer point(Zone zone, String label, String address) {
            return api.patch(
                    zone.path(),
                    "{\"rrsets\": [%s]}".formatted(rrset(label + "." + zone.domain() + ".", "A", 60, address)),
                    key());
        }

        @Override
        public Answer fill(Zone zone, int count) {
            return api.patch(
                    zone.path(),
                    list(count, i -> rrset("h" + i + "." + zone.domain() + ".", "A", 60, address(i))),
                    key());
        }

        private String[] key() {
            return new String[] {"X-API-Key", apiKey};
        }

        private static String rrset(String name, String type, int ttl, String... contents) {
            String records = Stream.of(contents)
                    .map("{\"content\": \"%s\", \"disabled\": false}"::formatted)
                    .collect(Collectors.joining(","));
            return RRSET.formatted(name, type, ttl, records);
        }
    }
}
