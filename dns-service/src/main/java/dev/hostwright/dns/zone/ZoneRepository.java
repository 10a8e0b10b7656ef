package dev.hostwright.dns.zone;

import dev.hostwright.dns.DnsName;
import dev.hostwright.dns.condition.IfMatch;
import dev.hostwright.dns.dnssec.SigningKey;
import dev.hostwright.dns.fence.Fence;
import dev.hostwright.dns.page.PageRequest;
import dev.hostwright.dns.problem.Fault;
import dev.hostwright.dns.rdata.RRType;
import dev.hostwright.dns.rdata.RecordDraft;
import dev.hostwright.dns.rdata.ResourceRecord;
import dev.hostwright.dns.tenant.Scope;
import dev.hostwright.dns.tenant.TenantPool;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Zones in PostgreSQL. */
@ApplicationScoped
public class ZoneRepository {

    /** One statement, so one round trip and one transaction; the policies see the tenant before the first row. */
    private static final String CREATE = """
            WITH scope AS MATERIALIZED (
                SELECT set_config('app.tenant', $2::bigint::text, true)
            ), zone AS (
                INSERT INTO dns_zones (id, tenant_id, domain, registrable, network, type, master, serial, made_by, fence)
                SELECT $1::uuid, $2::bigint, $3::text, $4::text, $5::text::cidr, $6::text, $7::text, $8::bigint, $9::uuid,
                       $10::bigint
                  FROM scope
                    ON CONFLICT (id) DO NOTHING
                RETURNING id, tenant_id, pdns_id, domain, registrable, created_at
            ), claim AS (
                INSERT INTO dns_claims (registrable, tenant_id)
                SELECT registrable, tenant_id
                  FROM zone
                    ON CONFLICT (registrable) DO NOTHING
            ), records AS (
                INSERT INTO dns_records (id, zone_id, tenant_id, pdns_zone_id, zone_domain, name, type, content, ttl, prio)
                SELECT record.id, zone.id, tenant_id, pdns_id, domain, name, type, content, ttl, prio
                  FROM zone, unnest($11::uuid[], $12::text[], $13::text[], $14::text[], $15::int[], $16::int[])
                       AS record (id, name, type, content, ttl, prio)
            ), key AS (
                INSERT INTO dns_keys (zone_id, tenant_id, pdns_zone_id, zone_domain, public_key, private_key)
                SELECT id, tenant_id, pdns_id, domain, $17::text, $18::text
                  FROM zone
                 WHERE $17::text IS NOT NULL
            )
            SELECT created_at
              FROM zone
            """;

    private static final String COLUMNS = """
            SELECT z.id, z.tenant_id, z.domain, z.type, z.master, z.serial, z.suspended, z.created_at, z.updated_at,
                   z.made_by, z.fence,
                   EXISTS (SELECT FROM dns_keys k WHERE k.zone_id = z.id) AS dnssec,
                   ARRAY(SELECT r.content
                           FROM dns_records r
                          WHERE r.zone_id = z.id AND r.name = z.domain AND r.type = 'NS'
                          ORDER BY r.content) AS name_servers
              FROM dns_zones z
            """;

    private static final String FIND = COLUMNS + """
             WHERE z.id = $1
               AND ($2::bigint IS NULL OR z.tenant_id = $2)
            """;

    private static final String LOCK = FIND + """
               FOR NO KEY UPDATE OF z
            """;

    private static final String LIST = COLUMNS + """
             WHERE z.domain > $1
               AND ($2::bigint IS NULL OR z.tenant_id = $2)
             ORDER BY z.domain
             LIMIT $3
            """;

    private static final String RECORDS = """
            SELECT id, name, type, content, ttl, prio, record_group
              FROM dns_records
             WHERE zone_id = $1
             ORDER BY name, type, prio, content
            """;

    private static final String TOMBSTONE = """
            SELECT fence
              FROM tombstones
             WHERE id = $1
               AND tenant_id = $2
            """;

    private static final String RAISE_FENCE = """
            UPDATE dns_zones
               SET fence = $2
             WHERE id = $1
               AND fence < $2
            """;

