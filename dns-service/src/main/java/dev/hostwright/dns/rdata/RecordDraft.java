package dev.hostwright.dns.rdata;

import dev.hostwright.dns.DnsName;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A record that is asked for, read and checked by itself.
 *
 * @param ttl seconds, or empty for that of the RRset
 */
public record RecordDraft(DnsName name, Optional<Integer> ttl, Rdata data) {

    private static final UUID ANY = new UUID(0, 0);

    public RRType type() {
        return data.type();
    }

    /** The record, with a TTL for when none is asked for. */
    public ResourceRecord toRecord(UUID id, int absentTtl) {
        return ResourceRecord.of(id, name, ttl.orElse(absentTtl), data);
    }

    /**
     * One of the records says what is asked for, whatever the serial of a SOA is.
     *
     * @param ttls of what the records say, undated
     */
    public boolean isMetBy(Map<ResourceRecord.Statement, Integer> ttls) {
        Integer stored = ttls.get(toRecord(ANY, 0).undated().statement());
        return stored != null && (ttl.isEmpty() || ttl.get().equals(stored));
    }
}
