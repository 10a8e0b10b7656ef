package dev.hostwright.mail.mailbox;

import dev.hostwright.mail.MailConfig;
import dev.hostwright.mail.MailDomain;
import dev.hostwright.mail.Put;
import dev.hostwright.mail.fence.Fence;
import dev.hostwright.mail.fence.TombstoneRepository;
import dev.hostwright.mail.limit.LimitRepository;
import dev.hostwright.mail.limit.Limits;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Mailboxes in PostgreSQL. */
@ApplicationScoped
public class MailboxRepository {

    private static final String KIND = "mailbox";

    private static final String LIST = """
            SELECT id, tenant_id, domain, email, username, folder, quota_mb, enabled, created_at, updated_at
              FROM email_accounts
             WHERE ($1::bigint IS NULL OR tenant_id = $1)
               AND email > $2
             ORDER BY email
             LIMIT $3
            """;

    private static final String LIST_OF_DOMAIN = """
            SELECT id, tenant_id, domain, email, username, folder, quota_mb, enabled, created_at, updated_at
              FROM email_accounts
             WHERE domain = $4
               AND ($1::bigint IS NULL OR tenant_id = $1)
               AND email > $2
             ORDER BY email
             LIMIT $3
            """;

    private static final String FIND = """
            SELECT id, tenant_id, domain, email, username, folder, quota_mb, enabled, created_at, updated_at
              FROM email_accounts
             WHERE id = $1
               AND ($2::bigint IS NULL OR tenant_id = $2)
            """;

    private static final String USAGE = """
            SELECT mailbox.quota_mb, coalesce(used.bytes, 0) AS bytes, coalesce(used.messages, 0) AS messages
              FROM email_accounts AS mailbox
              LEFT JOIN mta.usage AS used ON used.username = mailbox.email
             WHERE mailbox.id = $1
               AND ($2::bigint IS NULL OR mailbox.tenant_id = $2)
            """;

    private static final String OF_DOMAIN = """
            SELECT id, tenant_id, domain, email, username, folder, password_hash, quota_mb, enabled, fence, created_at,
                   updated_at
              FROM email_accounts
             WHERE domain = $1
               AND tenant_id = $2
               AND email = ANY ($3::text[])
             ORDER BY array_position($3::text[], email)
            """;

    private static final String LOOK = """
            SELECT (SELECT fence FROM tombstones WHERE tenant_id = $1 AND id = $2) AS tombstone,
                   (SELECT is_alias FROM email_domains WHERE domain = $3 AND tenant_id = $1) AS alias,
                   EXISTS (SELECT FROM email_addresses WHERE address = $4 AND tenant_id = $1) AS taken,
                   id, tenant_id, domain, email, username, folder, password_hash, quota_mb, enabled, fence, created_at,
                   updated_at
              FROM (VALUES (1)) AS always
              LEFT JOIN email_accounts ON id = $2 AND tenant_id = $1
            """;

    private static final String INSERT = """
            WITH asked AS (
                SELECT *
                  FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::integer[], $8::boolean[])
                       AS asked (id, email, username, password_hash, quota_mb, enabled)
            ), registered AS (
                INSERT INTO email_addresses (address, tenant_id, domain, kind)
                SELECT asked.email, hosted.tenant_id, hosted.domain, 'mailbox'
                  FROM asked
                  JOIN email_domains AS hosted ON hosted.domain = $2 AND hosted.tenant_id = $1
                    ON CONFLICT (address) DO NOTHING
                RETURNING address, tenant_id, domain
            )
            INSERT INTO email_accounts
                   (id, tenant_id, domain, email, username, password_hash, quota_mb, enabled, made_by, fence)
            SELECT asked.id, registered.tenant_id, registered.domain, asked.email, asked.username,
                   asked.password_hash, asked.quota_mb, asked.enabled, $9, $10
              FROM asked
              JOIN registered ON registered.address = asked.email
            RETURNING id, tenant_id, domain, email, username, folder, quota_mb, enabled, created_at, updated_at
            """;

    private static final String RAISE = """
            UPDATE email_accounts
               SET fence = $3
             WHERE id = $1
               AND tenant_id = $2
               AND fence <= $3
            """;

