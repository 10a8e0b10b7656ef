package dev.hostwright.dns.rrset;

import dev.hostwright.dns.DnsConfig;
import dev.hostwright.dns.DnsName;
import dev.hostwright.dns.HeavyWork;
import dev.hostwright.dns.condition.IfMatch;
import dev.hostwright.dns.fence.Fence;
import dev.hostwright.dns.problem.Fault;
import dev.hostwright.dns.propagation.WrittenChange;
import dev.hostwright.dns.rdata.RRType;
import dev.hostwright.dns.rdata.RecordDraft;
import dev.hostwright.dns.rdata.RecordInput;
import dev.hostwright.dns.rdata.ResourceRecord;
import dev.hostwright.dns.rrset.ZoneRecords.Difference;
import dev.hostwright.dns.tenant.Caller;
import dev.hostwright.dns.tenant.Scope;
import dev.hostwright.dns.tenant.TenantPool;
import dev.hostwright.dns.zone.Serial;
import dev.hostwright.dns.zone.Zone;
import dev.hostwright.dns.zone.ZoneFileReader;
import dev.hostwright.dns.zone.ZoneRepository;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

/** The records of zones in PostgreSQL; every change locks its zone first, and raises the serial once. */
@ApplicationScoped
class RecordRepository {

    /** Rows of a page of RRsets; more than any RRset has that fits into a message. */
    static final int MAX_PAGE_ROWS = 6_000;

    /** Characters of a line in a master file. */
    private static final int SHORTEST_RECORD = 10;

    private static final String LOAD = """
            SELECT id, name, type, content, ttl, prio, record_group
              FROM dns_records
             WHERE zone_id = $1
               AND (name = ANY ($2)
                    OR name = (SELECT name FROM dns_records WHERE id = $3 AND zone_id = $1)
                    OR name IN (SELECT name FROM dns_records WHERE zone_id = $1 AND record_group = $4))
            """;

    /** Where a change puts a CNAME, what leads to it; and where it puts what leads to a host, the host's CNAME. */
    private static final String ALIASES = """
            SELECT id, name, type, content, ttl, prio, record_group
              FROM dns_records
             WHERE zone_id = $1
               AND type = 'CNAME'
               AND name = ANY ($2)
             UNION ALL
            SELECT id, name, type, content, ttl, prio, record_group
              FROM dns_records
             WHERE zone_id = $1
               AND type IN ('MX', 'NS', 'SRV')
               AND substring(content FROM '[^ ]+$') = ANY ($3)
            """;

    private static final String WRITE = """
            WITH zone AS (
                UPDATE dns_zones
                   SET serial = $2, fence = greatest(fence, $3), updated_at = now()
                 WHERE id = $1
                   AND ($19::bigint <= 0 OR $19 + (SELECT count(*) FROM dns_records WHERE zone_id = $1) <= $20::bigint)
                RETURNING id, tenant_id, pdns_id, domain, updated_at
            ), removed AS (
                DELETE FROM dns_records
                 WHERE zone_id = $1
                   AND id = ANY ($4)
            ), changed AS (
                UPDATE dns_records r
                   SET name = c.name, type = c.type, content = c.content, ttl = c.ttl, prio = c.prio,
                       record_group = c.record_group, updated_at = now()
                  FROM unnest($5::uuid[], $6::text[], $7::text[], $8::text[], $9::int[], $10::int[], $11::text[])
                       AS c (id, name, type, content, ttl, prio, record_group)
                 WHERE r.id = c.id
                   AND r.zone_id IS NOT DISTINCT FROM $1 -- no index: each record is looked up by its id
            ), added AS (
                INSERT INTO dns_records (id, zone_id, tenant_id, pdns_zone_id, zone_domain,
                                         name, type, content, ttl, prio, record_group)
                SELECT a.id, zone.id, tenant_id, pdns_id, domain, name, type, content, ttl, prio, record_group
                  FROM zone, unnest($12::uuid[], $13::text[], $14::text[], $15::text[], $16::int[], $17::int[], $18::text[])
                       AS a (id, name, type, content, ttl, prio, record_group)
            )
            SELECT updated_at
              FROM zone
            """;

    private static final String SERIAL = """
            SELECT serial, domain
              FROM dns_zones
             WHERE id = $1
               AND ($2::bigint IS NULL OR tenant_id = $2)
            """;

    private static final String FIND = """
            SELECT id, name, type, content, ttl, prio, record_group
              FROM dns_records
             WHERE id = $1
               AND zone_id = $2
            """;

