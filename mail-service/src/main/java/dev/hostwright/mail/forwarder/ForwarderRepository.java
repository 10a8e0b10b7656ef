package dev.hostwright.mail.forwarder;

import dev.hostwright.mail.MailDomain;
import dev.hostwright.mail.Put;
import dev.hostwright.mail.fence.Fence;
import dev.hostwright.mail.fence.TombstoneRepository;
import dev.hostwright.mail.limit.LimitRepository;
import dev.hostwright.mail.page.PageRequest;
import dev.hostwright.mail.problem.Fault;
import dev.hostwright.mail.tenant.Scope;
import dev.hostwright.mail.tenant.TenantPool;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Forwarders in PostgreSQL. */
@ApplicationScoped
public class ForwarderRepository {

    private static final String KIND = "forwarder";

    private static final int MOST_IN_A_ROW = 10;
    private static final int MOST_ADDRESSES = 100;

    /** Of a tenant's forwarders that lead to a changed one, so many are measured. */
    private static final int NEAREST = 1000;

    /** Those and all of the tenant's that they lead to. */
    private static final int MOST_AROUND = 5000;

    private static final String LIST = """
            SELECT id, tenant_id, domain, source, destination, keep_copy, enabled, created_at, updated_at
              FROM email_forwarders
             WHERE ($1::bigint IS NULL OR tenant_id = $1)
               AND source > $2
             ORDER BY source
             LIMIT $3
            """;

    private static final String LIST_OF_DOMAIN = """
            SELECT id, tenant_id, domain, source, destination, keep_copy, enabled, created_at, updated_at
              FROM email_forwarders
             WHERE domain = $4
               AND ($1::bigint IS NULL OR tenant_id = $1)
               AND source > $2
             ORDER BY source
             LIMIT $3
            """;

    private static final String FIND = """
            SELECT id, tenant_id, domain, source, destination, keep_copy, on_mailbox, enabled, fence, created_at,
                   updated_at
              FROM email_forwarders
             WHERE id = $1
               AND ($2::bigint IS NULL OR tenant_id = $2)
            """;

    private static final String FIND_FOR_UPDATE = """
            SELECT id, tenant_id, domain, source, destination, keep_copy, on_mailbox, enabled, fence, created_at,
                   updated_at
              FROM email_forwarders
             WHERE id = $1
               AND ($2::bigint IS NULL OR tenant_id = $2)
               FOR UPDATE
            """;

    private static final String OF_DOMAIN = """
            SELECT id, tenant_id, domain, source, destination, keep_copy, on_mailbox, enabled, fence, created_at,
                   updated_at
              FROM email_forwarders
             WHERE domain = $1
               AND tenant_id = $2
               AND source = ANY ($3::text[])
             ORDER BY array_position($3::text[], source)
            """;

    private static final String LOOK = """
            SELECT (SELECT fence FROM tombstones WHERE tenant_id = $1 AND id = $2) AS tombstone,
                   (SELECT is_alias FROM email_domains WHERE domain = $3 AND tenant_id = $1) AS alias,
                   (SELECT address.kind
                      FROM email_addresses AS address
                     WHERE address.address = $4
                       AND address.tenant_id = $1) AS taken_by,
                   ARRAY (SELECT domain FROM email_domains WHERE domain = ANY ($5::text[]) AND tenant_id = $1)
                       AS own_domains,
                   id, tenant_id, domain, source, destination, keep_copy, on_mailbox, enabled, fence, created_at,
                   updated_at
              FROM (VALUES (1)) AS always
              LEFT JOIN email_forwarders ON id = $2 AND tenant_id = $1
            """;

    private static final String OWN_DOMAINS = """
            SELECT domain
              FROM email_domains
             WHERE domain = ANY ($2::text[])
               AND tenant_id = $1
            """;

