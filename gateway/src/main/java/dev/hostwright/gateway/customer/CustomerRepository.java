package dev.hostwright.gateway.customer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hostwright.gateway.GatewayConfig;
import dev.hostwright.gateway.operation.CustomerId;
import dev.hostwright.gateway.operation.IdempotencyKey;
import dev.hostwright.gateway.operation.Kind;
import dev.hostwright.gateway.operation.Operation;
import dev.hostwright.gateway.operation.Part;
import dev.hostwright.gateway.operation.Secrets;
import dev.hostwright.gateway.operation.Status;
import dev.hostwright.gateway.operation.Step;
import dev.hostwright.gateway.page.PageRequest;
import dev.hostwright.gateway.problem.Fault;
import dev.hostwright.gateway.tenant.Scope;
import dev.hostwright.gateway.tenant.TenantPool;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Customers in PostgreSQL, and the one statement that begins an operation for one. */
@ApplicationScoped
class CustomerRepository {

    /** What is to be written for a new operation. */
    record Draft(
            UUID operation,
            long tenantId,
            UUID customer,
            CustomerId id,
            Kind kind,
            Desired desired,
            List<Part> parts,
            Secrets secrets,
            Optional<String> sealed) {}

    /** What a transaction does with a customer, decided from what it found. */
    sealed interface Change {

        /** A new incarnation begins. */
        record Create(Draft draft) implements Change {}

        /** An operation begins for the one that is there, which is so meanwhile. */
        record Follow(Draft draft, Status meanwhile) implements Change {}

        /** Nothing is written. */
        record Keep(Current current) implements Change {}
    }

    /** What was done, and the operation that it began. */
    record Changed(Change change, Optional<Operation> operation) {}

    /** A request that is marked, and what it is recognised by. */
    record Mark(IdempotencyKey key, String scope, String fingerprint) {}

    /** What the mark of a request stands for already. */
    record Marked(UUID operation, String fingerprint, Optional<String> sealed) {}

    /** A customer, and the operation that is under way for it. */
    record Current(Customer customer, Optional<Running> running) {}

    record Running(UUID operation, Kind kind, Desired desired, Optional<String> sealed) {}

    private static final String COLUMNS = """
            c.id, c.tenant_id, c.public_id, c.status, c.suspended, c.desired::text AS desired,
            c.resources::text AS resources, c.operation_id, c.revision, c.created_at, c.updated_at
            """;

    private static final String OPERATION = """
            operation_row AS (
                INSERT INTO operation (id, tenant_id, customer_id, public_id, kind, status, phase, request, last_seq, deadline_at)
                SELECT $1, $2, customer_row.id, $4, $5, $6, 'queued', $7::text::jsonb, 1,
                       now() + $8::bigint * interval '1 millisecond'
                  FROM customer_row
                RETURNING id, created_at, deadline_at
            ), steps AS (
                INSERT INTO step (operation_id, tenant_id, name, resource_id, position)
                SELECT operation_row.id, $2, s.name, s.resource_id, s.position
                  FROM operation_row,
                       unnest($9::text[], $10::uuid[]) WITH ORDINALITY AS s (name, resource_id, position)
            ), lines AS (
                INSERT INTO event (operation_id, tenant_id, seq, level, code, message)
                SELECT id, $2, 1, 'info', 'accepted', $12
                  FROM operation_row
            ), secrets AS (
                INSERT INTO operation_secret (operation_id, tenant_id, sealed)
                SELECT id, $2, $11::text
                  FROM operation_row
                 WHERE $11::text IS NOT NULL
            )
            SELECT created_at, deadline_at FROM operation_row
            """;

    private static final String CREATE = """
            WITH marked AS (
                INSERT INTO idempotency_key AS k (tenant_id, scope, key, fingerprint, operation_id, expires_at)
                SELECT $2, $14, $13, $15, $1, now() + $16::bigint * interval '1 millisecond'
                 WHERE $13::text IS NOT NULL
                    ON CONFLICT (tenant_id, scope, key) DO UPDATE
                   SET fingerprint = excluded.fingerprint,
                       operation_id = excluded.operation_id,
                       created_at = now(),
                       expires_at = excluded.expires_at
                 WHERE k.expires_at < now()
                RETURNING operation_id
            ), customer_row AS (
                INSERT INTO customer (id, tenant_id, public_id, status, desired, operation_id)
                SELECT $3, $2, $4, 'pending', $7::text::jsonb, $1
                 WHERE $13::text IS NULL
                    OR EXISTS (SELECT FROM marked)
                RETURNING id
            ),
            """ + OPERATION;

