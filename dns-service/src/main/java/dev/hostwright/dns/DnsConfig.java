package dev.hostwright.dns;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What an operator sets; read once, at the start. */
@ConfigMapping(prefix = "dns")
public interface DnsConfig {

    /** Address of the A records that a new zone gets. */
    @WithDefault("127.0.0.1")
    String defaultIp();

    /** Host names of the NS RRset of a new zone; when there are none, ns1 and ns2 of the zone itself. */
    Optional<List<String>> nameServers();

    /** Seconds, of an RRset that names none. */
    @WithDefault("3600")
    int defaultTtl();

    /** Records of one request, at most. */
    @WithDefault("10000")
    int maxRequestRecords();

    /** Records of one zone, at most. */
    @WithDefault("50000")
    int maxZoneRecords();

    /** Top-level domains of which no zone is made (RFC 6761, RFC 7686, and ICANN's {@code internal}). */
    @WithDefault("internal,local,localhost,invalid,onion,test")
    List<String> reservedTlds();

    /** How long it is remembered that an id was deleted; longer than any request can be late. */
    @WithDefault("30d")
    Duration tombstoneLife();
}
