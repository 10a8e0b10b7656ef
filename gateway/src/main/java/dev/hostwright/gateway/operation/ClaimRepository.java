package dev.hostwright.gateway.operation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hostwright.gateway.tenant.Scope;
import dev.hostwright.gateway.tenant.TenantPool;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The worker's side of operations in PostgreSQL: who has which, and what has become of it. Every write carries its
 * fence.
 */
@ApplicationScoped
public class ClaimRepository {

    /** An operation is claimed, or was written, by a newer owner. */
    public static final class Superseded extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Superseded(UUID operation) {
            super("a newer owner has " + operation, null, false, false);
        }
    }

    /**
     * What a worker claimed.
     *
     * @param sealed the passwords, if there are any
     * @param now the database's time
     */
    public record Claim(Operation operation, Optional<String> sealed, Instant now) {}

    /** What a worker claimed, the first decision about it, and what became of that. */
    public record Claimed(Claim claim, Transition.Decision decision, Recorded recorded) {}

    /** What was written: the fence to go on with; or the write that would have ended it well met a wish to cancel. */
    public record Recorded(long fence, boolean cancel) {

        private static final long NONE = -1;

        /** Nothing was written: it may not end well, since somebody wants it cancelled. */
        public boolean isRefusedBecauseOfCancel() {
            return fence == NONE;
        }
    }

    private static final String CLAIM = """
            WITH due AS (
                SELECT id
                  FROM operation
                 WHERE id = $1
                   AND phase <> 'done'
                   AND next_run_at <= now()
                   FOR UPDATE SKIP LOCKED
            ), claimed AS (
                UPDATE operation o
                   SET fence = nextval('operation_fence'),
                       attempt = attempt + 1,
                       lease_owner = $2,
                       lease_until = now() + $3::bigint * interval '1 millisecond',
                       next_run_at = now() + $3::bigint * interval '1 millisecond'
                  FROM due
                 WHERE o.id = due.id
                RETURNING o.*
            )
            SELECT now() AS claimed_at, x.sealed,
            """ + OperationRepository.COLUMNS + """
             FROM claimed o
             LEFT JOIN step s ON s.operation_id = o.id
             LEFT JOIN operation_secret x ON x.operation_id = o.id
            ORDER BY s.position
            """;

    private static final String RECORD = """
            WITH recorded AS (
                UPDATE operation
                   SET phase = $3,
                       status = $4,
                       revision = revision + 1,
                       last_seq = last_seq + $5,
                       fence = CASE WHEN $6 THEN nextval('operation_fence') ELSE fence END,
                       lease_owner = CASE WHEN $7 THEN NULL ELSE lease_owner END,
                       lease_until = CASE WHEN $7 THEN NULL ELSE now() + $8::bigint * interval '1 millisecond' END,
                       next_run_at = CASE
                           WHEN NOT $7 THEN now() + $8::bigint * interval '1 millisecond'
                           WHEN $3 = 'running' AND cancel_requested_at IS NOT NULL THEN now()
                           ELSE $9
                       END,
                       undoing_since = $10,
                       attention = $11,
                       error = $12::text::jsonb,
                       result = $13::text::jsonb,
                       updated_at = now(),
                       finished_at = CASE WHEN $3 = 'done' THEN now() END
                 WHERE id = $1
                   AND fence = $2
                   AND phase <> 'done'
                   AND NOT ($3 = 'done' AND $4 = 'active' AND cancel_requested_at IS NOT NULL)
                RETURNING id, tenant_id, customer_id, request, phase, fence, last_seq, cancel_requested_at IS NOT NULL AS cancel
            ), steps AS (
                UPDATE step s
                   SET state = d.state,
                       attempt = d.attempt,
                       uncertain = d.uncertain,
                       next_run_at = d.next_run_at,
                       result = d.result::jsonb,
                       last_error = d.last_error::jsonb,
                       started_at = d.started_at,
                       finished_at = d.finished_at
                  FROM recorded,
                       unnest($14::text[], $15::text[], $16::int[], $17::boolean[], $18::timestamptz[], $19::text[],
                              $20::text[], $21::timestamptz[], $22::timestamptz[])
                           AS d (name, state, attempt, uncertain, next_run_at, result, last_error, started_at, finished_at)
                 WHERE s.operation_id = recorded.id
                   AND s.name = d.name
            ), lines AS (
                INSERT INTO event (operation_id, tenant_id, seq, level, step, code, message)
                SELECT recorded.id, tenant_id, last_seq - $5 + nr, l.level, l.step, l.code, l.message
                  FROM recorded,
                       unnest($23::text[], $24::text[], $25::text[], $26::text[])
                           WITH ORDINALITY AS l (level, step, code, message, nr)
            ), customers AS (
                UPDATE customer c
                   SET status = $27,
                       suspended = coalesce($28, c.suspended),
                       desired = CASE WHEN $29 THEN recorded.request ELSE c.desired END,
                       resources = c.resources || coalesce($30::text::jsonb, '{}'),
                       revision = c.revision + 1,
                       updated_at = now()
                  FROM recorded
                 WHERE c.id = recorded.customer_id
                   AND (c.status <> $27 OR $3 = 'done')
            ), secrets AS (
                DELETE FROM operation_secret x
                 USING recorded
                 WHERE x.operation_id = recorded.id
                   AND recorded.phase = 'done'
            )
            SELECT fence, cancel FROM recorded
            """;

    private static final String FENCE_NOW = """
            SELECT fence, cancel_requested_at IS NOT NULL AS cancel FROM operation WHERE id = $1 AND phase <> 'done'
            """;

    private static final String RENEW = """
            UPDATE operation o
               SET lease_until = now() + $4::bigint * interval '1 millisecond',
                   next_run_at = now() + $4::bigint * interval '1 millisecond'
              FROM unnest($1::uuid[], $2::bigint[]) AS mine (id, fence)
             WHERE o.id = mine.id
               AND o.fence = mine.fence
               AND o.lease_owner = $3
               AND o.phase <> 'done'
            """;

    private static final String RELEASE = """
            UPDATE operation
               SET lease_owner = NULL, lease_until = NULL, next_run_at = now()
             WHERE lease_owner = $1
               AND phase <> 'done'
            """;

    private static final String POSTPONE = """
            UPDATE operation
               SET next_run_at = now() + $2::bigint * interval '1 millisecond'
             WHERE id = $1
               AND phase <> 'done'
               AND next_run_at <= now()
            """;

    private static final String DUE = """
            SELECT id
              FROM operation
             WHERE phase <> 'done'
               AND next_run_at <= now()
             ORDER BY next_run_at
             LIMIT $1
               FOR UPDATE SKIP LOCKED
            """;

    private static final String BACKLOG = """
            SELECT count(*) FILTER (WHERE next_run_at <= now()) AS due,
                   coalesce(extract(epoch FROM now() - min(next_run_at) FILTER (WHERE next_run_at <= now())), 0)::float8
                       AS oldest_due,
                   count(*) FILTER (WHERE phase = 'rolling_back') AS rolling_back,
                   count(*) FILTER (WHERE attention) AS attention
              FROM operation
             WHERE phase <> 'done'
            """;

    /** What waits in the database, over all processes. */
    public record Backlog(long due, double oldestDueSeconds, long rollingBack, long attention) {}

    private static final String FORGET_KEYS = """
            DELETE FROM idempotency_key WHERE expires_at < now()
            """;

    private final TenantPool pool;
    private final OperationRows rows;
    private final ObjectMapper json;

    ClaimRepository(TenantPool pool, ObjectMapper json) {
        this.pool = pool;
        this.rows = new OperationRows(json);
        this.json = json;
    }

    /**
     * Takes the operation, if it is due and nobody has it, and stores the first decision about it, in one transaction.
     *
     * @param first decides from what was claimed
     */
    public Uni<Optional<Claimed>> claim(
            UUID id, UUID owner, Duration lease, Function<Claim, Transition.Decision> first) {
        return pool.withTransaction(Scope.ALL, sql -> sql.preparedQuery(CLAIM)
                .execute(Tuple.of(id, owner, lease.toMillis()))
                .map(this::claim)
                .chain(claim -> claim.isEmpty()
                        ? Uni.createFrom().item(Optional.empty())
                        : begin(sql, claim.get(), first.apply(claim.get()), lease)));
    }

    private Uni<Optional<Claimed>> begin(SqlConnection sql, Claim claim, Transition.Decision decision, Duration lease) {
        Operation operation = claim.operation();
        return sql.preparedQuery(RECORD)
                .execute(parameters(operation, decision, lease))
                .chain(rows -> recorded(
                        operation, rows, () -> sql.preparedQuery(FENCE_NOW).execute(Tuple.of(operation.id()))))
                .map(recorded -> Optional.of(new Claimed(claim, decision, recorded)));
    }

    private Optional<Claim> claim(RowSet<Row> rows) {
        if (rows.size() == 0) {
            return Optional.empty();
        }
        Row row = rows.iterator().next();
        return Optional.of(new Claim(
                this.rows.read(rows).getFirst().operation(),
                Optional.ofNullable(row.getString("sealed")),
                row.getOffsetDateTime("claimed_at").toInstant()));
    }

    /** Stores a decision; fails with {@link Superseded} when a newer owner has the operation. */
    public Uni<Recorded> record(Operation before, Transition.Decision decision, Duration lease) {
        Scope scope = Scope.of(before.tenantId());
        return pool.execute(scope, RECORD, parameters(before, decision, lease))
                .chain(rows -> recorded(before, rows, () -> pool.execute(scope, FENCE_NOW, Tuple.of(before.id()))));
    }

    /** What was written; when nothing was, because somebody wants it cancelled or a newer owner has it. */
    private static Uni<Recorded> recorded(Operation before, RowSet<Row> written, Supplier<Uni<RowSet<Row>>> fenceNow) {
        if (written.size() == 1) {
            return Uni.createFrom().item(recorded(written.iterator().next()));
        }
        return fenceNow.get().map(rows -> {
            if (rows.size() == 1 && recorded(rows.iterator().next()).fence() == before.fence()) {
                return new Recorded(Recorded.NONE, true);
            }
            throw new Superseded(before.id());
        });
    }

    private static Recorded recorded(Row row) {
        return new Recorded(row.getLong("fence"), row.getBoolean("cancel"));
    }

    private Tuple parameters(Operation before, Transition.Decision decision, Duration lease) {
        Operation after = decision.operation();
        boolean well = after.isDone() && after.error().isEmpty();
        List<Step> changed = after.steps().stream()
                .filter(step -> !before.steps().contains(step))
                .toList();
        List<Event.Line> log = decision.log();
        Optional<String> resources =
                well && !after.kind().isRemoval() ? Optional.of(resources(after)) : Optional.empty();
        Boolean suspended = !well
                ? null
                : switch (after.kind()) {
                    case SUSPEND -> true;
                    case RESUME -> false;
                    case PROVISION, UPDATE, DEPROVISION -> null;
                };
        return Tuple.tuple()
                .addValue(after.id())
                .addValue(before.fence())
                .addValue(after.phase().word())
                .addValue(after.status().word())
                .addValue((long) log.size())
                .addValue(decision.newFence())
                .addValue(decision.release())
                .addValue(lease.toMillis())
                .addValue(time(after.nextRunAt()))
                .addValue(after.undoingSince().map(ClaimRepository::time).orElse(null))
                .addValue(after.attention())
                .addValue(after.error().map(this::write).orElse(null))
                .addValue(resources.orElse(null))
                .addArrayOfString(strings(changed, step -> step.part().word()))
                .addArrayOfString(strings(changed, step -> step.state().word()))
                .addArrayOfInteger(changed.stream().map(Step::attempt).toArray(Integer[]::new))
                .addArrayOfBoolean(changed.stream().map(Step::uncertain).toArray(Boolean[]::new))
                .addArrayOfOffsetDateTime(times(changed, Step::nextRunAt))
                .addArrayOfString(strings(changed, step -> step.result().orElse(null)))
                .addArrayOfString(strings(
                        changed, step -> step.lastError().map(this::write).orElse(null)))
                .addArrayOfOffsetDateTime(times(changed, Step::startedAt))
                .addArrayOfOffsetDateTime(times(changed, Step::finishedAt))
                .addArrayOfString(strings(log, line -> line.level().word()))
                .addArrayOfString(
                        strings(log, line -> line.step().map(Part::word).orElse(null)))
                .addArrayOfString(strings(log, Event.Line::code))
                .addArrayOfString(strings(log, Event.Line::message))
                .addValue(after.customerStatus().word())
                .addValue(suspended)
                .addValue(well && after.kind() == Kind.UPDATE)
                .addValue(resources.orElse(null));
    }

    private static <T> @Nullable String[] strings(List<T> items, Function<T, @Nullable String> text) {
        return items.stream().map(text).toArray(String[]::new);
    }

    private static @Nullable OffsetDateTime[] times(List<Step> steps, Function<Step, Optional<Instant>> time) {
        return steps.stream()
                .map(step -> time.apply(step).map(ClaimRepository::time).orElse(null))
                .toArray(OffsetDateTime[]::new);
    }

    private static OffsetDateTime time(Instant at) {
        return at.atOffset(ZoneOffset.UTC);
    }

    /** What the services said about the parts that are there now. */
    private String resources(Operation operation) {
        ObjectNode all = json.createObjectNode();
        for (Step step : operation.steps()) {
            if (step.part() != Part.MAIL_RECORDS && step.result().isPresent()) {
                all.set(step.part().word(), rows.read(step.result().get()));
            }
        }
        return write(all);
    }

    public Uni<Integer> renew(Map<UUID, Long> fences, UUID owner, Duration lease) {
        UUID[] ids = fences.keySet().toArray(UUID[]::new);
        Long[] numbers = new Long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            numbers[i] = fences.getOrDefault(ids[i], -1L);
        }
        Tuple parameters = Tuple.tuple()
                .addArrayOfUUID(ids)
                .addArrayOfLong(numbers)
                .addValue(owner)
                .addValue(lease.toMillis());
        return pool.execute(Scope.ALL, RENEW, parameters).map(RowSet::rowCount);
    }

    /** Gives back what this owner holds, so that another may take it at once. */
    public Uni<Integer> release(UUID owner) {
        return pool.execute(Scope.ALL, RELEASE, Tuple.of(owner)).map(RowSet::rowCount);
    }

    /** One that is due and that nobody has waits a little. */
    public Uni<Integer> postpone(UUID operation, Duration time) {
        return pool.execute(Scope.ALL, POSTPONE, Tuple.of(operation, time.toMillis()))
                .map(RowSet::rowCount);
    }

    /** Operations that wait for somebody, the longest waiting first. */
    public Uni<List<UUID>> due(int limit) {
        return pool.execute(Scope.ALL, DUE, Tuple.of(limit))
                .map(rows -> rows.stream().map(row -> row.getUUID("id")).toList());
    }

    public Uni<Backlog> backlog() {
        return pool.execute(Scope.ALL, BACKLOG, Tuple.tuple()).map(rows -> {
            Row row = rows.iterator().next();
            return new Backlog(
                    row.getLong("due"),
                    row.getDouble("oldest_due"),
                    row.getLong("rolling_back"),
                    row.getLong("attention"));
        });
    }

    public Uni<Integer> forgetKeys() {
        return pool.execute(Scope.ALL, FORGET_KEYS, Tuple.tuple()).map(RowSet::rowCount);
    }

    private String write(Object value) {
        try {
            return json.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