    private static final String INSERT = """
            WITH asked AS (
                SELECT *
                  FROM unnest($3::uuid[], $4::text[], $5::text[], $6::boolean[], $7::boolean[], $8::boolean[])
                       AS asked (id, source, destination, keep_copy, on_mailbox, enabled)
            ), registered AS (
                INSERT INTO email_addresses (address, tenant_id, domain, kind)
                SELECT asked.source, hosted.tenant_id, hosted.domain, 'forwarder'
                  FROM asked
                  JOIN email_domains AS hosted ON hosted.domain = $2 AND hosted.tenant_id = $1
                 WHERE NOT asked.on_mailbox
                    ON CONFLICT (address) DO NOTHING
                RETURNING address
            ), made AS (
                INSERT INTO email_forwarders
                       (id, tenant_id, domain, source, destination, keep_copy, on_mailbox, enabled, made_by, fence)
                SELECT id, $1, $2, source, destination, keep_copy, on_mailbox, enabled, $9, $10
                  FROM asked
                 WHERE on_mailbox
                    OR source IN (SELECT address FROM registered)
                RETURNING id, tenant_id, domain, source, destination, keep_copy, enabled, created_at, updated_at
            ), edges AS (
                INSERT INTO email_forwarder_targets (forwarder_id, tenant_id, position, address)
                SELECT made.id, made.tenant_id, edge.position, edge.address
                  FROM made
                  JOIN unnest($11::uuid[], $12::integer[], $13::text[]) AS edge (forwarder_id, position, address)
                    ON edge.forwarder_id = made.id
            )
            SELECT *
              FROM made
            """;

    private static final String DANGLING = """
            SELECT edge.forwarder_id, edge.written AS address
              FROM forwarding_edges AS edge
              JOIN email_domains AS hosted
                ON hosted.domain = split_part(edge.address, '@', 2) AND hosted.tenant_id = $1
             WHERE edge.forwarder_id = ANY ($2::uuid[])
               AND edge.tenant_id = $1
               AND NOT EXISTS (SELECT FROM email_addresses AS there WHERE there.address = edge.address)
             ORDER BY array_position($2::uuid[], edge.forwarder_id), edge.position
             LIMIT 1
            """;

    private static final String OVER = """
            SELECT id, address
              FROM forwarding_over($1, $2)
            """;

    private static final String AROUND = """
            SELECT id, next
              FROM forwarding_around($1::uuid[], $2::text[])
            """;

    /** A statement of its own, so that the next one sees what whoever held the lock has committed. */
    private static final String LOCK_OWN = """
            SELECT 1
              FROM pg_advisory_xact_lock(hashtextextended('forwarding of ' || $1::bigint, 0))
            """;

    /**
     * One tenant's forwarders that lead to the given ones, the nearest of them, and all that any of these leads to;
     * each with the number of its other destinations. Each row is looked up by an index, and nothing is joined: OFFSET
     * 0 keeps it so (V26).
     */
    private static final String OWN = """
            WITH RECURSIVE up AS (
                SELECT forwarder.id, forwarder.source
                  FROM email_forwarders AS forwarder
                 WHERE forwarder.id = ANY ($2::uuid[])
                   AND forwarder.tenant_id = $1
                 UNION
                SELECT above.id, above.source
                  FROM up
                 CROSS JOIN LATERAL spellings(up.source) AS spelling (address)
                 CROSS JOIN LATERAL (SELECT target.forwarder_id
                                       FROM email_forwarder_targets AS target
                                      WHERE target.address = spelling.address AND target.tenant_id = $1
                                     OFFSET 0) AS edge
                 CROSS JOIN LATERAL (SELECT email_forwarders.id, email_forwarders.source
                                       FROM email_forwarders
                                      WHERE email_forwarders.id = edge.forwarder_id
                                     OFFSET 0) AS above
            ), nearest AS MATERIALIZED (
                SELECT up.id FROM up LIMIT $3
            ), down AS (
                SELECT nearest.id
                  FROM nearest
                 UNION
                SELECT below.id
                  FROM down
                 CROSS JOIN LATERAL (SELECT forwarding_edges.address
                                       FROM forwarding_edges
                                      WHERE forwarding_edges.forwarder_id = down.id
                                     OFFSET 0) AS edge
                 CROSS JOIN LATERAL (SELECT email_forwarders.id
                                       FROM email_forwarders
                                      WHERE email_forwarders.source = edge.address AND email_forwarders.tenant_id = $1
                                     OFFSET 0) AS below
            )
            SELECT forwarder.id,
                   array_remove(array_agg(below.id), NULL) AS next,
                   (count(*) FILTER (WHERE below.id IS NULL) + forwarder.keep_copy::integer)::integer AS ends
              FROM (SELECT down.id FROM down LIMIT $4) AS around
             CROSS JOIN LATERAL (SELECT email_forwarders.id, email_forwarders.keep_copy
                                   FROM email_forwarders
                                  WHERE email_forwarders.id = around.id
                                 OFFSET 0) AS forwarder
             CROSS JOIN LATERAL (SELECT forwarding_edges.address
                                   FROM forwarding_edges
                                  WHERE forwarding_edges.forwarder_id = around.id
                                 OFFSET 0) AS edge
              LEFT JOIN LATERAL (SELECT email_forwarders.id
                                   FROM email_forwarders
                                  WHERE email_forwarders.source = edge.address AND email_forwarders.tenant_id = $1
                                 OFFSET 0) AS below ON true
             GROUP BY forwarder.id, forwarder.keep_copy
            """;

