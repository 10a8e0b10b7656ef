package dev.hostwright.dns.signing;

import dev.hostwright.dns.DnsName;
import dev.hostwright.dns.dnssec.ParentRecords;
import dev.hostwright.dns.problem.Fault;
import io.vertx.mutiny.sqlclient.Row;
import java.util.Optional;

/** The public half of a zone's key, in base64, if it has one. */
record PublicKey(DnsName zone, Optional<String> text) {

    static PublicKey from(Row row) {
        return new PublicKey(new DnsName(row.getString("domain")), Optional.ofNullable(row.getString("public_key")));
    }

    ParentRecords parentRecords() {
        return ParentRecords.of(
                zone, text.orElseThrow(() -> new Fault.Conflict("", "unsigned", "The zone is not signed here.")
                        .toException()));
    }
}
