package dev.hostwright.dns.zone;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.hostwright.dns.DnsName;
import dev.hostwright.dns.condition.EntityTag;
import dev.hostwright.dns.fence.Fence;
import dev.hostwright.dns.problem.Fault;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A zone.
 *
 * @param master of a SLAVE zone: where its data comes from
 * @param serial of its SOA (RFC 1982); 0 in a SLAVE zone that has not been transferred
 * @param nameServers the hosts of the NS records at the apex
 * @param status a zone is there or it is not, so this is always {@code active}
 * @param suspended its tenant may not change it
 * @param dnssec it is signed here
 */
@Schema(
        requiredProperties = {
            "id",
            "tenantId",
            "domain",
            "type",
            "serial",
            "nameServers",
            "status",
            "suspended",
            "dnssec",
            "createdAt",
            "updatedAt"
        })
public record Zone(
        UUID id,
        long tenantId,
        DnsName domain,
        ZoneType type,
        Optional<String> master,
        @Schema(examples = "2026112301") long serial,
        List<DnsName> nameServers,
        @Schema(examples = "active") String status,
        boolean suspended,
        boolean dnssec,
        Instant createdAt,
        Instant updatedAt,
        @JsonIgnore @Nullable UUID madeBy,
        @JsonIgnore long fence) {

    /** What the zone and all its records are now. */
    public EntityTag tag() {
        return tag(serial, updatedAt);
    }

    /** The moment is of the transaction that wrote it, in microseconds. */
    public static EntityTag tag(long serial, Instant updatedAt) {
        return new EntityTag(serial + "-" + Long.toHexString(ChronoUnit.MICROS.between(Instant.EPOCH, updatedAt)));
    }

    /**
     * Refuses a change of its data: by a late operation, of a suspended zone by its tenant, or where it is not ours.
     */
    public void checkChange(Fence operation, boolean byOperator) {
        operation.check(fence);
        if (suspended && !byOperator) {
            throw new Fault.Conflict("", "suspended", "The zone is suspended.").toException();
        }
        if (type == ZoneType.SLAVE) {
            throw new Fault.Conflict("", "slave", "The records of a SLAVE zone come from its master.").toException();
        }
    }

    static final String ACTIVE = "active";

    static Zone from(Row row) {
        return new Zone(
                row.getUUID("id"),
                row.getLong("tenant_id"),
                new DnsName(row.getString("domain")),
                ZoneType.valueOf(row.getString("type")),
                Optional.ofNullable(row.getString("master")),
                row.getLong("serial"),
                nameServers(row.getArrayOfStrings("name_servers")),
                ACTIVE,
                row.getBoolean("suspended"),
                row.getBoolean("dnssec"),
                row.getOffsetDateTime("created_at").toInstant(),
                row.getOffsetDateTime("updated_at").toInstant(),
                row.getUUID("made_by"),
                row.getLong("fence"));
    }

    private static List<DnsName> nameServers(String[] contents) {
        return Arrays.stream(contents)
                .map(content -> new DnsName(content.substring(0, content.length() - 1)))
                .toList();
    }
}
