package dev.hostwright.dns.propagation;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.hostwright.dns.problem.Fault;
import java.util.Locale;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A change of a zone on its way to the name servers.
 *
 * @param id the zone's and the serial that the change gave it, with a hyphen between
 */
@Schema(requiredProperties = {"id", "zoneId", "serial", "status"})
public record Change(String id, UUID zoneId, long serial, Status status) {

    /** Where the change is. */
    public enum Status {
        /** In the tables, and not yet in the answers of every name server. */
        PENDING,
        /** Every name server answers the serial, or a later one; or nothing, when the zone was deleted. */
        INSYNC;

        @JsonValue
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What a change is known by: its zone and the serial that it came with. */
    public record Id(UUID zone, long serial) {

        static Id fromString(String text) {
            int hyphen = text.lastIndexOf('-');
            try {
                return new Id(
                        UUID.fromString(text.substring(0, Math.max(hyphen, 0))),
                        Long.parseLong(text.substring(hyphen + 1)));
            } catch (IllegalArgumentException e) {
                throw new Fault.NotFound("change").toException();
            }
        }

        @Override
        public String toString() {
            return zone + "-" + serial;
        }
    }

    static Change of(UUID zone, long serial, boolean inSync) {
        return new Change(new Id(zone, serial).toString(), zone, serial, inSync ? Status.INSYNC : Status.PENDING);
    }
}
