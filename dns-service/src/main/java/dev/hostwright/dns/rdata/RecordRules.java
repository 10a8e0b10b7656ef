package dev.hostwright.dns.rdata;

import dev.hostwright.dns.DnsName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What records may not be beside each other: the rules of names and of RRsets. */
public final class RecordRules {

    /**
     * Of a message (RFC 1035 section 4.2.2), less its header; each record has a compressed name and ten octets more.
     */
    private static final int MAX_RRSET = 65_535 - 12;

    private static final int RECORD_OVERHEAD = 12;

    /** No RRset of fewer octets of text than that can be too large. */
    private static final int SURELY_FITS = 6_000;

    /**
     * A rule that is broken.
     *
     * @param code a word for machines
     */
    public record Breach(String code, String message) {}

    private RecordRules() {}

    /** The first rule that the records of these names break; all records of each name are there. */
    public static Optional<Breach> check(List<ResourceRecord> records) {
        Map<DnsName, List<ResourceRecord>> names = groupBy(records, ResourceRecord::name);
        for (List<ResourceRecord> name : names.values()) {
            if (name.size() > 1 && name.stream().anyMatch(r -> r.type() == RRType.CNAME)) {
                return Optional.of(cname(name));
            }
            for (List<ResourceRecord> rrset :
                    groupBy(name, ResourceRecord::type).values()) {
                Optional<Breach> breach = checkRRset(rrset);
                if (breach.isPresent()) {
                    return breach;
                }
            }
        }
        return Optional.empty();
    }

    /** The first MX, NS or SRV that leads to a name which these records make a CNAME. */
    public static Optional<Breach> checkHosts(List<ResourceRecord> records) {
        Set<DnsName> aliases = records.stream()
                .filter(each -> each.type() == RRType.CNAME)
                .map(ResourceRecord::name)
                .collect(Collectors.toSet());
        return records.stream()
                .filter(each -> each.host().filter(aliases::contains).isPresent())
                .findFirst()
                .map(RecordRules::alias);
    }

    /** An MX, NS or SRV leads to a host by its own name (RFC 2181 section 10.3, RFC 2782). */
    public static Breach alias(ResourceRecord record) {
        return new Breach(
                "host_alias",
                "The %s of %s would lead to %s, where a CNAME is; it leads to a host itself (RFC 2181 section 10.3)."
                        .formatted(record.type(), record.name(), record.host().orElseThrow()));
    }

    private static Breach cname(List<ResourceRecord> name) {
        return new Breach(
                "cname_alone",
                "At %s would be a CNAME and something else; a CNAME is alone (RFC 2181 section 10.1)."
                        .formatted(name.getFirst().name()));
    }

    private static Optional<Breach> checkRRset(List<ResourceRecord> rrset) {
        ResourceRecord first = rrset.getFirst();
        Set<String> data = new HashSet<>();
        int text = 0;
        for (ResourceRecord each : rrset) {
            if (!data.add(each.data())) {
                return Optional.of(new Breach(
                        "duplicate", "%s %s %s is there once.".formatted(first.name(), first.type(), each.data())));
            }
            if (each.ttl() != first.ttl()) {
                return Optional.of(new Breach(
                        "rrset_ttl",
                        "All records %s of %s have one TTL (RFC 2181 section 5.2), which is %d."
                                .formatted(first.type(), first.name(), first.ttl())));
            }
            text += each.content().length() + RECORD_OVERHEAD;
        }
        if (first.type() == RRType.SOA && rrset.size() > 1) {
            return Optional.of(new Breach("soa_alone", "A zone has one SOA."));
        }
        if (first.type() == RRType.MX && rrset.size() > 1 && rrset.stream().anyMatch(RecordRules::isNullMx)) {
            return Optional.of(new Breach("null_mx", "An MX that says 'no mail' is the only one (RFC 7505)."));
        }
        return text > SURELY_FITS && wireLength(rrset) > MAX_RRSET
                ? Optional.of(new Breach(
                        "rrset_size",
                        "The records %s of %s do not fit into a message.".formatted(first.type(), first.name())))
                : Optional.empty();
    }

    private static boolean isNullMx(ResourceRecord mx) {
        return mx.content().equals(".");
    }

    private static long wireLength(List<ResourceRecord> rrset) {
        return rrset.stream()
                .mapToLong(r -> RECORD_OVERHEAD
                        + RdataReader.wireLength(RdataReader.read(r.type(), r.content(), r.prio(), r.name())))
                .sum();
    }

    private static <K> Map<K, List<ResourceRecord>> groupBy(
            List<ResourceRecord> records, Function<ResourceRecord, K> key) {
        Map<K, List<ResourceRecord>> groups = new HashMap<>();
        for (ResourceRecord each : records) {
            groups.computeIfAbsent(key.apply(each), k -> new ArrayList<>()).add(each);
        }
        return groups;
    }
}
