package dev.hostwright.mail.apppassword;

import dev.hostwright.mail.Put;
import dev.hostwright.mail.fence.Fence;
import dev.hostwright.mail.fence.TombstoneRepository;
import dev.hostwright.mail.mailbox.Password;
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
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** App passwords in PostgreSQL; of the password itself, only its hash. */
@ApplicationScoped
class AppPasswordRepository {

    private static final String KIND = "app password";

    private static final int MOST_OF_A_MAILBOX = 50;

    /** Whoever else makes one for the mailbox waits, and then sees this one. */
    private static final String LOCK_MAILBOX = """
            SELECT tenant_id
              FROM email_accounts
             WHERE id = $1
               AND ($2::bigint IS NULL OR tenant_id = $2)
               FOR NO KEY UPDATE
            """;

    private static final String FIND_MAILBOX = """
            SELECT tenant_id
              FROM email_accounts
             WHERE id = $1
               AND ($2::bigint IS NULL OR tenant_id = $2)
            """;

    private static final String LIST = """
            SELECT id, mailbox_id, name, protocols, expires_at, created_at
              FROM app_passwords
             WHERE mailbox_id = $1
             ORDER BY created_at, id
            """;

    private static final String LOOK = """
            SELECT (SELECT fence FROM tombstones WHERE tenant_id = $1 AND id = $2) AS tombstone,
                   (SELECT count(*) FROM app_passwords AS other WHERE other.mailbox_id = $3) AS there,
                   id, mailbox_id, name, protocols, expires_at, fence, created_at
              FROM (VALUES (1)) AS always
              LEFT JOIN app_passwords ON id = $2 AND tenant_id = $1
            """;

    private static final String INSERT = """
            INSERT INTO app_passwords (id, tenant_id, mailbox_id, name, protocols, token_sha256, expires_at, fence)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            RETURNING id, mailbox_id, name, protocols, expires_at, created_at
            """;

    private static final String DELETE = """
            DELETE FROM app_passwords
             WHERE id = $1
               AND mailbox_id = $2
               AND tenant_id = $3
            RETURNING fence
            """;

    private static final String END_EXPIRED = """
            UPDATE app_passwords
               SET ended = true
             WHERE NOT ended
               AND expires_at <= now()
            """;

    private final TenantPool pool;
    private final TombstoneRepository tombstones;

    AppPasswordRepository(TenantPool pool, TombstoneRepository tombstones) {
        this.pool = pool;
        this.tombstones = tombstones;
    }

    Uni<List<AppPassword>> list(Scope scope, UUID mailbox) {
        return pool.withTransaction(scope, sql -> sql.preparedQuery(FIND_MAILBOX)
                .execute(Tuple.of(mailbox, scope.tenant()))
                .invoke(AppPasswordRepository::tenant)
                .chain(() -> sql.preparedQuery(LIST).mapping(AppPassword::from).execute(Tuple.of(mailbox)))
                .map(rows -> rows.stream().toList()));
    }

    /** The app password, new or the one that is there, which must be the same. */
    Uni<Put<AppPassword>> put(
            Scope scope, UUID mailbox, UUID id, NewAppPassword asked, Password password, Fence fence) {
        return pool.withTransaction(scope, sql -> tombstones
                .lock(sql, id)
                .chain(() -> sql.preparedQuery(LOCK_MAILBOX).execute(Tuple.of(mailbox, scope.tenant())))
                .map(AppPasswordRepository::tenant)
                .chain(tenant -> put(sql, tenant, mailbox, id, asked, password, fence)));
    }

    private Uni<Put<AppPassword>> put(
            SqlConnection sql,
            long tenant,
            UUID mailbox,
            UUID id,
            NewAppPassword asked,
            Password password,
            Fence fence) {
        return sql.preparedQuery(LOOK)
                .execute(Tuple.of(tenant, id, mailbox))
                .map(rows -> rows.iterator().next())
                .chain(look -> look.getUUID("id") == null
                        ? make(sql, tenant, mailbox, id, asked, password, fence, look)
                        : confirm(mailbox, asked, fence, look));
    }

