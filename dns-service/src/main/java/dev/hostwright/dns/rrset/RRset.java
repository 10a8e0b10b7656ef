package dev.hostwright.dns.rrset;

import dev.hostwright.dns.DnsName;
import dev.hostwright.dns.condition.EntityTag;
import dev.hostwright.dns.rdata.RRType;
import dev.hostwright.dns.rdata.Rdata;
import dev.hostwright.dns.rdata.ResourceRecord;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * All records of one owner and type; they have one TTL, and none is there twice (RFC 2181 section 5).
 *
 * @param serial of the zone, with this RRset in it
 */
@Schema(requiredProperties = {"name", "type", "ttl", "records", "serial"})
public record RRset(
        DnsName name,
        RRType type,
        int ttl,
        List<Data> records,
        @Schema(examples = "2026112302") long serial) {

    private static final Comparator<ResourceRecord> ORDER =
            Comparator.comparing((ResourceRecord each) -> each.prio().orElse(0)).thenComparing(ResourceRecord::content);

    public RRset {
        records = List.copyOf(records);
    }

    /** One of its records. */
    @Schema(
            name = "RRsetRecord",
            requiredProperties = {"id", "content"})
    public record Data(
            UUID id, @Schema(examples = "192.0.2.10") String content, Optional<Integer> prio) {}

    /** Of this RRset alone: what changes elsewhere in the zone, and the serial with it, makes no other tag. */
    EntityTag tag() {
        StringBuilder state = new StringBuilder("%s %s %d".formatted(name, type, ttl));
        for (Data each : records) {
            state.append('\n')
                    .append(each.id())
                    .append(' ')
                    .append(each.prio().orElse(0))
                    .append(' ')
                    .append(Rdata.undated(type, each.content()));
        }
        return EntityTag.ofText(state.toString());
    }

    /** The tag of the RRset that these records are, if there are any. */
    static Optional<EntityTag> tagOf(List<ResourceRecord> records) {
        return records.isEmpty() ? Optional.empty() : Optional.of(of(records, 0).tag());
    }

    /** Of records of one owner and type, of which there is at least one. */
    static RRset of(List<ResourceRecord> records, long serial) {
        ResourceRecord first = records.getFirst();
        List<Data> data = records.stream()
                .sorted(ORDER)
                .map(each -> new Data(each.id(), each.content(), each.prio()))
                .toList();
        return new RRset(first.name(), first.type(), first.ttl(), data, serial);
    }
}