    private static final String LOCK_ID = "SELECT pg_advisory_xact_lock(hashtextextended($1::uuid::text, 0))";

    private static final String LOCK_CLAIM = """
            SELECT c.registrable
              FROM dns_claims c
              JOIN dns_zones z USING (registrable)
             WHERE z.id = $1
               FOR UPDATE OF c
            """;

    private static final String DELETE = """
            DELETE FROM dns_zones
             WHERE id = $1
            RETURNING registrable
            """;

    private static final String DROP_CLAIM = """
            DELETE FROM dns_claims
             WHERE registrable = $1
               AND NOT EXISTS (SELECT FROM dns_zones WHERE registrable = $1)
            """;

    private static final String BURY = """
            INSERT INTO tombstones AS t (tenant_id, id, fence)
            VALUES ($1, $2, $3)
                ON CONFLICT (tenant_id, id)
                DO UPDATE SET fence = greatest(t.fence, excluded.fence), deleted_at = now()
            """;

    private static final String SUSPEND = """
            UPDATE dns_zones
               SET suspended = $2, fence = greatest(fence, $3),
                   updated_at = CASE WHEN suspended = $2 THEN updated_at ELSE now() END
             WHERE id = $1
            """;

    private final Pool pool;
    private final TenantPool tenants;

    ZoneRepository(Pool pool, TenantPool tenants) {
        this.pool = pool;
        this.tenants = tenants;
    }

    /** The zone with its records, or nothing when the id is taken or was deleted; a fault when the domain is taken. */
    Uni<Optional<Zone>> create(Scope scope, NewZone zone, boolean preview) {
        Uni<Optional<Zone>> made =
                preview ? tenants.withTransaction(scope, true, sql -> insert(sql, zone)) : insert(pool, zone);
        // A claim that vanished between our look at it and the check of the foreign key is made by the second try.
        return made.onFailure(ZoneRepository::isClaimed)
                .retry()
                .atMost(1)
                .onFailure(PgException.class)
                .transform(ZoneRepository::taken);
    }

    private static Uni<Optional<Zone>> insert(SqlClient sql, NewZone zone) {
        List<ResourceRecord> records = zone.records();
        Tuple parameters = Tuple.tuple()
                .addUUID(zone.id())
                .addLong(zone.tenantId())
                .addString(zone.name().domain().value())
                .addString(zone.name().registrable().value())
                .addString(zone.name().network().orElse(null))
                .addString(zone.type().name())
                .addString(zone.master().orElse(null))
                .addLong(zone.serial().value())
                .addUUID(zone.fence().operation())
                .addLong(zone.fence().number())
                .addArrayOfUUID(records.stream().map(ResourceRecord::id).toArray(UUID[]::new))
                .addArrayOfString(records.stream().map(r -> r.name().value()).toArray(String[]::new))
                .addArrayOfString(records.stream().map(r -> r.type().name()).toArray(String[]::new))
                .addArrayOfString(records.stream().map(ResourceRecord::content).toArray(String[]::new))
                .addArrayOfInteger(records.stream().map(ResourceRecord::ttl).toArray(Integer[]::new))
                .addArrayOfInteger(
                        records.stream().map(r -> r.prio().orElse(null)).toArray(Integer[]::new))
                .addString(zone.key().map(SigningKey::publicKey).orElse(null))
                .addString(zone.key().map(SigningKey::privateKey).orElse(null));
        return sql.preparedQuery(CREATE).execute(parameters).map(rows -> {
            for (Row row : rows) {
                return Optional.of(zone.made(row.getOffsetDateTime("created_at").toInstant()));
            }
            return Optional.empty();
        });
    }

    /** The zone of the id when it is what is asked for, with the fence raised; else the fault that says why not. */
    Uni<Zone> match(Scope scope, NewZone asked, boolean preview, IfMatch condition) {
        return tenants.withTransaction(scope, preview, sql -> lock(sql, scope, asked.id())
                .invoke(zone -> condition.check(zone.map(Zone::tag)))
                .chain(zone -> zone.map(found -> compare(sql, found, asked)).orElseGet(() -> refuse(sql, asked))));
    }