    private static final String RAISE = """
            UPDATE email_forwarders
               SET fence = $3
             WHERE id = $1
               AND tenant_id = $2
            """;

    private static final String CHANGE = """
            WITH changed AS (
                UPDATE email_forwarders
                   SET destination = $3, keep_copy = $4, enabled = $5, updated_at = now()
                 WHERE id = $1
                   AND tenant_id = $2
                RETURNING id, tenant_id, domain, source, destination, keep_copy, enabled, created_at, updated_at
            ), gone AS (
                DELETE FROM email_forwarder_targets
                 WHERE forwarder_id = $1
                   AND tenant_id = $2
                   AND position > cardinality($6::text[])
            ), edges AS (
                INSERT INTO email_forwarder_targets (forwarder_id, tenant_id, position, address)
                SELECT $1, $2, edge.position, edge.address
                  FROM unnest($6::text[]) WITH ORDINALITY AS edge (address, position)
                    ON CONFLICT (forwarder_id, position) DO UPDATE SET address = excluded.address
            )
            SELECT *
              FROM changed
            """;

    /** Before the row itself: so do those who delete the domain, else the two would wait for each other. */
    private static final String LOCK_ADDRESS = """
            SELECT address
              FROM email_addresses
             WHERE address = (SELECT source
                                FROM email_forwarders
                               WHERE id = $1
                                 AND ($2::bigint IS NULL OR tenant_id = $2))
               FOR UPDATE
            """;

    private static final String MADE_BY = """
            SELECT tenant_id, source, made_by, fence
              FROM email_forwarders
             WHERE id = $1
               AND ($2::bigint IS NULL OR tenant_id = $2)
               FOR UPDATE
            """;

    private static final String DELETE = """
            WITH gone AS (
                DELETE FROM email_forwarders
                 WHERE id = $1
                   AND tenant_id = $2
                RETURNING source
            )
            DELETE FROM email_addresses
             WHERE address = (SELECT source FROM gone)
               AND tenant_id = $2
               AND kind = 'forwarder'
            """;

    private final TenantPool pool;
    private final TombstoneRepository tombstones;
    private final LimitRepository limits;

    ForwarderRepository(TenantPool pool, TombstoneRepository tombstones, LimitRepository limits) {
        this.pool = pool;
        this.tombstones = tombstones;
        this.limits = limits;
    }

    /**
     * A forwarder that may be made.
     *
     * @param pointer where it is in the request body
     */
    public record Plan(UUID id, Route route, NewForwarder asked, String pointer) {}

    /**
     * What stands in the way of a new forwarder, or is it.
     *
     * @param alias whether its domain is one, or null when it is none of the tenant's
     * @param takenBy mailbox, forwarder, or null
     */
    record Look(
            Optional<Forwarder.Stored> stored,
            @Nullable Long tombstone,
            @Nullable Boolean alias,
            @Nullable String takenBy,
            Set<String> ownDomains) {

        void refuse(UUID id, Fence fence) {
            if (tombstone != null) {
                fence.checkTombstone(id, tombstone);
            }
            if (alias == null) {
                throw new Fault.NoSuchDomain("/source").toException();
            }
            if (alias) {
                throw new Fault.InAlias("/source").toException();
            }
            if (KIND.equals(takenBy)) {
                throw taken().toException();
            }
        }

        boolean onMailbox() {
            return "mailbox".equals(takenBy);
        }
    }

    Uni<List<Forwarder>> list(Scope scope, Optional<MailDomain> domain, PageRequest page) {
        Tuple values = Tuple.of(scope.tenant(), page.after(), page.size() + 1);
        domain.ifPresent(one -> values.addString(one.value()));
        return pool.withTransaction(scope, sql -> sql.preparedQuery(domain.isPresent() ? LIST_OF_DOMAIN : LIST)
                .mapping(Forwarder::from)
                .execute(values)
                .map(rows -> rows.stream().toList()));
    }

