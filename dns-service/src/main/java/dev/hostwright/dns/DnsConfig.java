package dev.hostwright.dns;

import io.smallrye.config.ConfigMapping;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What an operator sets; the environment variables and defaults are in {@code application.properties}. */
@ConfigMapping(prefix = "dns")
public interface DnsConfig {

    /** Address of the A records that a new zone gets. */
    String defaultIp();

    /** Host names of the NS RRset of a new zone; when there are none, ns1 and ns2 of the zone itself. */
    Optional<List<String>> nameServers();

    /** Seconds, of an RRset that names none. */
    int defaultTtl();

    /** Whether a new zone is signed when its request does not say. */
    boolean dnssec();

    /** Records of one request, at most. */
    int maxRequestRecords();

    /** Records of one zone, at most. */
    int maxZoneRecords();

    /** Top-level domains of which no zone is made (RFC 6761, RFC 7686, and ICANN's {@code internal}). */
    List<String> reservedTlds();

    /** How long it is remembered that an id was deleted; longer than any request can be late. */
    Duration tombstoneLife();

    /** Addresses of the name servers that are to answer a change before it is in sync: {@code 192.0.2.53:53}. */
    Optional<List<String>> servers();

    /** HTTP APIs of the PowerDNS servers that are told of a change: {@code http://127.0.0.1:8054}. */
    Optional<List<URI>> serverApis();

    /** The {@code api-key} of those servers. */
    Optional<String> serverApiKey();

    /** Whether those servers are to notify their secondaries of each change at once. */
    boolean notifySecondaries();
}