    private static final String QUOTA = """
            SELECT quota_mb
              FROM email_accounts
             WHERE id = $1
               FOR UPDATE
            """;

    private static final String CHANGE = """
            UPDATE email_accounts
               SET quota_mb = coalesce($3, quota_mb), enabled = coalesce($4, enabled), updated_at = now()
             WHERE id = $1
               AND ($2::bigint IS NULL OR tenant_id = $2)
            RETURNING id, tenant_id, domain, email, username, folder, quota_mb, enabled, created_at, updated_at,
                      coalesce((SELECT used.bytes FROM mta.usage AS used WHERE used.username = email), 0) AS bytes
            """;

    private static final String SET_PASSWORD = """
            UPDATE email_accounts
               SET password_hash = $3, updated_at = now()
             WHERE id = $1
               AND ($2::bigint IS NULL OR tenant_id = $2)
            RETURNING id, tenant_id, domain, email, username, folder, quota_mb, enabled, created_at, updated_at
            """;

    /** Before the row itself: so do those who delete the domain, else the two would wait for each other. */
    private static final String LOCK_ADDRESS = """
            SELECT address
              FROM email_addresses
             WHERE address = (SELECT email
                                FROM email_accounts
                               WHERE id = $1
                                 AND ($2::bigint IS NULL OR tenant_id = $2))
               FOR UPDATE
            """;

    private static final String MADE_BY = """
            SELECT tenant_id, email, made_by, fence
              FROM email_accounts
             WHERE id = $1
               AND ($2::bigint IS NULL OR tenant_id = $2)
               FOR UPDATE
            """;

    /** A forwarder that stands on the mailbox goes with it. */
    private static final String DELETE = """
            DELETE FROM email_addresses
             WHERE address = $1
               AND tenant_id = $2
               AND kind = 'mailbox'
            """;

    private final TenantPool pool;
    private final TombstoneRepository tombstones;
    private final LimitRepository limits;
    private final String root;

    MailboxRepository(TenantPool pool, TombstoneRepository tombstones, LimitRepository limits, MailConfig config) {
        this.pool = pool;
        this.tombstones = tombstones;
        this.limits = limits;
        this.root = config.mailboxRoot();
    }

    /**
     * What stands in the way of a new mailbox, or is it.
     *
     * @param alias whether its domain is one, or null when it is none of the tenant's
     */
    record Look(
            Optional<Mailbox.Stored> stored,
            @Nullable Long tombstone,
            @Nullable Boolean alias,
            boolean taken) {

        void refuse(UUID id, Fence fence) {
            if (tombstone != null) {
                fence.checkTombstone(id, tombstone);
            }
            if (alias == null) {
                throw new Fault.NoSuchDomain("/email").toException();
            }
            if (alias) {
                throw new Fault.InAlias("/email").toException();
            }
            if (taken) {
                throw addressTaken();
            }
        }
    }

    Uni<List<Mailbox>> list(Scope scope, Optional<MailDomain> domain, PageRequest page) {
        Tuple values = Tuple.of(scope.tenant(), page.after(), page.size() + 1);
        domain.ifPresent(one -> values.addString(one.value()));
        return pool.withTransaction(scope, sql -> sql.preparedQuery(domain.isPresent() ? LIST_OF_DOMAIN : LIST)
                .mapping(row -> Mailbox.from(row, root))
                .execute(values)
                .map(rows -> rows.stream().toList()));
    }

    Uni<Mailbox> find(Scope scope, UUID id) {
        return pool.withTransaction(scope, sql -> sql.preparedQuery(FIND)
                .execute(Tuple.of(id, scope.tenant()))
                .map(this::only));
    }

    Uni<Usage> usage(Scope scope, UUID id) {
        return pool.withTransaction(scope, sql -> sql.preparedQuery(USAGE)
                .mapping(Usage::from)
                .execute(Tuple.of(id, scope.tenant()))
                .map(rows -> rows.stream().findFirst().orElseThrow(() -> new Fault.NotFound(KIND).toException())));
    }

    Uni<Look> look(long tenant, UUID id, MailboxAddress email) {
        return pool.withTransaction(Scope.of(tenant), sql -> look(sql, tenant, id, email));
    }

