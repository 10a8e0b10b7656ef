package dev.hostwright.dns.rdata;

import dev.hostwright.dns.DnsName;
import java.util.Optional;
import java.util.UUID;

/**
 * A record that is asked for, read and checked by itself.
 *
 * @param ttl seconds, or empty for that of the RRset
 */
public record RecordDraft(DnsName name, Optional<Integer> ttl, Rdata data) {

    public RRType type() {
        return data.type();
    }

    /** The record, with a TTL for when none is asked for. */
    public ResourceRecord toRecord(UUID id, int absentTtl) {
        return ResourceRecord.of(id, name, ttl.orElse(absentTtl), data);
    }

    /** The record says what is asked for, whatever the serial of a SOA is. */
    public boolean isMetBy(ResourceRecord stored) {
        return stored.isOf(name, type())
                && (ttl.isEmpty() || ttl.get() == stored.ttl())
                && data.prio().equals(stored.prio())
                && data.undated().equals(Rdata.undated(stored.type(), stored.content()));
    }
}
