package dev.hostwright.dns.rrset;

import dev.hostwright.dns.DnsName;
import dev.hostwright.dns.condition.EntityTag;
import dev.hostwright.dns.rdata.RRType;
import dev.hostwright.dns.rdata.Rdata;
import dev.hostwright.dns.rdata.ResourceRecord;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A record in an answer.
 *
 * @param content the data in its one form, without the prio
 * @param serial of the zone, with this record in it
 */
@Schema(requiredProperties = {"id", "zoneId", "name", "type", "content", "ttl", "serial"})
public record ZoneRecord(
        UUID id,
        UUID zoneId,
        DnsName name,
        RRType type,
        @Schema(examples = "192.0.2.10") String content,
        int ttl,
        Optional<Integer> prio,
        @Schema(examples = "2026112302") long serial) {

    /** Of this record alone; a SOA's is of all but the serial. */
    EntityTag tag() {
        return EntityTag.ofText(
                "%s %s %s %d %d %s".formatted(id, name, type, ttl, prio.orElse(0), Rdata.undated(type, content)));
    }

    static EntityTag tagOf(ResourceRecord record) {
        return of(record, record.id(), 0).tag();
    }

    static ZoneRecord of(ResourceRecord record, UUID zone, long serial) {
        return new ZoneRecord(
                record.id(), zone, record.name(), record.type(), record.content(), record.ttl(), record.prio(), serial);
    }
}