    Uni<Forwarder> find(Scope scope, UUID id) {
        return pool.withTransaction(scope, sql -> sql.preparedQuery(FIND)
                .execute(Tuple.of(id, scope.tenant()))
                .map(rows -> only(rows).forwarder()));
    }

    /**
     * The forwarder, new or the one that is there, which must be the same.
     *
     * @param route what to store, once it is known what is there
     * @param same whether the one there is the one asked for
     */
    Uni<Put<Forwarder>> put(
            long tenant,
            UUID id,
            NewForwarder asked,
            Fence fence,
            Function<Look, Route> route,
            Function<Look, Boolean> same) {
        return pool.withTransaction(Scope.of(tenant), sql -> tombstones
                .lock(sql, id)
                .chain(() -> look(sql, tenant, id, asked))
                .chain(look -> look.stored().isPresent()
                        ? confirm(sql, look.stored().get(), fence, same.apply(look))
                        : make(sql, tenant, id, asked, fence, look, route)));
    }

    private Uni<Put<Forwarder>> confirm(SqlConnection sql, Forwarder.Stored stored, Fence fence, boolean same) {
        fence.check(stored.fence());
        Forwarder there = stored.forwarder();
        if (!same) {
            return new Fault.Differs(KIND, there.id()).toFailure();
        }
        Put<Forwarder> put = new Put<>(there, false);
        return fence.number() > stored.fence()
                ? sql.preparedQuery(RAISE)
                        .execute(Tuple.of(there.id(), there.tenantId(), fence.number()))
                        .replaceWith(put)
                : Uni.createFrom().item(put);
    }

    private Uni<Put<Forwarder>> make(
            SqlConnection sql,
            long tenant,
            UUID id,
            NewForwarder asked,
            Fence fence,
            Look look,
            Function<Look, Route> route) {
        look.refuse(id, fence);
        Plan plan = new Plan(id, route.apply(look), asked, "");
        String domain = asked.source().domain().value();
        return tombstones
                .lift(sql, tenant, id, fence, look.tombstone())
                .chain(() -> limits.lock(sql, tenant, domain))
                .chain(limit -> insert(sql, tenant, List.of(plan), fence)
                        .call(() -> limits.checkForwarders(sql, limit, domain)))
                .map(made -> new Put<>(made.getFirst(), true));
    }