    private static Uni<Zone> compare(SqlConnection sql, Zone zone, NewZone asked) {
        asked.fence().check(zone.fence());
        return records(sql, zone.id())
                .invoke(records -> {
                    if (!asked.isMetBy(zone, records)) {
                        throw new Fault.Differs("zone", zone.id()).toException();
                    }
                })
                .call(() -> raiseFence(sql, zone.id(), asked.fence()))
                .replaceWith(zone);
    }

    /** The id was deleted, or it is another tenant's, who is not given away. */
    private static Uni<Zone> refuse(SqlConnection sql, NewZone asked) {
        return sql.preparedQuery(TOMBSTONE)
                .execute(Tuple.of(asked.id(), asked.tenantId()))
                .map(rows -> {
                    for (Row row : rows) {
                        asked.fence().checkTombstone(asked.id(), row.getLong("fence"));
                        throw new Fault.Unavailable("The zone is being deleted; send the request again.", 1)
                                .toException();
                    }
                    throw notFound();
                });
    }

    Uni<Zone> find(Scope scope, UUID id) {
        return tenants.withTransaction(scope, sql -> sql.preparedQuery(FIND)
                .execute(Tuple.of(id, scope.tenant()))
                .map(rows -> only(rows).orElseThrow(ZoneRepository::notFound)));
    }

    Uni<List<Zone>> list(Scope scope, PageRequest page) {
        return tenants.withTransaction(scope, sql -> sql.preparedQuery(LIST)
                .mapping(Zone::from)
                .execute(Tuple.of(page.after(), scope.tenant(), page.size() + 1))
                .map(rows -> rows.stream().toList()));
    }

    /** The zone as a master file (RFC 1035 section 5.1). */
    Uni<String> file(Scope scope, UUID id) {
        return tenants.withTransaction(scope, sql -> sql.preparedQuery(FIND)
                .execute(Tuple.of(id, scope.tenant()))
                .map(rows -> only(rows).orElseThrow(ZoneRepository::notFound))
                .chain(zone -> records(sql, id).map(records -> ZoneFile.print(zone.domain(), records))));
    }

    /**
     * Deletes the zone with its records, if it is there, and remembers that the id was deleted. The condition is of a
     * zone that is there: one that is gone already is as it is asked to be.
     *
     * @return the zone that was there
     */
    Uni<Optional<Zone>> delete(Scope scope, UUID id, boolean preview, Fence fence, IfMatch condition) {
        return tenants.withTransaction(scope, preview, sql -> sql.preparedQuery(LOCK_ID)
                .execute(Tuple.of(id))
                .chain(() -> lock(sql, scope, id))
                .call(zone -> zone.map(found -> remove(sql, found, fence, condition))
                        .orElseGet(() -> bury(sql, scope.tenant(), id, fence.number()))));
    }

    private static Uni<Void> remove(SqlConnection sql, Zone zone, Fence fence, IfMatch condition) {
        fence.check(zone.fence());
        condition.check(Optional.of(zone.tag()));
        if (fence.undo() && !Objects.equals(fence.operation(), zone.madeBy())) {
            return new Fault.Conflict("", "not_ours", "Another operation made this zone.").toFailure();
        }
        return sql.preparedQuery(LOCK_CLAIM)
                .execute(Tuple.of(zone.id()))
                .chain(() -> sql.preparedQuery(DELETE).execute(Tuple.of(zone.id())))
                .chain(rows -> sql.preparedQuery(DROP_CLAIM)
                        .execute(Tuple.of(rows.iterator().next().getString("registrable"))))
                .chain(() -> bury(sql, zone.tenantId(), zone.id(), Math.max(fence.number(), zone.fence())));
    }

    private static Uni<Void> bury(SqlConnection sql, @Nullable Long tenant, UUID id, long fence) {
        return tenant == null
                ? Uni.createFrom().voidItem()
                : sql.preparedQuery(BURY).execute(Tuple.of(tenant, id, fence)).replaceWithVoid();
    }