    private static final String FOLLOW = """
            WITH customer_row AS (
                UPDATE customer
                   SET status = $13,
                       operation_id = $1,
                       revision = revision + 1,
                       updated_at = now()
                 WHERE id = $3
                   AND tenant_id = $2
                RETURNING id
            ),
            """ + OPERATION;

    private static final String MARKED = """
            SELECT k.operation_id, k.fingerprint, x.sealed
              FROM idempotency_key k
              LEFT JOIN operation_secret x ON x.operation_id = k.operation_id
             WHERE k.tenant_id = $1
               AND k.scope = $2
               AND k.key = $3
            """;

    private static final String CURRENT = "SELECT " + COLUMNS + """
                  , o.id AS running_id, o.kind AS running_kind, o.request::text AS running_request, x.sealed
              FROM customer c
              LEFT JOIN operation o ON o.customer_id = c.id AND o.phase <> 'done'
              LEFT JOIN operation_secret x ON x.operation_id = o.id
             WHERE c.tenant_id = $1
               AND c.public_id = $2
               AND c.status <> 'deleted'
             ORDER BY c.status = 'failed', c.created_at DESC
             LIMIT 1
            """;

    // Locked first and read then: what is read together with a lock that was waited for may be old.
    private static final String LOCK = """
            SELECT id
              FROM customer
             WHERE tenant_id = $1
               AND public_id = $2
               AND status <> 'deleted'
             ORDER BY id
               FOR UPDATE
            """;

    private static final String TENANTS = """
            SELECT DISTINCT tenant_id
              FROM customer
             WHERE public_id = $1
               AND status <> 'deleted'
             LIMIT 2
            """;

    private static final String LIST = """
            SELECT DISTINCT ON (c.tenant_id, c.public_id)
            """ + COLUMNS + """
              FROM customer c
             WHERE ($1::bigint IS NULL OR c.tenant_id = $1)
               AND c.status <> 'deleted'
               AND (c.tenant_id, c.public_id) > ($2, $3)
             ORDER BY c.tenant_id, c.public_id, c.created_at DESC
             LIMIT $4
            """;

    private final TenantPool pool;
    private final ObjectMapper json;
    private final GatewayConfig config;

    CustomerRepository(TenantPool pool, ObjectMapper json, GatewayConfig config) {
        this.pool = pool;
        this.json = json;
        this.config = config;
    }

    /** Begins a customer; empty when the mark stands for another request already. */
    Uni<Optional<Operation>> create(Draft draft, Optional<Mark> mark) {
        return pool.execute(Scope.of(draft.tenantId()), CREATE, creation(draft, mark))
                .map(rows -> operation(draft, rows))
                .onFailure(e -> violates(e, "customer_live"))
                .transform(e -> new Fault.Conflict(
                                "/id", "customer_exists", "There is a customer " + draft.id() + " already.")
                        .toException());
    }

    private Tuple creation(Draft draft, Optional<Mark> mark) {
        return parameters(draft)
                .addValue(mark.map(given -> given.key().value()).orElse(null))
                .addValue(mark.map(Mark::scope).orElse(null))
                .addValue(mark.map(Mark::fingerprint).orElse(null))
                .addValue(config.idempotencyKeyLife().toMillis());
    }

    private Uni<Operation> follow(SqlConnection sql, Draft draft, Status customer) {
        return sql.preparedQuery(FOLLOW)
                .execute(parameters(draft).addValue(customer.word()))
                .map(rows -> operation(draft, rows).orElseThrow());
    }

    private Tuple parameters(Draft draft) {
        Operation planned = planned(draft, java.time.Instant.EPOCH, java.time.Instant.EPOCH);
        return Tuple.tuple()
                .addValue(draft.operation())
                .addValue(draft.tenantId())
                .addValue(draft.customer())
                .addValue(draft.id().value())
                .addValue(draft.kind().word())
                .addValue(planned.status().word())
                .addValue(planned.request())
                .addValue(config.deadline().toMillis())
                .addArrayOfString(
                        planned.steps().stream().map(step -> step.part().word()).toArray(String[]::new))
                .addArrayOfUUID(planned.steps().stream().map(Step::resourceId).toArray(UUID[]::new))
                .addValue(draft.sealed().orElse(null))
                .addValue("Accepted: %s customer %s.".formatted(draft.kind().word(), draft.id()));
    }

    private Operation planned(Draft draft, java.time.Instant created, java.time.Instant deadline) {
        return Operation.planned(
                draft.operation(),
                draft.tenantId(),
                draft.customer(),
                draft.id().value(),
                draft.kind(),
                write(draft.desired()),
                draft.parts().stream()
                        .map(part -> Step.planned(part, draft.customer()))
                        .toList(),
                created,
                deadline);
    }