    /** The mailbox, new or, when somebody was faster with the same id, the one that is there. */
    Uni<Put<Mailbox.Stored>> create(long tenant, Mailbox.Hashed asked, Fence fence) {
        UUID id = asked.plan().id();
        return pool.withTransaction(Scope.of(tenant), sql -> tombstones
                .lock(sql, id)
                .chain(() -> look(sql, tenant, id, asked.plan().email()))
                .chain(look -> look.stored().isPresent()
                        ? Uni.createFrom().item(new Put<>(look.stored().get(), false))
                        : make(sql, tenant, asked, fence, look)));
    }

    private Uni<Put<Mailbox.Stored>> make(
            SqlConnection sql, long tenant, Mailbox.Hashed asked, Fence fence, Look look) {
        look.refuse(asked.plan().id(), fence);
        String domain = asked.plan().email().domain().value();
        return tombstones
                .lift(sql, tenant, asked.plan().id(), fence, look.tombstone())
                .chain(() -> limits.lock(sql, tenant, domain))
                .chain(limit -> insert(sql, tenant, List.of(asked), fence)
                        .call(() -> limits.checkMailboxes(sql, limit, domain)))
                .map(made -> new Put<>(new Mailbox.Stored(made.getFirst(), asked.hash(), fence.number()), true));
    }