    private static Uni<Put<AppPassword>> confirm(UUID mailbox, NewAppPassword asked, Fence fence, Row look) {
        AppPassword there = AppPassword.from(look);
        fence.check(look.getLong("fence"));
        return there.is(mailbox, asked)
                ? Uni.createFrom().item(new Put<>(there, false))
                : new Fault.Differs(KIND, there.id()).toFailure();
    }

    private Uni<Put<AppPassword>> make(
            SqlConnection sql,
            long tenant,
            UUID mailbox,
            UUID id,
            NewAppPassword asked,
            Password password,
            Fence fence,
            Row look) {
        refuse(asked, look.getLong("there"));
        Tuple values = Tuple.tuple()
                .addUUID(id)
                .addLong(tenant)
                .addUUID(mailbox)
                .addString(asked.name().value())
                .addArrayOfString(
                        asked.askedProtocols().stream().map(Protocol::service).toArray(String[]::new))
                .addString(password.sha256())
                .addOffsetDateTime(asked.expiresAt().map(Expiry::time).orElse(null))
                .addLong(fence.number());
        return tombstones
                .lift(sql, tenant, id, fence, look.getLong("tombstone"))
                .chain(() -> sql.preparedQuery(INSERT).execute(values))
                .onFailure(PgException.class)
                .transform(e -> explain((PgException) e))
                .map(rows -> new Put<>(AppPassword.from(rows.iterator().next()), true));
    }

    private static void refuse(NewAppPassword asked, long there) {
        asked.expiresAt()
                .map(Expiry::time)
                .filter(time -> !time.isAfter(OffsetDateTime.now(ZoneOffset.UTC)))
                .ifPresent(past -> {
                    throw new Fault.Malformed("/expiresAt", "past", "It expires in the future, or not at all.")
                            .toException();
                });
        if (there >= MOST_OF_A_MAILBOX) {
            throw new Fault.Conflict(
                            "",
                            "too_many_app_passwords",
                            "A mailbox has %d app passwords at most; delete one.".formatted(MOST_OF_A_MAILBOX))
                    .toException();
        }
    }

    /** Deletes the app password and leaves a tombstone; whether it was there. */
    Uni<Boolean> delete(Scope scope, UUID mailbox, UUID id, Fence fence) {
        return pool.withTransaction(scope, sql -> tombstones
                .lock(sql, id)
                .chain(() -> sql.preparedQuery(FIND_MAILBOX).execute(Tuple.of(mailbox, scope.tenant())))
                .map(AppPasswordRepository::tenant)
                .chain(tenant -> sql.preparedQuery(DELETE)
                        .execute(Tuple.of(id, mailbox, tenant))
                        .map(AppPasswordRepository::fence)
                        .invoke(seen -> seen.ifPresent(fence::check))
                        .call(seen -> tombstones.bury(sql, tenant, id, Math.max(seen.orElse(0L), fence.number())))
                        .map(Optional::isPresent)));
    }

    /** Notes that those are over, with which their sessions are to end; how many. */
    Uni<Integer> endExpired() {
        return pool.withTransaction(
                Scope.ALL, sql -> sql.preparedQuery(END_EXPIRED).execute().map(RowSet::rowCount));
    }

    private static long tenant(RowSet<Row> mailbox) {
        for (Row row : mailbox) {
            return row.getLong("tenant_id");
        }
        throw new Fault.NotFound("mailbox").toException();
    }

    private static Optional<Long> fence(RowSet<Row> rows) {
        for (Row row : rows) {
            return Optional.of(row.getLong("fence"));
        }
        return Optional.empty();
    }

    private static Throwable explain(PgException e) {
        // the tenant's own would have been seen: it is another's, who is not given away
        return "app_passwords_pkey".equals(e.getConstraint()) ? new Fault.NotFound(KIND).toException() : e;
    }
}
