package dev.hostwright.dns.zone;

import dev.hostwright.dns.DnsName;
import dev.hostwright.dns.rdata.RRType;
import dev.hostwright.dns.rdata.ResourceRecord;
import java.util.Comparator;
import java.util.List;

/** A zone in master file form (RFC 1035 section 5.1), every name absolute, the SOA first. */
final class ZoneFile {

    private static final Comparator<ResourceRecord> ORDER = Comparator.comparing(
                    (ResourceRecord each) -> each.type() != RRType.SOA)
            .thenComparing(each -> each.name().labels().size())
            .thenComparing(each -> each.name().value())
            .thenComparing(ResourceRecord::type)
            .thenComparing(ResourceRecord::data);

    private ZoneFile() {}

    static String print(DnsName domain, List<ResourceRecord> records) {
        StringBuilder file =
                new StringBuilder("$ORIGIN ").append(domain.absolute()).append('\n');
        records.stream().sorted(ORDER).forEach(each -> file.append(each.name().absolute())
                .append('\t')
                .append(each.ttl())
                .append("\tIN\t")
                .append(each.type())
                .append('\t')
                .append(each.data())
                .append('\n'));
        return file.toString();
    }
}