    /**
     * Makes mailboxes of one domain, in the caller's transaction.
     *
     * @return them in the order asked for; the password of a plan that made one is in them
     */
    public Uni<List<Mailbox>> insert(SqlConnection sql, long tenant, List<Mailbox.Hashed> asked, Fence fence) {
        if (asked.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        List<Mailbox.Plan> plans = asked.stream().map(Mailbox.Hashed::plan).toList();
        Tuple values = Tuple.tuple()
                .addLong(tenant)
                .addString(plans.getFirst().email().domain().value())
                .addArrayOfUUID(plans.stream().map(Mailbox.Plan::id).toArray(UUID[]::new))
                .addArrayOfString(
                        plans.stream().map(plan -> plan.email().toString()).toArray(String[]::new))
                .addArrayOfString(
                        plans.stream().map(plan -> plan.email().localPart()).toArray(String[]::new))
                .addArrayOfString(asked.stream().map(one -> one.hash().value()).toArray(String[]::new))
                .addArrayOfInteger(plans.stream().map(plan -> plan.quota().mb()).toArray(Integer[]::new))
                .addArrayOfBoolean(plans.stream().map(Mailbox.Plan::enabled).toArray(Boolean[]::new))
                .addUUID(fence.operation())
                .addLong(fence.number());
        return sql.preparedQuery(INSERT)
                .execute(values)
                .onFailure(PgException.class)
                .transform(e -> explain((PgException) e))
                .map(rows -> inOrder(rows, plans));
    }

    /** Of these mailboxes those that are there in the domain, with their hashes, in the order given. */
    public Uni<List<Mailbox.Stored>> ofDomain(SqlConnection sql, long tenant, String domain, List<String> addresses) {
        if (addresses.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        Tuple values =
                Tuple.tuple().addString(domain).addLong(tenant).addArrayOfString(addresses.toArray(String[]::new));
        return sql.preparedQuery(OF_DOMAIN)
                .mapping(this::stored)
                .execute(values)
                .map(rows -> rows.stream().toList());
    }

    /** Keeps the number of the newest owner; refused when the mailbox went away or a newer one came in the meantime. */
    Uni<Void> raise(long tenant, UUID id, long number) {
        return pool.withTransaction(Scope.of(tenant), sql -> sql.preparedQuery(RAISE)
                .execute(Tuple.of(id, tenant, number))
                .chain(rows -> rows.rowCount() == 1
                        ? Uni.createFrom().voidItem()
                        : new Fault.Unavailable("It is being changed; send the request again.", 1).toFailure()));
    }

    Uni<Mailbox> change(Scope scope, UUID id, Optional<Quota> quota, Optional<Boolean> enabled) {
        Tuple values = Tuple.of(id, scope.tenant(), quota.map(Quota::mb).orElse(null), enabled.orElse(null));
        return pool.withTransaction(scope, sql -> (quota.isPresent()
                        ? limits.lockOfMailbox(sql, scope.tenant(), id)
                        : Uni.createFrom().item(Limits.NONE))
                .chain(limit -> limit.quotaMb().isEmpty()
                        ? sql.preparedQuery(CHANGE).execute(values).map(this::changed)
                        : changeWithin(sql, limit, id, values)));
    }

    /** More room only if the domain has it; less is never refused. */
    private Uni<Mailbox> changeWithin(SqlConnection sql, Limits limit, UUID id, Tuple values) {
        return sql.preparedQuery(QUOTA)
                .execute(Tuple.of(id))
                .map(rows -> rows.size() == 0
                        ? Quota.UNLIMITED
                        : new Quota(rows.iterator().next().getInteger("quota_mb")))
                .chain(before -> sql.preparedQuery(CHANGE)
                        .execute(values)
                        .map(this::changed)
                        .call(mailbox -> new Quota(mailbox.quotaMb()).isMoreThan(before)
                                ? limits.checkQuota(sql, limit, mailbox.domain())
                                : Uni.createFrom().voidItem()));
    }

    Uni<Mailbox> setPassword(Scope scope, UUID id, PasswordHash hash) {
        return pool.withTransaction(scope, sql -> sql.preparedQuery(SET_PASSWORD)
                .execute(Tuple.of(id, scope.tenant(), hash.value()))
                .map(this::only));
    }

    /** Deletes the mailbox and leaves a tombstone; its address, or nothing when it was not there. */
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
        String email = row.getString("email");
        return sql.preparedQuery(DELETE)
                .execute(Tuple.of(email, tenant))
                .chain(() -> tombstones.bury(sql, tenant, id, Math.max(row.getLong("fence"), fence.number())))
                .replaceWith(email);
    }

    private Uni<Look> look(SqlConnection sql, long tenant, UUID id, MailboxAddress email) {
        return sql.preparedQuery(LOOK)
                .execute(Tuple.of(tenant, id, email.domain().value(), email.toString()))
                .map(rows -> look(rows.iterator().next()));
    }

    private Look look(Row row) {
        return new Look(
                row.getUUID("id") == null ? Optional.empty() : Optional.of(stored(row)),
                row.getLong("tombstone"),
                row.getBoolean("alias"),
                row.getBoolean("taken"));
    }

    private Mailbox.Stored stored(Row row) {
        return new Mailbox.Stored(
                Mailbox.from(row, root), new PasswordHash(row.getString("password_hash")), row.getLong("fence"));
    }

    private Mailbox changed(RowSet<Row> rows) {
        Mailbox mailbox = only(rows);
        long bytes = rows.iterator().next().getLong("bytes");
        return Usage.isOver(bytes, mailbox.quotaMb()) ? mailbox.withTooMuch() : mailbox;
    }

    private Mailbox only(RowSet<Row> rows) {
        for (Row row : rows) {
            return Mailbox.from(row, root);
        }
        throw new Fault.NotFound(KIND).toException();
    }

    /**
     * An address that was not inserted was taken in the meantime: the domain was there, or there would be a row more.
     */
    private List<Mailbox> inOrder(RowSet<Row> rows, List<Mailbox.Plan> plans) {
        Map<UUID, Mailbox> made = new HashMap<>();
        rows.forEach(row -> made.put(row.getUUID("id"), Mailbox.from(row, root)));
        return plans.stream()
                .map(plan -> Optional.ofNullable(made.get(plan.id()))
                        .orElseThrow(MailboxRepository::addressTaken)
                        .withPassword(plan.made() ? Optional.of(plan.password()) : Optional.empty()))
                .toList();
    }

    private static RuntimeException addressTaken() {
        return new Fault.Conflict("/email", "address_taken", "There is a mailbox or a forwarder of that address.")
                .toException();
    }

    private static Throwable explain(PgException e) {
        return switch (String.valueOf(e.getConstraint())) {
            // the tenant's own would have been seen: it is another's, who is not given away
            case "email_accounts_pkey" -> new Fault.NotFound(KIND).toException();
            case "email_addresses_domain_fkey" -> new Fault.NoSuchDomain("/email").toException();
            default -> e;
        };
    }
}
