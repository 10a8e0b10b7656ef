package dev.hostwright.dns.rrset;

import dev.hostwright.dns.DnsName;
import dev.hostwright.dns.rdata.RRType;
import dev.hostwright.dns.rdata.RecordDraft;
import java.util.List;
import java.util.Optional;

/**
 * What an RRset is to be.
 *
 * @param ttl seconds, or empty for those it has
 * @param drafts none when there is to be no such RRset
 */
record RRsetDrafts(DnsName name, RRType type, Optional<Integer> ttl, List<RecordDraft> drafts) {

    RRsetDrafts {
        drafts = List.copyOf(drafts);
    }
}