    private static final String LIST = """
            SELECT id, name, type, content, ttl, prio, record_group
              FROM dns_records
             WHERE zone_id = $1
               AND (name, type, id::text) > ($2, $3, $4)
             ORDER BY name, type, id::text
             LIMIT $5
            """;

    /**
     * RRsets, one row for each record, of so many owners and types as fit the page and one more, up to a limit of rows.
     * The last of them is looked up once, and not joined: PostgreSQL may think that a zone of ten thousand has one
     * record.
     */
    private static final String LIST_RRSETS = """
            SELECT id, name, type, content, ttl, prio, record_group
              FROM dns_records
             WHERE zone_id = $1
               AND (name, type) > ($2, $3)
               AND (name, type) <= (SELECT name, type
                                      FROM (SELECT DISTINCT name, type
                                              FROM dns_records
                                             WHERE zone_id = $1
                                               AND (name, type) > ($2, $3)
                                             ORDER BY name, type
                                             LIMIT $4) page
                                     ORDER BY name DESC, type DESC
                                     LIMIT 1)
             ORDER BY name, type, prio, content
             LIMIT $5
            """;

    private static final String RRSET = """
            SELECT id, name, type, content, ttl, prio, record_group
              FROM dns_records
             WHERE zone_id = $1
               AND name = $2
               AND type = $3
             ORDER BY prio, content
            """;

    private static final String GROUP = """
            SELECT id, name, type, content, ttl, prio, record_group
              FROM dns_records
             WHERE zone_id = $1
               AND record_group = $2
             ORDER BY name, type, prio, content
            """;

    private final TenantPool tenants;
    private final DnsConfig config;
    private final Clock clock;
    private final HeavyWork heavy;
    private final WrittenChange written;

    RecordRepository(TenantPool tenants, DnsConfig config, Clock clock, HeavyWork heavy, WrittenChange written) {
        this.tenants = tenants;
        this.config = config;
        this.clock = clock;
        this.heavy = heavy;
        this.written = written;
    }

    /** A zone as a reader sees it. */
    record ZoneView(long serial, DnsName domain) {}

    /**
     * Carries out a change in one transaction, with one new serial, or with none when nothing is changed by it.
     *
     * @param size how many records are asked for
     * @param preview only says what would come of it: all is checked as if it were meant, and nothing is stored
     * @param ask what is asked for, once the zone is known
     * @return nothing when there is no such zone
     */
    Uni<Optional<ZoneChange.Result>> change(
            Caller caller, UUID id, Fence fence, int size, boolean preview, Function<Zone, ZoneChange> ask) {
        RecordInput.checkCount(size, config.maxRequestRecords());
        return carryOut(caller, id, fence, size, preview, ask);
    }

    /**
     * Makes a zone what a master file says, in one change.
     *
     * @param anyLoss also when most records would be deleted
     */
    Uni<Optional<ZoneChange.Result>> replace(
            Caller caller, UUID id, Fence fence, IfMatch condition, String file, boolean anyLoss, boolean preview) {
        return carryOut(caller, id, fence, file.length() / SHORTEST_RECORD, preview, zone -> {
            condition.check(Optional.of(zone.tag()));
            List<RecordDraft> drafts =
                    ZoneFileReader.read(file, zone.domain(), config.defaultTtl(), config.maxZoneRecords());
            return ZoneChange.ofZone(before -> {
                ZoneRecords after = before.replaceAll(drafts);
                if (!anyLoss) {
                    after.checkLossSince(before);
                }
                return after;
            });
        });
    }

    private Uni<Optional<ZoneChange.Result>> carryOut(
            Caller caller, UUID id, Fence fence, int size, boolean preview, Function<Zone, ZoneChange> ask) {
        Scope scope = caller.scope();
        boolean operator = caller.isOperator();
        return tenants.withTransaction(
                        scope, sql -> ZoneRepository.lock(sql, scope, id).chain(zone -> zone.map(
                                        found -> change(sql, open(found, fence, operator), fence, size, preview, ask))
                                .orElseGet(() -> Uni.createFrom().item(Optional.empty()))))
                .invoke(change -> change.filter(ZoneChange.Result::isStored)
                        .ifPresent(result -> written.is(result.zoneId(), result.serial())))
                .onFailure(PgException.class)
                .transform(RecordRepository::taken);
    }

