package dev.hostwright.gateway.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hostwright.gateway.page.PageRequest;
import dev.hostwright.gateway.problem.Fault;
import dev.hostwright.gateway.tenant.Scope;
import dev.hostwright.gateway.tenant.TenantPool;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Operations, their steps and their log in PostgreSQL, as those who ask for them see them. */
@ApplicationScoped
public class OperationRepository {

    /** An operation and what it led to, as JSON. */
    public record Found(Operation operation, Optional<JsonNode> result) {
        public OperationView view() {
            return OperationView.of(operation, result);
        }
    }

    /** What a list is narrowed to. */
    public record Filter(Optional<Status> status, Optional<CustomerId> customerId, Optional<Kind> kind) {}

    static final String COLUMNS = """
            o.id, o.tenant_id, o.customer_id, o.public_id, o.kind, o.phase, o.request::text AS request, o.revision, o.fence,
            o.attempt, o.next_run_at, o.deadline_at, o.cancel_requested_at IS NOT NULL AS cancel, o.undoing_since, o.attention,
            o.result::text AS result, o.error::text AS error, o.created_at, o.updated_at, o.finished_at,
            s.name, s.resource_id, s.state, s.attempt AS step_attempt, s.uncertain, s.next_run_at AS step_next_run_at,
            s.result::text AS step_result, s.last_error::text AS last_error, s.started_at, s.finished_at AS step_finished_at
            """;

    private static final String FIND = "SELECT " + COLUMNS + """
             FROM operation o
             LEFT JOIN step s ON s.operation_id = o.id
            WHERE o.id = $1
              AND ($2::bigint IS NULL OR o.tenant_id = $2)
            ORDER BY s.position
            """;

    private static final String LIST = "SELECT " + COLUMNS + """
             FROM (SELECT *
                     FROM operation
                    WHERE ($1::bigint IS NULL OR tenant_id = $1)
                      AND ($2::text IS NULL OR status = $2)
                      AND ($3::text IS NULL OR public_id = $3)
                      AND ($4::text IS NULL OR kind = $4)
                      AND ($5::uuid IS NULL OR id < $5)
                    ORDER BY id DESC
                    LIMIT $6) o
             LEFT JOIN step s ON s.operation_id = o.id
            ORDER BY o.id DESC, s.position
            """;

    private static final String EVENTS = """
            SELECT seq, at, level, step, code, message
              FROM event
             WHERE operation_id = $1
               AND seq > $2
               AND ($3::bigint IS NULL OR tenant_id = $3)
             ORDER BY seq
             LIMIT $4
            """;

    private static final String REVISION = """
            SELECT revision
              FROM operation
             WHERE id = $1
               AND ($2::bigint IS NULL OR tenant_id = $2)
            """;

    private static final String CANCEL = """
            WITH cancelled AS (
                UPDATE operation
                   SET cancel_requested_at = now(),
                       next_run_at = CASE WHEN lease_until > now() THEN next_run_at ELSE now() END,
                       revision = revision + 1,
                       last_seq = last_seq + 1,
                       updated_at = now()
                 WHERE id = $1
                   AND ($2::bigint IS NULL OR tenant_id = $2)
                   AND phase IN ('queued', 'running')
                   AND kind <> 'deprovision'
                   AND cancel_requested_at IS NULL
                RETURNING id, tenant_id, last_seq
            )
            INSERT INTO event (operation_id, tenant_id, seq, level, code, message)
            SELECT id, tenant_id, last_seq, 'warn', 'cancel-requested', 'Somebody asked to cancel it.' FROM cancelled
            """;

    private static final String HURRY = """
            WITH hurried AS (
                UPDATE operation
                   SET next_run_at = CASE WHEN lease_until > now() THEN next_run_at ELSE now() END,
                       revision = revision + 1,
                       last_seq = last_seq + 1,
                       updated_at = now()
                 WHERE id = $1
                   AND ($2::bigint IS NULL OR tenant_id = $2)
                   AND phase <> 'done'
                RETURNING id, tenant_id, last_seq
            ), steps AS (
                UPDATE step SET next_run_at = NULL FROM hurried WHERE operation_id = hurried.id
            )
            INSERT INTO event (operation_id, tenant_id, seq, level, code, message)
            SELECT id, tenant_id, last_seq, 'info', 'retry-requested', 'Somebody asked to go on at once.' FROM hurried
            """;

    /** Another process says nothing here when it changes something. */
    static final Duration LOOK_AGAIN = Duration.ofMillis(500);

    private final TenantPool pool;
    private final Progress progress;
    private final OperationRows rows;

    OperationRepository(TenantPool pool, Progress progress, ObjectMapper json) {
        this.pool = pool;
        this.progress = progress;
        this.rows = new OperationRows(json);
    }

    public Uni<Found> find(Scope scope, UUID id) {
        return pool.execute(scope, FIND, Tuple.of(id, scope.tenant()))
                .map(rows::read)
                .map(found ->
                        found.stream().findFirst().orElseThrow(() -> new Fault.NotFound("operation").toException()));
    }

