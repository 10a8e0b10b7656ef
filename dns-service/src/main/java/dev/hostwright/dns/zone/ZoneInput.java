package dev.hostwright.dns.zone;

import dev.hostwright.dns.problem.Fault;
import dev.hostwright.dns.rdata.RecordInput;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A zone as a request has it.
 *
 * @param domain in any case, in any script, with or without its final dot
 * @param type MASTER when absent
 * @param master of a SLAVE zone: IP addresses, with commas between
 * @param dnssec whether it is signed here; as the settings say when absent
 * @param records what the zone has beside, or instead of, the usual records
 * @param tenantId whose it is, when an operator makes it
 */
@Schema(requiredProperties = "domain")
public record ZoneInput(
        @Schema(examples = "example.com", maxLength = 253) String domain,
        Optional<ZoneType> type,
        @Schema(examples = "192.0.2.53") Optional<String> master,
        Optional<Boolean> dnssec,
        Optional<List<RecordInput>> records,
        Optional<Long> tenantId) {

    public ZoneInput {
        records.ifPresent(items -> {
            for (int i = 0; i < items.size(); i++) {
                if (items.get(i) == null) {
                    throw new Fault.Malformed("/records/" + i, "required", "A record is an object.").toException();
                }
            }
        });
    }

    ZoneType typeOrDefault() {
        return type.orElse(ZoneType.MASTER);
    }

    List<RecordInput> recordsOrNone() {
        return records.orElse(List.of());
    }

    /** The masters in their stored form; there are some exactly for a SLAVE zone, which has no records of ours. */
    Optional<String> masters() {
        boolean slave = typeOrDefault() == ZoneType.SLAVE;
        if (slave != master.isPresent()) {
            throw new Fault.Invalid("/master", "master", "A SLAVE zone has a master, and no other has one.")
                    .toException();
        }
        if (slave && !recordsOrNone().isEmpty()) {
            throw new Fault.Invalid("/records", "slave", "The records of a SLAVE zone come from its master.")
                    .toException();
        }
        if (slave && dnssec.orElse(false)) {
            throw new Fault.Invalid("/dnssec", "slave", "A SLAVE zone is signed by its master, or not at all.")
                    .toException();
        }
        return master.map(MasterAddress::readAll);
    }
}
