package dev.hostwright.dns.propagation;

import dev.hostwright.dns.DnsName;
import io.vertx.mutiny.sqlclient.Row;
import java.util.Optional;

/**
 * What name servers have to be told.
 *
 * @param serial that they are to answer; of a zone that is gone there is none, and of a SLAVE zone before its first
 *     transfer
 * @param signed whether they are to sign their answer; of a SLAVE zone that is not known
 */
record Notice(DnsName domain, Optional<Long> serial, Optional<Boolean> signed) {

    static Notice from(Row row) {
        return new Notice(
                new DnsName(row.getString("domain")),
                Optional.ofNullable(row.getLong("serial")),
                Optional.ofNullable(row.getBoolean("signed")));
    }

    /**
     * Whether a serial is the one waited for, or follows it (RFC 1982 section 3.2); of a zone that is gone there is to
     * be none.
     */
    boolean isMetBy(Optional<Long> answered, boolean withSignature) {
        return serial.map(wanted -> withSignature == signed.orElse(withSignature)
                        && answered.filter(seen -> (int) (seen - wanted) >= 0).isPresent())
                .orElse(answered.isEmpty());
    }

    /** Whether an answer shows it: a SLAVE zone before its first transfer gives none, as if it were gone. */
    boolean isSeen() {
        return serial.map(wanted -> wanted > 0).orElse(true);
    }
}