    /** The operation at its end, or as it is when the time is over. */
    public Uni<Found> awaitDone(Scope scope, UUID id, Duration atMost) {
        long end = System.nanoTime() + atMost.toNanos();
        return Uni.createFrom()
                .deferred(() -> {
                    Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
                    Duration pause = left.compareTo(LOOK_AGAIN) < 0 ? left : LOOK_AGAIN;
                    return progress.look(id, Progress.Until.END, done -> find(scope, id)
                            .call(found -> found.operation().isDone() || left.isZero()
                                    ? Uni.createFrom().voidItem()
                                    : done.await(pause)));
                })
                .repeat()
                .whilst(found -> !found.operation().isDone() && System.nanoTime() < end)
                .collect()
                .last()
                .chain(last -> last.operation().isDone() ? Uni.createFrom().item(last) : find(scope, id));
    }

    Uni<List<Found>> list(Scope scope, Filter filter, PageRequest page) {
        Tuple parameters = Tuple.tuple()
                .addValue(scope.tenant())
                .addValue(filter.status().map(Status::word).orElse(null))
                .addValue(filter.customerId().map(CustomerId::value).orElse(null))
                .addValue(filter.kind().map(Kind::word).orElse(null))
                .addValue(page.after().isEmpty() ? null : before(page.after()))
                .addValue(page.size() + 1);
        return pool.execute(scope, LIST, parameters).map(rows::read);
    }

    private static UUID before(String key) {
        try {
            return UUID.fromString(key);
        } catch (IllegalArgumentException e) {
            throw new Fault.Malformed("page_token", "pageToken is not one that this service gave.").toException();
        }
    }

    Uni<List<Event>> events(Scope scope, UUID operation, long after, int limit) {
        return pool.execute(scope, EVENTS, Tuple.of(operation, after, scope.tenant(), limit))
                .map(OperationRepository::events);
    }

    /** What has become of an operation since somebody looked: itself, and the lines that were not read. */
    record News(Found found, List<Event> lines) {}

    /**
     * What is new, or empty with one statement when nothing is: every line comes with a new revision.
     *
     * @param revision the one that was seen, all its lines included
     */
    Uni<Optional<News>> news(Scope scope, UUID id, long revision, long after, int limit) {
        return pool.withTransaction(scope, sql -> sql.preparedQuery(REVISION)
                .execute(Tuple.of(id, scope.tenant()))
                .chain(rows -> rows.size() == 1 && rows.iterator().next().getLong("revision") == revision
                        ? Uni.createFrom().item(Optional.empty())
                        : news(sql, scope, id, after, limit)));
    }

    // The operation is read first: when it is done, the lines that are read after it are all there are.
    private Uni<Optional<News>> news(SqlConnection sql, Scope scope, UUID id, long after, int limit) {
        return sql.preparedQuery(FIND)
                .execute(Tuple.of(id, scope.tenant()))
                .map(rows::read)
                .map(found ->
                        found.stream().findFirst().orElseThrow(() -> new Fault.NotFound("operation").toException()))
                .chain(found -> sql.preparedQuery(EVENTS)
                        .execute(Tuple.of(id, after, scope.tenant(), limit))
                        .map(rows -> Optional.of(new News(found, events(rows)))));
    }

    private static List<Event> events(RowSet<Row> rows) {
        List<Event> events = new ArrayList<>();
        for (Row row : rows) {
            events.add(new Event(
                    row.getLong("seq"),
                    row.getOffsetDateTime("at").toInstant(),
                    Event.Level.valueOf(row.getString("level").toUpperCase(java.util.Locale.ROOT)),
                    Optional.ofNullable(row.getString("step")).map(Part::of),
                    row.getString("code"),
                    row.getString("message")));
        }
        return events;
    }

    /** Marks it; the worker that has it, or the next, rolls it back. A finished one, or a removal, is refused. */
    Uni<Found> cancel(Scope scope, UUID id) {
        return pool.withTransaction(scope, sql -> sql.preparedQuery(CANCEL)
                        .execute(Tuple.of(id, scope.tenant()))
                        .chain(() -> sql.preparedQuery(FIND).execute(Tuple.of(id, scope.tenant())))
                        .map(rows::read))
                .map(found ->
                        found.stream().findFirst().orElseThrow(() -> new Fault.NotFound("operation").toException()))
                .invoke(found -> refuseToCancel(found.operation()));
    }

    private static void refuseToCancel(Operation operation) {
        if (operation.isDone()) {
            throw new Fault.Conflict("", "operation_finished", "The operation is finished already.").toException();
        }
        if (operation.kind().isRemoval()) {
            throw new Fault.Conflict("", "not_cancellable", "What is being deleted is not brought back.").toException();
        }
    }

    /** Ends every wait of a running operation. */
    public Uni<Void> hurry(Scope scope, UUID id) {
        return pool.execute(scope, HURRY, Tuple.of(id, scope.tenant())).replaceWithVoid();
    }
}
