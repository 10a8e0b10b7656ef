package dev.hostwright.dns.signing;

import dev.hostwright.dns.condition.IfMatch;
import dev.hostwright.dns.dnssec.ParentRecords;
import dev.hostwright.dns.dnssec.SigningKey;
import dev.hostwright.dns.dnssec.SigningKeys;
import dev.hostwright.dns.fence.Fence;
import dev.hostwright.dns.problem.Fault;
import dev.hostwright.dns.propagation.WrittenChange;
import dev.hostwright.dns.tenant.Caller;
import dev.hostwright.dns.tenant.Scope;
import dev.hostwright.dns.tenant.TenantPool;
import dev.hostwright.dns.zone.Serial;
import dev.hostwright.dns.zone.Zone;
import dev.hostwright.dns.zone.ZoneRepository;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/** The keys of zones in PostgreSQL; of the private ones this role can only write. */
@ApplicationScoped
class KeyRepository {

    private static final String KEY = """
            SELECT z.domain, k.public_key
              FROM dns_zones z
              LEFT JOIN dns_keys k ON k.zone_id = z.id
             WHERE z.id = $1
               AND ($2::bigint IS NULL OR z.tenant_id = $2)
            """;

    /**
     * The zone's serial, in its SOA too: signatures come or go everywhere, so it is a change like any other. It comes
     * after the key, because a trigger notes with the serial whether the zone is signed.
     */
    private static final String RAISE = """
            WITH zone AS (
                UPDATE dns_zones
                   SET serial = $2, fence = greatest(fence, $3), updated_at = now()
                 WHERE id = $1
                RETURNING id, serial
            )
            UPDATE dns_records r
               SET content = regexp_replace(content, '^(\\S+ \\S+) \\d+', '\\1 ' || zone.serial), updated_at = now()
              FROM zone
             WHERE r.zone_id = zone.id
               AND r.type = 'SOA'
            """;

    private static final String ADD = """
            INSERT INTO dns_keys (zone_id, tenant_id, pdns_zone_id, zone_domain, public_key, private_key)
            SELECT id, tenant_id, pdns_id, domain, $2, $3
              FROM dns_zones
             WHERE id = $1
            """;

    private static final String REMOVE = """
            DELETE FROM dns_keys
             WHERE zone_id = $1
            """;

    /**
     * Signed zones with secondaries that have had no serial in this week of PowerDNS, which begins on Thursday 00:00
     * UTC. The SOA's own time is the serial's: the zone's is also that of a suspension.
     */
    private static final String STALE = """
            SELECT z.id
              FROM dns_zones z
              JOIN dns_keys k ON k.zone_id = z.id
              JOIN dns_records soa ON soa.zone_id = z.id AND soa.type = 'SOA'
             WHERE z.type = 'MASTER'
               AND soa.updated_at < to_timestamp(floor(extract(epoch FROM now()) / 604800) * 604800)
             ORDER BY soa.updated_at
             LIMIT 100
            """;

    private final TenantPool tenants;
    private final SigningKeys keys;
    private final Clock clock;
    private final WrittenChange written;

    KeyRepository(TenantPool tenants, SigningKeys keys, Clock clock, WrittenChange written) {
        this.tenants = tenants;
        this.keys = keys;
        this.clock = clock;
        this.written = written;
    }

    /** What the parent publishes; a fault when there is no such zone, or it is not signed here. */
    Uni<ParentRecords> parentRecords(Scope scope, UUID id) {
        return tenants.withTransaction(scope, sql -> sql.preparedQuery(KEY)
                .mapping(PublicKey::from)
                .execute(Tuple.of(id, scope.tenant()))
                .map(rows -> rows.stream()
                        .findFirst()
                        .orElseThrow(() -> new Fault.NotFound("zone").toException())
                        .parentRecords()));
    }

    /** Signs the zone with a new key, if it has none. */
    Uni<Void> sign(Caller caller, UUID id, boolean preview, Fence fence, IfMatch condition) {
        return change(caller, id, preview, fence, condition, true);
    }

    /** Takes the zone's key away, if it has one. */
    Uni<Void> unsign(Caller caller, UUID id, boolean preview, Fence fence, IfMatch condition) {
        return change(caller, id, preview, fence, condition, false);
    }

    /**
     * Gives a new serial to zones whose secondaries would keep signatures until they run out. PowerDNS makes signatures
     * anew each week, good for two weeks from its beginning; a secondary gets them with the next transfer only.
     *
     * @return how many
     */
    Uni<Integer> refresh() {
        return tenants.withTransaction(Scope.ALL, sql -> sql.preparedQuery(STALE)
                        .mapping(row -> row.getUUID("id"))
                        .execute()
                        .map(rows -> rows.stream().toList()))
                .onItem()
                .transformToMulti(Multi.createFrom()::iterable)
                .onItem()
                .transformToUniAndConcatenate(this::refresh)
                .collect()
                .with(Collectors.summingInt(Integer::intValue));
    }

    private Uni<Integer> refresh(UUID id) {
        return tenants.withTransaction(
                Scope.ALL, sql -> ZoneRepository.lock(sql, Scope.ALL, id).chain(found -> found.filter(Zone::dnssec)
                        .map(zone -> raise(
                                        sql,
                                        zone,
                                        new Serial(zone.serial()).next(clock).value(),
                                        0)
                                .replaceWith(1))
                        .orElseGet(() -> Uni.createFrom().item(0))));
    }

    private static Uni<Void> raise(SqlConnection sql, Zone zone, long serial, long fence) {
        return sql.preparedQuery(RAISE)
                .execute(Tuple.of(zone.id(), serial, fence))
                .replaceWithVoid();
    }

    private Uni<Void> change(Caller caller, UUID id, boolean preview, Fence fence, IfMatch condition, boolean signed) {
        Scope scope = caller.scope();
        boolean operator = caller.isOperator();
        return tenants.withTransaction(scope, preview, sql -> ZoneRepository.lock(sql, scope, id)
                        .map(zone -> zone.orElseThrow(() -> new Fault.NotFound("zone").toException()))
                        .invoke(zone -> zone.checkChange(fence, operator))
                        .invoke(zone -> condition.check(Optional.of(zone.tag())))
                        .chain(zone -> zone.dnssec() == signed
                                ? ZoneRepository.raiseFence(sql, id, fence).replaceWith(zone.serial())
                                : write(sql, zone, preview, fence, signed)))
                .invoke(serial -> {
                    if (!preview) {
                        written.is(id, serial);
                    }
                })
                .replaceWithVoid();
    }

    private Uni<Long> write(SqlConnection sql, Zone zone, boolean preview, Fence fence, boolean signed) {
        long serial = new Serial(zone.serial()).next(clock).value();
        Uni<Void> change = signed ? add(sql, zone.id(), keys.next()) : remove(sql, zone.id());
        return change.chain(() -> raise(sql, zone, serial, fence.number()))
                .invoke(() -> {
                    if (!preview) {
                        Log.infof(
                                "event=zone-%s tenant=%d zone=%s serial=%d",
                                signed ? "signed" : "unsigned", zone.tenantId(), zone.id(), serial);
                    }
                })
                .replaceWith(serial);
    }

    private static Uni<Void> add(SqlConnection sql, UUID zone, SigningKey key) {
        return sql.preparedQuery(ADD)
                .execute(Tuple.of(zone, key.publicKey(), key.privateKey()))
                .replaceWithVoid();
    }

    private static Uni<Void> remove(SqlConnection sql, UUID zone) {
        return sql.preparedQuery(REMOVE).execute(Tuple.of(zone)).replaceWithVoid();
    }
}
