package dev.hostwright.dns.propagation;

import dev.hostwright.dns.DnsName;
import io.vertx.mutiny.sqlclient.Row;
import java.util.Optional;

/**
 * What name servers have to be told.
 *
 * @param serial that they are to answer; of a zone that is gone there is none, and of a SLAVE zone before its first
 *     transfer
 */
record Notice(DnsName domain, Optional<Long> serial) {

    static Notice from(Row row) {
        return new Notice(new DnsName(row.getString("domain")), Optional.ofNullable(row.getLong("serial")));
    }

    /** Whether a serial is the one waited for, or follows it (RFC 1982 section 3.2). */
    boolean isMetBy(long answered) {
        return serial.map(wanted -> (int) (answered - wanted) >= 0).orElse(true);
    }

    /** Whether there is a serial to be seen. */
    boolean isAnswered() {
        return serial.filter(wanted -> wanted > 0).isPresent();
    }
}
