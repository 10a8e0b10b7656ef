package dev.hostwright.dns.rrset;

import dev.hostwright.dns.DnsName;
import dev.hostwright.dns.rdata.RRType;
import dev.hostwright.dns.rdata.ResourceRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What a zone may have, but hardly is meant to.
 *
 * @param code a word for machines: {@code no_address}, {@code no_target}, {@code loop}, {@code occluded}
 * @param name of the record that it is about
 */
@Schema(requiredProperties = {"code", "name", "message"})
public record ZoneWarning(@Schema(examples = "no_address") String code, DnsName name, String message) {

    /** More would not be read. */
    private static final int MAX = 100;

    /** CNAMEs that a resolver follows; a longer loop is not looked for. */
    private static final int MAX_CHAIN = 16;

    /** Of a whole zone, the first ones. */
    static List<ZoneWarning> of(ZoneRecords zone) {
        Names names = new Names(zone);
        List<ZoneWarning> warnings = new ArrayList<>();
        for (ResourceRecord each : zone.records()) {
            names.warningOf(each).ifPresent(warnings::add);
            if (warnings.size() == MAX) {
                break;
            }
        }
        return warnings;
    }

    /** The types at each name of a zone, and where names delegate or stand for others. */
    private record Names(
            DnsName apex, Map<DnsName, Set<RRType>> types, Map<DnsName, DnsName> aliases, Set<DnsName> all) {

        Names(ZoneRecords zone) {
            this(zone.apex(), new HashMap<>(), new HashMap<>(), new HashSet<>());
            for (ResourceRecord each : zone.records()) {
                types.computeIfAbsent(each.name(), name -> new HashSet<>()).add(each.type());
                if (each.type() == RRType.CNAME) {
                    aliases.put(each.name(), target(each));
                }
                addWithParents(each.name());
            }
        }

        /** The names above are there too, with no data (RFC 8020). */
        private void addWithParents(DnsName name) {
            DnsName each = name;
            while (all.add(each) && !each.equals(apex)) {
                each = each.parent();
            }
        }

        Optional<ZoneWarning> warningOf(ResourceRecord record) {
            Optional<DnsName> delegation = delegationAbove(record);
            if (delegation.isPresent()) {
                return warning("occluded", record, "%s is delegated: nobody is told of this record.", delegation.get());
            }
            Optional<DnsName> host = record.host().filter(this::isHere);
            if (host.filter(name -> !hasAddress(name)).isPresent()) {
                return warning("no_address", record, "%s, where it leads, has no address in this zone.", host.get());
            }
            if (record.type() != RRType.CNAME) {
                return Optional.empty();
            }
            DnsName target = target(record);
            if (isLoop(record.name())) {
                return warning("loop", record, "By way of %s the CNAME leads back to itself.", target);
            }
            return isHere(target) && !isThere(target)
                    ? warning("no_target", record, "%s, for which it stands, is not in this zone.", target)
                    : Optional.empty();
        }

        private static Optional<ZoneWarning> warning(String code, ResourceRecord record, String text, DnsName name) {
            return Optional.of(new ZoneWarning(code, record.name(), record.type() + ": " + text.formatted(name)));
        }

        /** In this zone, and not below a delegation, where others know. */
        private boolean isHere(DnsName name) {
            return name.isAtOrBelow(apex) && delegations(name).isEmpty();
        }

        private boolean isThere(DnsName name) {
            return all.contains(name) || types(wildcard(name)).findAny().isPresent();
        }

        private boolean hasAddress(DnsName name) {
            Collection<RRType> here = all.contains(name)
                    ? types.getOrDefault(name, Set.of())
                    : types(wildcard(name)).collect(Collectors.toSet());
            return here.contains(RRType.A) || here.contains(RRType.AAAA);
        }

        private Stream<RRType> types(DnsName name) {
            return types.getOrDefault(name, Set.of()).stream();
        }

        /** Below the closest name that is there (RFC 4592 section 3.3.1). */
        private DnsName wildcard(DnsName name) {
            DnsName closest = name;
            while (!closest.equals(apex) && !all.contains(closest)) {
                closest = closest.parent();
            }
            return closest.prepend("*");
        }

        private Optional<DnsName> delegationAbove(ResourceRecord record) {
            boolean glue = record.type() == RRType.A || record.type() == RRType.AAAA;
            List<DnsName> cuts = glue ? List.of() : delegations(record.name());
            boolean isCut = record.type() == RRType.NS && cuts.size() == 1 && cuts.contains(record.name());
            return cuts.isEmpty() || isCut ? Optional.empty() : Optional.of(cuts.getLast());
        }

        /** From the name up, where an NS is that is not the zone's own. */
        private List<DnsName> delegations(DnsName name) {
            List<DnsName> cuts = new ArrayList<>();
            for (DnsName each = name; !each.equals(apex); each = each.parent()) {
                if (types(each).anyMatch(RRType.NS::equals)) {
                    cuts.add(each);
                }
            }
            return cuts;
        }

        private boolean isLoop(DnsName start) {
            Set<DnsName> seen = new HashSet<>();
            DnsName at = start;
            while (aliases.containsKey(at) && seen.size() < MAX_CHAIN && seen.add(at)) {
                at = aliases.get(at);
            }
            return at.equals(start);
        }

        private static DnsName target(ResourceRecord cname) {
            return new DnsName(cname.content().substring(0, cname.content().length() - 1));
        }
    }
}