    private static Zone open(Zone zone, Fence fence, boolean operator) {
        zone.checkChange(fence, operator);
        return zone;
    }

    private Uni<Optional<ZoneChange.Result>> change(
            SqlConnection sql, Zone zone, Fence fence, int size, boolean preview, Function<Zone, ZoneChange> ask) {
        return heavy.run(size, () -> ask.apply(zone))
                .chain(asked -> preview
                        ? plan(sql, zone, size, ZoneChange.ofZone(asked.change()))
                                .chain(plan -> heavy.run(plan.size(), plan::preview))
                        : plan(sql, zone, size, asked).chain(plan -> write(sql, zone, fence, plan)))
                .map(Optional::of);
    }

    private Uni<Plan> plan(SqlConnection sql, Zone zone, int size, ZoneChange asked) {
        return load(sql, zone, asked)
                .chain(before -> heavy.run(Math.max(size, before.records().size()), () -> plan(zone, asked, before)))
                .call(plan -> asked.whole() ? Uni.createFrom().voidItem() : checkHosts(sql, zone, plan));
    }

    /** What becomes of the records, and what has to be written for it. */
    private record Plan(ZoneChange.Result result, Difference difference) {

        int size() {
            return result.after().records().size();
        }

        /** The result with what is doubtful about it; all records of the zone were looked at. */
        ZoneChange.Result preview() {
            return new ZoneChange.Result(
                    result.zoneId(),
                    result.serial(),
                    Optional.empty(),
                    result.before(),
                    result.after(),
                    ZoneWarning.of(result.after()));
        }
    }

    private Plan plan(Zone zone, ZoneChange asked, ZoneRecords before) {
        ZoneRecords after = asked.change().apply(before);
        Difference difference = after.since(before);
        if (difference.isNothing()) {
            return new Plan(result(zone, new Serial(zone.serial()), before, before), difference);
        }
        after.check();
        if (asked.whole()) {
            after.checkHosts();
            checkRoom(difference.growth() <= 0 || after.records().size() <= config.maxZoneRecords());
        }
        Serial serial = new Serial(zone.serial()).next(clock);
        ZoneRecords dated = after.dated(serial);
        return new Plan(result(zone, serial, before, dated), dated.since(before));
    }

    private static ZoneChange.Result result(Zone zone, Serial serial, ZoneRecords before, ZoneRecords after) {
        return new ZoneChange.Result(zone.id(), serial.value(), Optional.of(zone.tag()), before, after, List.of());
    }

    private void checkRoom(boolean isThere) {
        if (!isThere) {
            throw new Fault.Conflict(
                            "", "zone_full", "A zone has %d records at most.".formatted(config.maxZoneRecords()))
                    .toException();
        }
    }

    private Uni<ZoneRecords> load(SqlConnection sql, Zone zone, ZoneChange asked) {
        if (asked.whole()) {
            return ZoneRepository.records(sql, zone.id())
                    .map(rows -> new ZoneRecords(zone.domain(), config.defaultTtl(), rows));
        }
        String[] names = Stream.concat(Stream.of(zone.domain()), asked.names().stream())
                .map(DnsName::value)
                .distinct()
                .toArray(String[]::new);
        return sql.preparedQuery(LOAD)
                .mapping(ResourceRecord::from)
                .execute(Tuple.of(
                        zone.id(),
                        names,
                        asked.record().orElse(null),
                        asked.group().orElse(null)))
                .map(rows -> new ZoneRecords(
                        zone.domain(), config.defaultTtl(), rows.stream().toList()));
    }

    /** Refuses a CNAME where an MX, NS or SRV leads, whichever of the two was there first. */
    private static Uni<Void> checkHosts(SqlConnection sql, Zone zone, Plan plan) {
        List<ResourceRecord> written = plan.difference().written();
        String[] hosts = written.stream()
                .flatMap(each -> each.host().stream())
                .filter(host -> host.isAtOrBelow(zone.domain()))
                .map(DnsName::value)
                .toArray(String[]::new);
        String[] aliases = written.stream()
                .filter(each -> each.type() == RRType.CNAME)
                .map(each -> each.name().absolute())
                .toArray(String[]::new);
        return hosts.length + aliases.length == 0
                ? Uni.createFrom().voidItem()
                : query(sql, ALIASES, Tuple.of(zone.id(), hosts, aliases))
                        .invoke(others -> plan.result().checkHosts(others))
                        .replaceWithVoid();
    }

