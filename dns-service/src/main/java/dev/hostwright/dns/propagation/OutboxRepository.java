package dev.hostwright.dns.propagation;

import dev.hostwright.dns.problem.Fault;
import dev.hostwright.dns.tenant.Scope;
import dev.hostwright.dns.tenant.TenantPool;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.UUID;

/** Changes that name servers do not answer yet. The rows are written by a trigger, with each change. */
@ApplicationScoped
class OutboxRepository {

    private static final String DUE = """
            SELECT domain, serial, signed
              FROM dns_outbox
             WHERE due <= now()
             ORDER BY due
             LIMIT $1
            """;

    /**
     * A row that was overwritten meanwhile stays, and notes what was seen: a change is in sync though a newer one is
     * not. One that is being overwritten is left to the next round, so that nobody waits for anybody.
     */
    private static final String DONE = """
            WITH met AS (
                SELECT domain, o.serial AS wanted, m.serial AS seen
                  FROM dns_outbox o
                  JOIN unnest($1::text[], $2::bigint[]) AS m (domain, serial) USING (domain)
                   FOR UPDATE OF o SKIP LOCKED
            ), done AS (
                DELETE FROM dns_outbox
                 USING met
                 WHERE dns_outbox.domain = met.domain
                   AND wanted IS NOT DISTINCT FROM seen
            )
            UPDATE dns_outbox
               SET answered = seen
              FROM met
             WHERE dns_outbox.domain = met.domain
               AND wanted IS DISTINCT FROM seen
            """;

    /** So that what cannot be delivered now does not keep the rest waiting. */
    private static final String LATER = """
            UPDATE dns_outbox
               SET due = now() + interval '1 second'
             WHERE domain IN (SELECT domain
                                FROM dns_outbox
                               WHERE domain = ANY ($1)
                                 FOR UPDATE SKIP LOCKED)
            """;

    /** Of a zone that was deleted, all that can be waited for is that it is gone; it has no serial. */
    private static final String CHANGE = """
            SELECT z.serial, o.zone_id IS NOT NULL AS waiting, o.answered
              FROM dns_zones z
              LEFT JOIN dns_outbox o ON o.zone_id = z.id
             WHERE z.id = $1
               AND ($2::bigint IS NULL OR z.tenant_id = $2)
             UNION ALL
            SELECT NULL, o.zone_id IS NOT NULL, NULL
              FROM tombstones t
              LEFT JOIN dns_outbox o ON o.zone_id = t.id AND o.serial IS NULL
             WHERE t.id = $1
               AND ($2::bigint IS NULL OR t.tenant_id = $2)
               AND NOT EXISTS (SELECT FROM dns_zones WHERE id = $1)
            """;

    private final Pool pool;
    private final TenantPool tenants;

    OutboxRepository(Pool pool, TenantPool tenants) {
        this.pool = pool;
        this.tenants = tenants;
    }

    /** Those that wait longest. */
    Uni<List<Notice>> due(int limit) {
        return pool.preparedQuery(DUE)
                .mapping(Notice::from)
                .execute(Tuple.of(limit))
                .map(rows -> rows.stream().toList());
    }

    /** The name servers answer those; a change that came meanwhile stays due. */
    Uni<Void> done(List<Notice> met) {
        return met.isEmpty()
                ? Uni.createFrom().voidItem()
                : pool.preparedQuery(DONE)
                        .execute(Tuple.of(
                                domains(met),
                                met.stream()
                                        .map(each -> each.serial().orElse(null))
                                        .toArray(Long[]::new)))
                        .replaceWithVoid();
    }

    /** The name servers do not answer those yet. */
    Uni<Void> later(List<Notice> waiting) {
        return waiting.isEmpty()
                ? Uni.createFrom().voidItem()
                : pool.preparedQuery(LATER)
                        .execute(Tuple.of((Object) domains(waiting)))
                        .replaceWithVoid();
    }

    private static String[] domains(List<Notice> notices) {
        return notices.stream().map(each -> each.domain().value()).toArray(String[]::new);
    }

    /** How far a change is; a fault when there is no such zone, or it has not come to that serial. */
    Uni<Change> find(Scope scope, UUID zone, long serial) {
        return tenants.withTransaction(scope, sql -> sql.preparedQuery(CHANGE)
                .execute(Tuple.of(zone, scope.tenant()))
                .map(rows -> {
                    for (Row row : rows) {
                        Long current = row.getLong("serial");
                        if (current == null || isAtOrAfter(current, serial)) {
                            return Change.of(zone, serial, isInSync(row, serial));
                        }
                    }
                    throw new Fault.NotFound("change").toException();
                }));
    }

    private static boolean isInSync(Row row, long serial) {
        Long answered = row.getLong("answered");
        return !row.getBoolean("waiting") || answered != null && isAtOrAfter(answered, serial);
    }

    private static boolean isAtOrAfter(long serial, long other) {
        return (int) (serial - other) >= 0;
    }
}