    Uni<Zone> suspend(Scope scope, UUID id, boolean suspended, boolean preview, Fence fence, IfMatch condition) {
        return tenants.withTransaction(scope, preview, sql -> lock(sql, scope, id)
                .map(zone -> zone.orElseThrow(ZoneRepository::notFound))
                .invoke(zone -> fence.check(zone.fence()))
                .invoke(zone -> condition.check(Optional.of(zone.tag())))
                .call(zone -> sql.preparedQuery(SUSPEND).execute(Tuple.of(id, suspended, fence.number()))));
    }

    /** The zone, locked until the end of the transaction, before any of its records is touched. */
    public static Uni<Optional<Zone>> lock(SqlConnection sql, Scope scope, UUID id) {
        return sql.preparedQuery(LOCK).execute(Tuple.of(id, scope.tenant())).map(ZoneRepository::only);
    }

    /** Keeps the fence of whoever wrote last. */
    public static Uni<Void> raiseFence(SqlConnection sql, UUID id, Fence fence) {
        return fence.number() == 0
                ? Uni.createFrom().voidItem()
                : sql.preparedQuery(RAISE_FENCE)
                        .execute(Tuple.of(id, fence.number()))
                        .replaceWithVoid();
    }

    /** All records of a zone. */
    public static Uni<List<ResourceRecord>> records(SqlConnection sql, UUID zone) {
        return sql.preparedQuery(RECORDS)
                .mapping(ResourceRecord::from)
                .execute(Tuple.of(zone))
                .map(rows -> rows.stream().toList());
    }

    private static Optional<Zone> only(RowSet<Row> rows) {
        for (Row row : rows) {
            return Optional.of(Zone.from(row));
        }
        return Optional.empty();
    }

    private static RuntimeException notFound() {
        return new Fault.NotFound("zone").toException();
    }

    private static boolean isClaimed(Throwable e) {
        return e instanceof PgException refusal && "dns_zones_claim".equals(refusal.getConstraint());
    }

    private static Throwable taken(Throwable e) {
        return switch (String.valueOf(((PgException) e).getConstraint())) {
            case "dns_zones_domain", "dns_zones_claim", "dns_zones_network" ->
                new Fault.Conflict("/domain", "domain_taken", "The domain is taken.").toException();
            default -> e;
        };
    }

    /**
     * A zone that is asked for.
     *
     * @param key what signs it, if it is to be signed here
     * @param dnssec whether the request says that it is or is not to be signed
     * @param asked the records that the request names, of which each is among {@code records}
     */
    record NewZone(
            UUID id,
            long tenantId,
            ZoneName name,
            ZoneType type,
            Optional<String> master,
            Serial serial,
            Optional<SigningKey> key,
            Optional<Boolean> dnssec,
            List<ResourceRecord> records,
            List<RecordDraft> asked,
            Fence fence) {

        Zone made(Instant at) {
            List<DnsName> nameServers = records.stream()
                    .filter(each -> each.isOf(name.domain(), RRType.NS))
                    .map(each -> DnsName.target(each.content(), name.domain()))
                    .toList();
            return new Zone(
                    id,
                    tenantId,
                    name.domain(),
                    type,
                    master,
                    serial.value(),
                    nameServers,
                    Zone.ACTIVE,
                    false,
                    key.isPresent(),
                    at,
                    at,
                    fence.operation(),
                    fence.number());
        }

        boolean isMetBy(Zone zone, List<ResourceRecord> stored) {
            Map<ResourceRecord.Statement, Integer> ttls = stored.stream()
                    .map(ResourceRecord::undated)
                    .collect(Collectors.toMap(ResourceRecord::statement, ResourceRecord::ttl, (first, same) -> first));
            return tenantId == zone.tenantId()
                    && name.domain().equals(zone.domain())
                    && type == zone.type()
                    && master.equals(zone.master())
                    && dnssec.orElse(zone.dnssec()) == zone.dnssec()
                    && asked.stream().allMatch(draft -> draft.isMetBy(ttls));
        }
    }
}