    private Uni<ZoneChange.Result> write(SqlConnection sql, Zone zone, Fence fence, Plan plan) {
        Difference difference = plan.difference();
        if (difference.isNothing()) {
            return ZoneRepository.raiseFence(sql, zone.id(), fence).replaceWith(plan.result());
        }
        long serial = plan.result().serial();
        List<Object> parameters = new ArrayList<>(List.of(zone.id(), serial, fence.number()));
        parameters.add(difference.removed().toArray(UUID[]::new));
        addColumns(parameters, difference.changed());
        addColumns(parameters, difference.added());
        parameters.add((long) difference.growth());
        parameters.add((long) config.maxZoneRecords());
        return sql.preparedQuery(WRITE)
                .execute(Tuple.wrap(parameters))
                .invoke(rows -> checkRoom(rows.size() > 0))
                .invoke(rows -> Log.infof(
                        "event=zone-changed tenant=%d zone=%s serial=%d removed=%d changed=%d added=%d",
                        zone.tenantId(),
                        zone.id(),
                        serial,
                        difference.removed().size(),
                        difference.changed().size() - 1,
                        difference.added().size()))
                .map(rows -> plan.result().tagged(Zone.tag(serial, updatedAt(rows))));
    }

    private static Instant updatedAt(RowSet<Row> rows) {
        return rows.iterator().next().getOffsetDateTime("updated_at").toInstant();
    }

    private static void addColumns(List<Object> parameters, List<ResourceRecord> records) {
        parameters.add(records.stream().map(ResourceRecord::id).toArray(UUID[]::new));
        parameters.add(records.stream().map(r -> r.name().value()).toArray(String[]::new));
        parameters.add(records.stream().map(r -> r.type().name()).toArray(String[]::new));
        parameters.add(records.stream().map(ResourceRecord::content).toArray(String[]::new));
        parameters.add(records.stream().map(ResourceRecord::ttl).toArray(Integer[]::new));
        parameters.add(records.stream().map(r -> r.prio().orElse(null)).toArray(Integer[]::new));
        parameters.add(records.stream().map(r -> r.group().orElse(null)).toArray(String[]::new));
    }

    /** Reads in a transaction that sees the zone, or fails as not found. */
    <T> Uni<T> read(Scope scope, UUID id, BiFunction<SqlConnection, ZoneView, Uni<T>> work) {
        return tenants.withTransaction(scope, sql -> sql.preparedQuery(SERIAL)
                .execute(Tuple.of(id, scope.tenant()))
                .map(rows -> {
                    for (Row row : rows) {
                        return new ZoneView(row.getLong("serial"), new DnsName(row.getString("domain")));
                    }
                    throw new Fault.NotFound("zone").toException();
                })
                .chain(zone -> work.apply(sql, zone)));
    }

    static Uni<ResourceRecord> find(SqlConnection sql, UUID zone, UUID id) {
        return query(sql, FIND, Tuple.of(id, zone))
                .map(records ->
                        records.stream().findFirst().orElseThrow(() -> new Fault.NotFound("record").toException()));
    }

    static Uni<List<ResourceRecord>> list(SqlConnection sql, UUID zone, String[] after, int limit) {
        return query(sql, LIST, Tuple.of(zone, after[0], after[1], after[2], limit));
    }

    static Uni<List<ResourceRecord>> listRRsets(SqlConnection sql, UUID zone, String[] after, int limit) {
        return query(sql, LIST_RRSETS, Tuple.of(zone, after[0], after[1], limit, MAX_PAGE_ROWS));
    }

    static Uni<List<ResourceRecord>> rrset(SqlConnection sql, UUID zone, DnsName name, RRType type) {
        return query(sql, RRSET, Tuple.of(zone, name.value(), type.name()));
    }

    static Uni<List<ResourceRecord>> group(SqlConnection sql, UUID zone, String group) {
        return query(sql, GROUP, Tuple.of(zone, group));
    }

    private static Uni<List<ResourceRecord>> query(SqlConnection sql, String query, Tuple parameters) {
        return sql.preparedQuery(query)
                .mapping(ResourceRecord::from)
                .execute(parameters)
                .map(rows -> rows.stream().toList());
    }

    /** A record of another zone, perhaps of another tenant, who is not given away. */
    private static Throwable taken(Throwable e) {
        return "dns_records_pkey".equals(((PgException) e).getConstraint())
                ? new Fault.NotFound("record").toException()
                : e;
    }
}