    private Optional<Operation> operation(Draft draft, RowSet<Row> rows) {
        return rows.stream()
                .findFirst()
                .map(row -> planned(
                        draft,
                        row.getOffsetDateTime("created_at").toInstant(),
                        row.getOffsetDateTime("deadline_at").toInstant()));
    }

    /** What the mark stands for; empty when it has expired meanwhile. */
    Uni<Optional<Marked>> marked(long tenant, Mark mark) {
        return pool.execute(
                        Scope.of(tenant),
                        MARKED,
                        Tuple.of(tenant, mark.scope(), mark.key().value()))
                .map(rows -> rows.stream()
                        .findFirst()
                        .map(row -> new Marked(
                                row.getUUID("operation_id"),
                                row.getString("fingerprint"),
                                Optional.ofNullable(row.getString("sealed")))));
    }

    /** The customer of that name that lives, or the last one that failed. */
    Uni<Optional<Current>> find(long tenant, CustomerId id) {
        return pool.execute(Scope.of(tenant), CURRENT, Tuple.of(tenant, id.value()))
                .map(this::current);
    }

    /**
     * Decides and writes while nobody else changes that customer; again from the start when somebody was faster.
     *
     * @param decision may be asked more than once
     */
    Uni<Changed> change(long tenant, CustomerId id, Function<Optional<Current>, Change> decision) {
        return pool.withTransaction(Scope.of(tenant), sql -> sql.preparedQuery(LOCK)
                        .execute(Tuple.of(tenant, id.value()))
                        .chain(() -> sql.preparedQuery(CURRENT).execute(Tuple.of(tenant, id.value())))
                        .map(this::current)
                        .map(decision)
                        .chain(change -> write(sql, change)))
                .onFailure(e -> violates(e, "operation_running") || violates(e, "customer_live"))
                .retry()
                .atMost(3);
    }

    private Uni<Changed> write(SqlConnection sql, Change change) {
        return switch (change) {
            case Change.Create(var draft) ->
                sql.preparedQuery(CREATE)
                        .execute(creation(draft, Optional.empty()))
                        .map(rows -> new Changed(change, operation(draft, rows)));
            case Change.Follow(var draft, var meanwhile) ->
                follow(sql, draft, meanwhile).map(made -> new Changed(change, Optional.of(made)));
            case Change.Keep keep -> Uni.createFrom().item(new Changed(change, Optional.empty()));
        };
    }

    /** Whose customer it is, for an operator who did not say. */
    Uni<List<Long>> tenants(CustomerId id) {
        return pool.execute(Scope.ALL, TENANTS, Tuple.of(id.value()))
                .map(rows -> rows.stream().map(row -> row.getLong("tenant_id")).toList());
    }

    Uni<List<Customer>> list(Scope scope, PageRequest page) {
        int slash = page.after().indexOf('/');
        long tenant = slash < 0 ? 0 : number(page.after().substring(0, slash));
        Tuple parameters = Tuple.tuple()
                .addValue(scope.tenant())
                .addValue(tenant)
                .addValue(page.after().substring(slash + 1))
                .addValue(page.size() + 1);
        return pool.execute(scope, LIST, parameters)
                .map(rows -> rows.stream().map(this::customer).toList());
    }

    static String key(Customer customer) {
        return customer.tenantId() + "/" + customer.id();
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new Fault.Malformed("page_token", "pageToken is not one that this service gave.").toException();
        }
    }

    private Optional<Current> current(RowSet<Row> rows) {
        return rows.stream().findFirst().map(row -> new Current(customer(row), running(row)));
    }

    private Optional<Running> running(Row row) {
        UUID operation = row.getUUID("running_id");
        return operation == null
                ? Optional.empty()
                : Optional.of(new Running(
                        operation,
                        Kind.fromString(row.getString("running_kind")),
                        read(row.getString("running_request"), Desired.class),
                        Optional.ofNullable(row.getString("sealed"))));
    }

    private Customer customer(Row row) {
        return new Customer(
                row.getUUID("id"),
                row.getLong("tenant_id"),
                new CustomerId(row.getString("public_id")),
                Status.fromString(row.getString("status")),
                row.getBoolean("suspended"),
                read(row.getString("desired"), Desired.class),
                read(row.getString("resources"), com.fasterxml.jackson.databind.JsonNode.class),
                row.getUUID("operation_id"),
                row.getLong("revision"),
                row.getOffsetDateTime("created_at").toInstant(),
                row.getOffsetDateTime("updated_at").toInstant());
    }

    private static boolean violates(Throwable e, String constraint) {
        return e instanceof PgException refused && constraint.equals(refused.getConstraint());
    }

    private <T> T read(@Nullable String text, Class<T> type) {
        try {
            return json.readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private String write(Object value) {
        try {
            return json.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
