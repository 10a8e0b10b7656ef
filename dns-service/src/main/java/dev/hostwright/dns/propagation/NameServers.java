package dev.hostwright.dns.propagation;

import com.google.common.net.HostAndPort;
import com.google.common.net.InetAddresses;
import dev.hostwright.dns.DnsConfig;
import dev.hostwright.dns.DnsName;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.core.http.HttpClient;
import io.vertx.mutiny.core.http.HttpClientRequest;
import io.vertx.mutiny.core.http.HttpClientResponse;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.RRSIGRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** The name servers that the settings name: told by PowerDNS's HTTP API, and asked as anybody asks them. */
@ApplicationScoped
class NameServers {

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int DNS_PORT = 53;
    private static final int EDNS_PAYLOAD = 1232;

    private final HttpClient http;
    private final List<URI> apis;
    private final String apiKey;
    private final boolean notifySecondaries;
    private final List<SimpleResolver> servers;

    NameServers(Vertx vertx, DnsConfig config) {
        this.http = vertx.createHttpClient();
        this.apis = config.serverApis().orElse(List.of());
        this.apiKey = config.serverApiKey().orElse("");
        this.notifySecondaries = config.notifySecondaries();
        this.servers = config.servers().orElse(List.of()).stream()
                .map(NameServers::resolver)
                .toList();
    }

    private static SimpleResolver resolver(String address) {
        HostAndPort server = HostAndPort.fromString(address);
        SimpleResolver resolver = new SimpleResolver(
                new InetSocketAddress(InetAddresses.forString(server.getHost()), server.getPortOrDefault(DNS_PORT)));
        resolver.setTimeout(PATIENCE);
        resolver.setEDNS(0, EDNS_PAYLOAD, ExtendedFlags.DO, List.of());
        return resolver;
    }

    /** Tells them to forget what they keep of the zone and below it; fails when one does not do so. */
    Uni<Void> flush(DnsName domain) {
        return flush(domain.absolute());
    }

    /** Tells them to forget everything that they keep; fails when one does not do so. */
    Uni<Void> flushAll() {
        return flush(".");
    }

    /**
     * Twice, because PowerDNS 4.7 forgets its answers first and then the rows that it makes them of: what is asked in
     * between is answered from an old row, and that answer is kept. The second time there are only new rows.
     */
    private Uni<Void> flush(String name) {
        Uni<Void> once = each(api -> flush(api, name));
        return once.chain(() -> once);
    }

    private Uni<Void> flush(URI api, String name) {
        return put(api, "cache/flush?domain=" + URLEncoder.encode(name, StandardCharsets.UTF_8))
                .invoke(status -> {
                    if (status != 200) {
                        throw new IllegalStateException("%s answered %d to a flush".formatted(api, status));
                    }
                })
                .replaceWithVoid();
    }

    /**
     * Tells them to notify their secondaries of a zone that is there, if the settings say that there are such. A server
     * refuses it for a NATIVE zone, which is no failure.
     */
    Uni<Void> notifySecondaries(Notice notice) {
        String path = "zones/" + notice.domain().absolute().replace("/", "=2F") + "/notify";
        return notifySecondaries && notice.serial().isPresent() && notice.isSeen()
                ? each(api -> put(api, path).replaceWithVoid())
                : Uni.createFrom().voidItem();
    }

    private Uni<Void> each(Function<URI, Uni<Void>> work) {
        return apis.isEmpty()
                ? Uni.createFrom().voidItem()
                : Uni.join().all(apis.stream().map(work).toList()).andFailFast().replaceWithVoid();
    }

    private Uni<Integer> put(URI api, String path) {
        RequestOptions request = new RequestOptions()
                .setMethod(HttpMethod.PUT)
                .setAbsoluteURI(api.resolve("/api/v1/servers/localhost/" + path).toString())
                .putHeader("X-API-Key", apiKey)
                .setTimeout(PATIENCE.toMillis());
        return http.request(request).chain(HttpClientRequest::send).map(HttpClientResponse::statusCode);
    }

    /** Whether each of them answers what the notice says. */
    Uni<Boolean> answer(Notice notice) {
        if (servers.isEmpty() || !notice.isSeen()) {
            return Uni.createFrom().item(true);
        }
        return Uni.join()
                .all(servers.stream().map(server -> answers(server, notice)).toList())
                .andFailFast()
                .map(all -> all.stream().allMatch(Boolean::booleanValue));
    }

    private static Uni<Boolean> answers(SimpleResolver server, Notice notice) {
        Name name = name(notice.domain());
        Message question = Message.newQuery(Record.newRecord(name, Type.SOA, DClass.IN));
        return Uni.createFrom()
                .completionStage(() -> server.sendAsync(question))
                // a server in trouble says nothing about the zone
                .map(reply ->
                        reply.getRcode() != Rcode.SERVFAIL && notice.isMetBy(serial(reply, name), isSigned(reply)));
    }

    private static Optional<Long> serial(Message reply, Name zone) {
        return reply.getSection(Section.ANSWER).stream()
                .filter(each -> each.getName().equals(zone))
                .flatMap(each -> each instanceof SOARecord soa ? Stream.of(soa.getSerial()) : Stream.empty())
                .findFirst();
    }

    private static boolean isSigned(Message reply) {
        return reply.getSection(Section.ANSWER).stream().anyMatch(RRSIGRecord.class::isInstance);
    }

    private static Name name(DnsName domain) {
        try {
            return Name.fromString(domain.absolute());
        } catch (TextParseException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
