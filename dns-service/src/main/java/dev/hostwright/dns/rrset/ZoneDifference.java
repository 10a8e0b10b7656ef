package dev.hostwright.dns.rrset;

import dev.hostwright.dns.DnsName;
import dev.hostwright.dns.rdata.RRType;
import dev.hostwright.dns.rdata.ResourceRecord;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What a change does, or would do, to the records of a zone. A record with another TTL or other data is removed and
 * added; the serial of the SOA is not counted.
 *
 * @param serial of the zone after the change; the one it has when nothing is changed
 * @param warnings what is allowed, but is hardly meant; only a preview looks for it
 */
@Schema(requiredProperties = {"zoneId", "serial", "added", "removed", "warnings"})
public record ZoneDifference(
        UUID zoneId,
        @Schema(examples = "2026112302") long serial,
        List<Line> added,
        List<Line> removed,
        List<ZoneWarning> warnings) {

    private static final Comparator<Line> ORDER = Comparator.comparing(
                    (Line each) -> each.name().value())
            .thenComparing(Line::type)
            .thenComparing(each -> each.prio().orElse(0))
            .thenComparing(Line::content);

    public ZoneDifference {
        added = List.copyOf(added);
        removed = List.copyOf(removed);
        warnings = List.copyOf(warnings);
    }

    /** A record without its id. */
    @Schema(
            name = "ZoneDifferenceLine",
            requiredProperties = {"name", "type", "ttl", "content"})
    public record Line(
            DnsName name,
            RRType type,
            int ttl,
            @Schema(examples = "192.0.2.10") String content,
            Optional<Integer> prio) {

        private static Line of(ResourceRecord record) {
            return new Line(record.name(), record.type(), record.ttl(), record.content(), record.prio());
        }
    }

    static ZoneDifference of(ZoneChange.Result result) {
        Set<Seen> before = seen(result.before());
        Set<Seen> after = seen(result.after());
        return new ZoneDifference(
                result.zoneId(), result.serial(), less(after, before), less(before, after), result.warnings());
    }

    /** A record and what it is compared by. */
    private record Seen(Line line, String undated) {

        @Override
        public boolean equals(Object other) {
            return other instanceof Seen seen
                    && line.name().equals(seen.line.name())
                    && line.type() == seen.line.type()
                    && line.ttl() == seen.line.ttl()
                    && line.prio().equals(seen.line.prio())
                    && undated.equals(seen.undated);
        }

        @Override
        public int hashCode() {
            return 31 * line.name().hashCode() + undated.hashCode();
        }
    }

    private static Set<Seen> seen(ZoneRecords records) {
        return records.records().stream()
                .map(each -> new Seen(Line.of(each), each.undated().content()))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static List<Line> less(Set<Seen> these, Set<Seen> those) {
        return these.stream()
                .filter(each -> !those.contains(each))
                .map(Seen::line)
                .sorted(ORDER)
                .toList();
    }
}