    /**
     * Makes forwarders of one domain in the caller's transaction, of which this must be the last step: it takes the
     * lock on the forwarding graph.
     *
     * @return them in the order asked for
     */
    public Uni<List<Forwarder>> insert(SqlConnection sql, long tenant, List<Plan> plans, Fence fence) {
        if (plans.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        List<UUID> from = new ArrayList<>();
        List<Integer> positions = new ArrayList<>();
        List<String> to = new ArrayList<>();
        for (Plan plan : plans) {
            List<String> edges = plan.route().edges();
            for (int i = 0; i < edges.size(); i++) {
                from.add(plan.id());
                positions.add(i + 1);
                to.add(edges.get(i));
            }
        }
        Tuple values = Tuple.tuple()
                .addLong(tenant)
                .addString(plans.getFirst().route().source().domain().value())
                .addArrayOfUUID(plans.stream().map(Plan::id).toArray(UUID[]::new))
                .addArrayOfString(plans.stream()
                        .map(plan -> plan.route().source().toString())
                        .toArray(String[]::new))
                .addArrayOfString(
                        plans.stream().map(plan -> plan.route().text()).toArray(String[]::new))
                .addArrayOfBoolean(
                        plans.stream().map(plan -> plan.route().keepCopy()).toArray(Boolean[]::new))
                .addArrayOfBoolean(
                        plans.stream().map(plan -> plan.route().onMailbox()).toArray(Boolean[]::new))
                .addArrayOfBoolean(plans.stream()
                        .map(plan -> plan.asked().enabled().orElse(true))
                        .toArray(Boolean[]::new))
                .addUUID(fence.operation())
                .addLong(fence.number())
                .addArrayOfUUID(from.toArray(UUID[]::new))
                .addArrayOfInteger(positions.toArray(Integer[]::new))
                .addArrayOfString(to.toArray(String[]::new));
        return sql.preparedQuery(INSERT)
                .execute(values)
                .onFailure(PgException.class)
                .transform(e -> explain((PgException) e))
                .map(rows -> inOrder(rows, plans))
                .call(() -> refuseDangling(sql, tenant, plans))
                .call(() -> checkGraph(sql, tenant, pointers(plans), to));
    }

    /** Of these forwarders those that are there in the domain, in the order given. */
    public Uni<List<Forwarder.Stored>> ofDomain(SqlConnection sql, long tenant, String domain, List<String> sources) {
        if (sources.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        Tuple values = Tuple.tuple().addString(domain).addLong(tenant).addArrayOfString(sources.toArray(String[]::new));
        return sql.preparedQuery(OF_DOMAIN)
                .mapping(ForwarderRepository::stored)
                .execute(values)
                .map(rows -> rows.stream().toList());
    }

    /** Of these domains, the tenant's own. */
    public Uni<Set<String>> ownDomains(SqlConnection sql, long tenant, Set<String> domains) {
        return domains.isEmpty()
                ? Uni.createFrom().item(Set.of())
                : sql.preparedQuery(OWN_DOMAINS)
                        .execute(Tuple.tuple().addLong(tenant).addArrayOfString(domains.toArray(String[]::new)))
                        .map(ForwarderRepository::names);
    }

    /**
     * Changes a forwarder.
     *
     * @param asked what it shall be, from what it is
     * @param route what to store for it
     */
    Uni<Forwarder> change(
            Scope scope,
            UUID id,
            Function<Forwarder, NewForwarder> asked,
            Function<Look, Function<NewForwarder, Route>> route) {
        return pool.withTransaction(scope, sql -> sql.preparedQuery(FIND_FOR_UPDATE)
                .execute(Tuple.of(id, scope.tenant()))
                .map(ForwarderRepository::only)
                .chain(stored -> change(sql, stored, asked.apply(stored.forwarder()), route)));
    }

    private Uni<Forwarder> change(
            SqlConnection sql,
            Forwarder.Stored stored,
            NewForwarder wanted,
            Function<Look, Function<NewForwarder, Route>> route) {
        Forwarder there = stored.forwarder();
        return look(sql, there.tenantId(), there.id(), wanted)
                .map(look -> route.apply(look).apply(wanted))
                .chain(next -> change(sql, stored, new Plan(there.id(), next, wanted, "")));
    }

    /** What goes no further than before is not measured: taking a destination away is never refused. */
    private Uni<Forwarder> change(SqlConnection sql, Forwarder.Stored stored, Plan plan) {
        Forwarder there = stored.forwarder();
        Route before = Route.of(stored);
        Route route = plan.route();
        Tuple values = Tuple.tuple()
                .addUUID(there.id())
                .addLong(there.tenantId())
                .addString(route.text())
                .addBoolean(route.keepCopy())
                .addBoolean(plan.asked().enabled().orElse(there.enabled()))
                .addArrayOfString(route.edges().toArray(String[]::new));
        List<String> added = new ArrayList<>(route.edges());
        added.removeAll(before.edges());
        boolean further = !added.isEmpty() || (route.keepCopy() && !before.keepCopy());
        List<Plan> plans = List.of(plan);
        return sql.preparedQuery(CHANGE)
                .execute(values)
                .map(rows -> Forwarder.from(rows.iterator().next()))
                .call(() -> route.equals(before) ? nothing() : refuseDangling(sql, there.tenantId(), plans))
                .call(() -> further ? checkGraph(sql, there.tenantId(), pointers(plans), added) : nothing());
    }

    /**
     * Refuses that a domain stands for another when a way over it would be a loop or too long. It is the last step of
     * the caller's transaction, which has just made it so: it takes the lock on the forwarding graph.
     */
    public Uni<Void> checkAlias(SqlConnection sql, long tenant, String alias, String original) {
        // the tenant's own lock first, as whoever writes a forwarder does, else the two would wait for each other
        return sql.preparedQuery(LOCK_OWN)
                .execute(Tuple.of(tenant))
                .chain(() -> sql.preparedQuery(OVER).execute(Tuple.of(alias, original)))
                .chain(rows -> {
                    SequencedMap<UUID, String> pointers = new LinkedHashMap<>();
                    List<String> reached = new ArrayList<>();
                    for (Row row : rows) {
                        pointers.put(row.getUUID("id"), "/target");
                        reached.add(row.getString("address"));
                    }
                    return pointers.isEmpty() ? nothing() : checkGraph(sql, tenant, pointers, reached);
                });
    }

    private static Uni<Void> nothing() {
        return Uni.createFrom().voidItem();
    }

    /** Deletes the forwarder and leaves a tombstone; its source, or nothing when it was not there. */
    Uni<Optional<String>> delete(Scope scope, UUID id, Fence fence) {
        return pool.withTransaction(scope, sql -> tombstones
                .lock(sql, id)
                .chain(() -> sql.preparedQuery(LOCK_ADDRESS).execute(Tuple.of(id, scope.tenant())))
                .chain(() -> sql.preparedQuery(MADE_BY).execute(Tuple.of(id, scope.tenant())))
                .chain(rows -> rows.size() == 0
                        ? tombstones.buryUnknown(sql, scope, id, fence).replaceWith(Optional.empty())
                        : delete(sql, id, fence, rows.iterator().next()).map(Optional::of)));
    }

    private Uni<String> delete(SqlConnection sql, UUID id, Fence fence, Row row) {
        tombstones.checkDelete(KIND, row.getUUID("made_by"), row.getLong("fence"), fence);
        long tenant = row.getLong("tenant_id");
        return sql.preparedQuery(DELETE)
                .execute(Tuple.of(id, tenant))
                .chain(() -> tombstones.bury(sql, tenant, id, Math.max(row.getLong("fence"), fence.number())))
                .replaceWith(row.getString("source"));
    }

    private static Uni<Void> refuseDangling(SqlConnection sql, long tenant, List<Plan> plans) {
        UUID[] strict = plans.stream()
                .filter(plan -> !plan.asked().allowDangling().orElse(false))
                .map(Plan::id)
                .toArray(UUID[]::new);
        return sql.preparedQuery(DANGLING)
                .execute(Tuple.tuple().addLong(tenant).addArrayOfUUID(strict))
                .invoke(rows -> rows.forEach(row -> refuseDangling(row, plans)))
                .replaceWithVoid();
    }

    /**
     * Not too far over the tenant's own forwarders, because nobody answers for what others do with mail that is passed
     * on to them; and no loop, whoever it leads through. Others wait for the last statement only.
     *
     * @param pointers the forwarders that lead further now, and where in the request each is
     * @param added the destinations that are new
     */
    private static Uni<Void> checkGraph(
            SqlConnection sql, long tenant, SequencedMap<UUID, String> pointers, List<String> added) {
        UUID[] ids = pointers.keySet().toArray(UUID[]::new);
        return sql.preparedQuery(LOCK_OWN)
                .execute(Tuple.of(tenant))
                .chain(() -> sql.preparedQuery(OWN)
                        .execute(Tuple.tuple()
                                .addLong(tenant)
                                .addArrayOfUUID(ids)
                                .addInteger(NEAREST)
                                .addInteger(MOST_AROUND + 1)))
                .invoke(rows -> refuseFar(rows, pointers))
                .chain(() -> sql.preparedQuery(AROUND)
                        .execute(Tuple.tuple().addArrayOfUUID(ids).addArrayOfString(added.toArray(String[]::new))))
                .invoke(rows -> refuseLoop(rows, pointers))
                .replaceWithVoid();
    }

    private static void refuseDangling(Row row, List<Plan> plans) {
        UUID id = row.getUUID("forwarder_id");
        String address = row.getString("address");
        for (Plan plan : plans) {
            List<Destination> asked = plan.asked().destinations();
            for (int i = 0; plan.id().equals(id) && i < asked.size(); i++) {
                if (asked.get(i).address().delivered().equals(address)) {
                    throw new Fault.Invalid(
                                    "%s/destinations/%d".formatted(plan.pointer(), i),
                                    "destination_unknown",
                                    "Nothing receives %s; make it first, or send allowDangling.".formatted(address))
                            .toException();
                }
            }
        }
    }

    private static void refuseFar(RowSet<Row> rows, SequencedMap<UUID, String> pointers) {
        if (rows.size() > MOST_AROUND) {
            throw tooLarge(pointers);
        }
        Map<UUID, Integer> ends = new HashMap<>();
        rows.forEach(row -> ends.put(row.getUUID("id"), row.getInteger("ends")));
        Reach reach = new Reach(graph(rows), ends);
        refuseFirst(
                pointers,
                id -> reach.inARow(id) > MOST_IN_A_ROW,
                "forwarding_too_deep",
                "The mail would pass more than %d of the tenant's forwarders.".formatted(MOST_IN_A_ROW));
        refuseFirst(
                pointers,
                id -> reach.addresses(id) > MOST_ADDRESSES,
                "forwarding_too_wide",
                "One message would be passed on to more than %d addresses.".formatted(MOST_ADDRESSES));
    }

    private static void refuseLoop(RowSet<Row> rows, SequencedMap<UUID, String> pointers) {
        for (Row row : rows) {
            if (row.getUUID("id") == null) {
                throw tooLarge(pointers);
            }
        }
        Set<UUID> looping = graph(rows).looping();
        refuseFirst(pointers, looping::contains, "forwarding_loop", "The mail would come back to where it started.");
    }

    private static void refuseFirst(
            SequencedMap<UUID, String> pointers, Predicate<UUID> bad, String code, String message) {
        pointers.forEach((id, pointer) -> {
            if (bad.test(id)) {
                throw new Fault.Conflict(pointer, code, message).toException();
            }
        });
    }

    private static SequencedMap<UUID, String> pointers(List<Plan> plans) {
        SequencedMap<UUID, String> pointers = new LinkedHashMap<>();
        plans.forEach(plan -> pointers.put(plan.id(), plan.pointer() + "/destinations"));
        return pointers;
    }

    private static RuntimeException tooLarge(SequencedMap<UUID, String> pointers) {
        return new Fault.Conflict(
                        pointers.firstEntry().getValue(),
                        "forwarding_too_large",
                        "More forwarders hang together here than can be searched for a loop.")
                .toException();
    }

    private static Graph graph(RowSet<Row> rows) {
        Map<UUID, List<UUID>> next = new HashMap<>();
        rows.forEach(row -> next.put(row.getUUID("id"), List.of(row.getArrayOfUUIDs("next"))));
        return new Graph(next);
    }

    private static Uni<Look> look(SqlConnection sql, long tenant, UUID id, NewForwarder asked) {
        String[] domains = asked.destinations().stream()
                .map(target -> target.address().domain().value())
                .distinct()
                .toArray(String[]::new);
        Tuple values = Tuple.tuple()
                .addLong(tenant)
                .addUUID(id)
                .addString(asked.source().domain().value())
                .addString(asked.source().toString())
                .addArrayOfString(domains);
        return sql.preparedQuery(LOOK)
                .execute(values)
                .map(rows -> look(rows.iterator().next()));
    }

    private static Look look(Row row) {
        return new Look(
                row.getUUID("id") == null ? Optional.empty() : Optional.of(stored(row)),
                row.getLong("tombstone"),
                row.getBoolean("alias"),
                row.getString("taken_by"),
                new HashSet<>(Arrays.asList(row.getArrayOfStrings("own_domains"))));
    }

    private static Forwarder.Stored stored(Row row) {
        return new Forwarder.Stored(Forwarder.from(row), row.getBoolean("on_mailbox"), row.getLong("fence"));
    }

    private static Forwarder.Stored only(RowSet<Row> rows) {
        for (Row row : rows) {
            return stored(row);
        }
        throw new Fault.NotFound(KIND).toException();
    }

    private static Set<String> names(RowSet<Row> rows) {
        Set<String> names = new HashSet<>();
        rows.forEach(row -> names.add(row.getString("domain")));
        return names;
    }

    private static List<Forwarder> inOrder(RowSet<Row> rows, List<Plan> plans) {
        Map<UUID, Forwarder> made = new HashMap<>();
        rows.forEach(row -> made.put(row.getUUID("id"), Forwarder.from(row)));
        return plans.stream()
                .map(plan -> Optional.ofNullable(made.get(plan.id()))
                        .orElseThrow(() -> taken().below(plan.pointer()).toException()))
                .toList();
    }

    private static Fault taken() {
        return new Fault.Conflict("/source", "address_taken", "There is a mailbox or a forwarder of that address.");
    }

    private static Throwable explain(PgException e) {
        return switch (String.valueOf(e.getConstraint())) {
            // the tenant's own would have been seen: it is another's, who is not given away
            case "email_forwarders_pkey" -> new Fault.NotFound(KIND).toException();
            case "email_forwarders_source_key" -> taken().toException();
            case "email_addresses_domain_fkey" -> new Fault.NoSuchDomain("/source").toException();
            case "email_forwarders_address_fkey" ->
                new Fault.Unavailable("The mailbox is being changed; send the request again.", 1).toException();
            default -> e;
        };
    }
}
