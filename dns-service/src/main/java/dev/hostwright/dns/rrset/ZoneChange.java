package dev.hostwright.dns.rrset;

import dev.hostwright.dns.DnsName;
import dev.hostwright.dns.rdata.ResourceRecord;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * A change that is asked for.
 *
 * @param names whose records it looks at, beside the apex
 * @param record of which it looks at the name too
 * @param group of which it looks at the names too
 * @param change what becomes of the records
 */
record ZoneChange(
        List<DnsName> names, Optional<UUID> record, Optional<String> group, UnaryOperator<ZoneRecords> change) {

    /** What a change has come to. */
    record Result(UUID zoneId, long serial, ZoneRecords before, ZoneRecords after) {

        /**
         * Refuses when a CNAME is where an MX, NS or SRV leads.
         *
         * @param others as they are stored; those that the change looked at are left out, because it may end them
         */
        void checkHosts(List<ResourceRecord> others) {
            after.with(others.stream()
                            .filter(each -> before.find(each.id()).isEmpty())
                            .toList())
                    .checkHosts();
        }
    }
}
