package dev.hostwright.dns.rrset;

import dev.hostwright.dns.DnsName;
import dev.hostwright.dns.condition.EntityTag;
import dev.hostwright.dns.rdata.ResourceRecord;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * A change that is asked for.
 *
 * @param whole it looks at all records of the zone
 * @param names whose records it looks at, beside the apex
 * @param record of which it looks at the name too
 * @param group of which it looks at the names too
 * @param change what becomes of the records
 */
record ZoneChange(
        boolean whole,
        List<DnsName> names,
        Optional<UUID> record,
        Optional<String> group,
        UnaryOperator<ZoneRecords> change) {

    static ZoneChange of(List<DnsName> names, UnaryOperator<ZoneRecords> change) {
        return new ZoneChange(false, names, Optional.empty(), Optional.empty(), change);
    }

    static ZoneChange ofRecord(List<DnsName> names, UUID record, UnaryOperator<ZoneRecords> change) {
        return new ZoneChange(false, names, Optional.of(record), Optional.empty(), change);
    }

    static ZoneChange ofGroup(List<DnsName> names, String group, UnaryOperator<ZoneRecords> change) {
        return new ZoneChange(false, names, Optional.empty(), Optional.of(group), change);
    }

    static ZoneChange ofZone(UnaryOperator<ZoneRecords> change) {
        return new ZoneChange(true, List.of(), Optional.empty(), Optional.empty(), change);
    }

    /**
     * What a change has come to.
     *
     * @param tag of the zone now; none when nothing is stored
     */
    record Result(
            UUID zoneId,
            long serial,
            Optional<EntityTag> tag,
            ZoneRecords before,
            ZoneRecords after,
            List<ZoneWarning> warnings) {

        boolean isStored() {
            return tag.isPresent();
        }

        Result tagged(EntityTag newTag) {
            return new Result(zoneId, serial, Optional.of(newTag), before, after, warnings);
        }

        /**
         * Refuses when a CNAME is where an MX, NS or SRV leads.
         *
         * @param others as they are stored; those that the change looked at are left out, because it may end them
         */
        void checkHosts(List<ResourceRecord> others) {
            Set<UUID> seen = before.records().stream().map(ResourceRecord::id).collect(Collectors.toSet());
            after.with(others.stream().filter(each -> !seen.contains(each.id())).toList())
                    .checkHosts();
        }
    }
}
