package dev.hostwright.mail.domain;

import dev.hostwright.mail.MailDomain;
import dev.hostwright.mail.Put;
import dev.hostwright.mail.dkim.DkimRepository;
import dev.hostwright.mail.dkim.NewKeys;
import dev.hostwright.mail.fence.Fence;
import dev.hostwright.mail.fence.TombstoneRepository;
import dev.hostwright.mail.forwarder.Forwarder;
import dev.hostwright.mail.forwarder.ForwarderRepository;
import dev.hostwright.mail.limit.NewLimit;
import dev.hostwright.mail.mailbox.Mailbox;
import dev.hostwright.mail.mailbox.MailboxRepository;
import dev.hostwright.mail.page.PageRequest;
import dev.hostwright.mail.problem.Fault;
import dev.hostwright.mail.quarantine.QuarantineRepository;
import dev.hostwright.mail.tenant.Scope;
import dev.hostwright.mail.tenant.TenantPool;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Mail domains in PostgreSQL, each made with what is in it in one transaction. */
@ApplicationScoped
class DomainRepository {

    private static final String KIND = "mail domain";

    private static final String LIST = """
            SELECT id, tenant_id, domain, enabled, suspended, alias_of, max_mailboxes, max_forwarders, max_quota_mb,
                   created_at, updated_at
              FROM email_domains
             WHERE ($1::bigint IS NULL OR tenant_id = $1)
               AND domain > $2
             ORDER BY domain
             LIMIT $3
            """;

    private static final String FIND = """
            SELECT hosted.id, hosted.tenant_id, hosted.domain, hosted.enabled, hosted.suspended, hosted.alias_of,
                   hosted.max_mailboxes, hosted.max_forwarders, hosted.max_quota_mb,
                   hosted.created_at, hosted.updated_at,
                   (SELECT count(*) FROM email_accounts AS mailbox WHERE mailbox.domain = hosted.domain) AS mailboxes,
                   (SELECT count(*) FROM email_forwarders AS forwarder WHERE forwarder.domain = hosted.domain)
                       AS forwarders
              FROM email_domains AS hosted
             WHERE hosted.id = $1
               AND ($2::bigint IS NULL OR hosted.tenant_id = $2)
            """;

    private static final String IS_HOSTED = """
            SELECT 1
              FROM email_domains
             WHERE domain = $1
            """;

    private static final String LOOK = """
            SELECT (SELECT fence FROM tombstones WHERE tenant_id = $1 AND id = $2) AS tombstone,
                   domain_taken($3, $4, $1, make_interval(secs => $5)) AS taken,
                   id, tenant_id, domain, enabled, suspended, alias_of, max_mailboxes, max_forwarders, max_quota_mb, fence,
                   created_at, updated_at
              FROM (VALUES (1)) AS always
              LEFT JOIN email_domains ON id = $2 AND tenant_id = $1
            """;

    /** A statement of its own, so that the next one sees what whoever held the lock has committed. */
    private static final String LOCK_CLAIM = """
            SELECT 1
              FROM pg_advisory_xact_lock(hashtextextended('claim:' || $1, 0))
            """;

    private static final String LOCK_CLAIM_OF = """
            SELECT registrable, pg_advisory_xact_lock(hashtextextended('claim:' || registrable, 0))
              FROM email_domains
             WHERE id = $1
               AND ($2::bigint IS NULL OR tenant_id = $2)
            """;

    private static final String INSERT = """
            WITH claim AS (
                INSERT INTO domain_claims (registrable, tenant_id)
                VALUES ($4, $2)
                    ON CONFLICT (registrable) DO NOTHING
            )
            INSERT INTO email_domains (id, tenant_id, domain, registrable, made_by, fence)
            VALUES ($1, $2, $3, $4, $5, $6)
            RETURNING id, tenant_id, domain, enabled, suspended, alias_of, max_mailboxes, max_forwarders, max_quota_mb,
                      created_at, updated_at
            """;

    private static final String RAISE = """
            UPDATE email_domains
               SET fence = $3
             WHERE id = $1
               AND tenant_id = $2
               AND fence <= $3
            """;

    private static final String CHANGE = """
            UPDATE email_domains
               SET enabled = coalesce($3, enabled),
                   max_mailboxes = CASE WHEN $4 THEN $5 ELSE max_mailboxes END,
                   max_forwarders = CASE WHEN $6 THEN $7 ELSE max_forwarders END,
                   max_quota_mb = CASE WHEN $8 THEN $9 ELSE max_quota_mb END,
                   updated_at = now()
             WHERE id = $1
               AND ($2::bigint IS NULL OR tenant_id = $2)
            RETURNING id, tenant_id, domain, enabled, suspended, alias_of, max_mailboxes, max_forwarders, max_quota_mb,
                      created_at, updated_at
            """;

    private static final String SUSPEND = """
            UPDATE email_domains
               SET suspended = $3, fence = greatest(fence, $4),
                   updated_at = CASE suspended WHEN $3 THEN updated_at ELSE now() END
             WHERE id = $1
               AND ($2::bigint IS NULL OR tenant_id = $2)
            RETURNING id, tenant_id, domain, enabled, suspended, alias_of, max_mailboxes, max_forwarders, max_quota_mb,
                      created_at, updated_at
            """;

    private static final String MADE_BY = """
            SELECT tenant_id, registrable, made_by, fence
              FROM email_domains
             WHERE id = $1
               AND ($2::bigint IS NULL OR tenant_id = $2)
               FOR UPDATE
            """;

    private static final String DELETE = """
            DELETE FROM email_domains
             WHERE id = $1
               AND tenant_id = $2
            RETURNING domain
            """;

    private static final String RELEASE_CLAIM = """
            DELETE FROM domain_claims AS claim
             WHERE claim.registrable = $1
               AND claim.tenant_id = $2
               AND NOT EXISTS (SELECT FROM email_domains AS domain WHERE domain.registrable = claim.registrable)
            """;

    private final TenantPool pool;
    private final TombstoneRepository tombstones;
    private final MailboxRepository mailboxes;
    private final ForwarderRepository forwarders;
    private final QuarantineRepository quarantine;
    private final DkimRepository dkim;

    DomainRepository(
            TenantPool pool,
            TombstoneRepository tombstones,
            MailboxRepository mailboxes,
            ForwarderRepository forwarders,
            QuarantineRepository quarantine,
            DkimRepository dkim) {
        this.pool = pool;
        this.tombstones = tombstones;
        this.mailboxes = mailboxes;
        this.forwarders = forwarders;
        this.quarantine = quarantine;
        this.dkim = dkim;
    }

    /** What stands in the way of a new domain, or is it. */
    record Look(
            Optional<HostedDomain.Stored> stored, @Nullable Long tombstone, boolean taken) {

        void refuse(UUID id, Fence fence) {
            if (tombstone != null) {
                fence.checkTombstone(id, tombstone);
            }
            if (taken) {
                throw domainTaken().toException();
            }
        }
    }

    /**
     * A domain that may be made.
     *
     * @param registrable what the tenant claims with it
     * @param keys what its mail will be signed with
     * @param forwarders the forwarders, once it is known which domains are the tenant's own
     */
    record Plan(
            UUID id,
            long tenant,
            NewDomain asked,
            MailDomain registrable,
            List<Mailbox.Hashed> mailboxes,
            NewKeys keys,
            Function<Set<String>, List<ForwarderRepository.Plan>> forwarders) {}

    Uni<List<HostedDomain>> list(Scope scope, PageRequest page) {
        return pool.withTransaction(scope, sql -> sql.preparedQuery(LIST)
                .mapping(HostedDomain::from)
                .execute(Tuple.of(scope.tenant(), page.after(), page.size() + 1))
                .map(rows -> rows.stream().toList()));
    }

    /** The domain with the numbers of what is in it. */
    Uni<HostedDomain> find(Scope scope, UUID id) {
        return pool.withTransaction(scope, sql -> sql.preparedQuery(FIND)
                .execute(Tuple.of(id, scope.tenant()))
                .map(DomainRepository::only)
                .map(row -> HostedDomain.from(row).with(row.getLong("mailboxes"), row.getLong("forwarders"))));
    }

    /** Whether anybody has the domain here. */
    Uni<Boolean> isHosted(MailDomain domain) {
        return pool.withTransaction(Scope.ALL, sql -> sql.preparedQuery(IS_HOSTED)
                .execute(Tuple.of(domain.value()))
                .map(rows -> rows.size() > 0));
    }

    Uni<Look> look(long tenant, UUID id, NewDomain asked, MailDomain registrable) {
        return pool.withTransaction(Scope.of(tenant), sql -> look(sql, tenant, id, asked, registrable));
    }

    /** The domain, new with everything asked for in it, or the one that somebody was faster with. */
    Uni<Put<HostedDomain.Stored>> create(Plan plan, Fence fence) {
        return pool.withTransaction(Scope.of(plan.tenant()), sql -> tombstones
                .lock(sql, plan.id())
                .chain(() -> lockClaim(sql, plan.registrable().value()))
                .chain(() -> look(sql, plan.tenant(), plan.id(), plan.asked(), plan.registrable()))
                .chain(look -> look.stored().isPresent()
                        ? Uni.createFrom().item(new Put<>(look.stored().get(), false))
                        : make(sql, plan, fence, look)));
    }

    private Uni<Put<HostedDomain.Stored>> make(SqlConnection sql, Plan plan, Fence fence, Look look) {
        look.refuse(plan.id(), fence);
        return tombstones
                .lift(sql, plan.tenant(), plan.id(), fence, look.tombstone())
                .chain(() -> insert(sql, plan, fence))
                .call(domain -> dkim.insertFirst(sql, plan.tenant(), domain.domain(), plan.keys()))
                .chain(domain -> fill(sql, plan, fence, domain))
                .map(stored -> new Put<>(stored, true));
    }

    private static Uni<HostedDomain> insert(SqlConnection sql, Plan plan, Fence fence) {
        Tuple values = Tuple.tuple()
                .addUUID(plan.id())
                .addLong(plan.tenant())
                .addString(plan.asked().domain().value())
                .addString(plan.registrable().value())
                .addUUID(fence.operation())
                .addLong(fence.number());
        return sql.preparedQuery(INSERT)
                .execute(values)
                .onFailure(PgException.class)
                .transform(e -> explain((PgException) e))
                .map(rows -> HostedDomain.from(rows.iterator().next()));
    }

    private Uni<HostedDomain.Stored> fill(SqlConnection sql, Plan plan, Fence fence, HostedDomain domain) {
        return mailboxes.insert(sql, plan.tenant(), plan.mailboxes(), fence).chain(made -> forwarders
                .ownDomains(sql, plan.tenant(), plan.asked().unfoldedDomains())
                .chain(own ->
                        forwarders.insert(sql, plan.tenant(), plan.forwarders().apply(own), fence))
                .map(routes -> stored(domain, made, routes, fence)));
    }

    private static HostedDomain.Stored stored(
            HostedDomain domain, List<Mailbox> made, List<Forwarder> routes, Fence fence) {
        return new HostedDomain.Stored(domain.with(made, routes), List.of(), List.of(), fence.number());
    }

    /** Keeps the number of the newest owner; refused when the domain went away or a newer one came in the meantime. */
    Uni<Void> raise(long tenant, UUID id, long number) {
        return pool.withTransaction(Scope.of(tenant), sql -> sql.preparedQuery(RAISE)
                .execute(Tuple.of(id, tenant, number))
                .chain(rows -> rows.rowCount() == 1
                        ? Uni.createFrom().voidItem()
                        : new Fault.Unavailable("It is being changed; send the request again.", 1).toFailure()));
    }

    Uni<HostedDomain> change(Scope scope, UUID id, DomainResource.Change asked) {
        Tuple values = Tuple.of(id, scope.tenant(), asked.enabled().orElse(null));
        for (NewLimit limit : asked.limits()) {
            values.addBoolean(limit.given()).addInteger(limit.most());
        }
        return pool.withTransaction(
                scope, sql -> sql.preparedQuery(CHANGE).execute(values).map(rows -> HostedDomain.from(only(rows))));
    }

    Uni<HostedDomain> suspend(Scope scope, UUID id, boolean suspended, Fence fence) {
        return pool.withTransaction(scope, sql -> sql.preparedQuery(MADE_BY)
                .execute(Tuple.of(id, scope.tenant()))
                .invoke(rows -> fence.check(only(rows).getLong("fence")))
                .chain(() ->
                        sql.preparedQuery(SUSPEND).execute(Tuple.of(id, scope.tenant(), suspended, fence.number())))
                .map(rows -> HostedDomain.from(only(rows))));
    }

    /** Deletes the domain with everything in it and leaves a tombstone; its name, or nothing when it was not there. */
    Uni<Optional<String>> delete(Scope scope, UUID id, Fence fence) {
        return pool.withTransaction(scope, sql -> tombstones
                .lock(sql, id)
                .chain(() -> sql.preparedQuery(LOCK_CLAIM_OF).execute(Tuple.of(id, scope.tenant())))
                .chain(() -> sql.preparedQuery(MADE_BY).execute(Tuple.of(id, scope.tenant())))
                .chain(rows -> rows.size() == 0
                        ? tombstones.buryUnknown(sql, scope, id, fence).replaceWith(Optional.empty())
                        : delete(sql, id, fence, rows.iterator().next()).map(Optional::of)));
    }

    private Uni<String> delete(SqlConnection sql, UUID id, Fence fence, Row row) {
        tombstones.checkDelete(KIND, row.getUUID("made_by"), row.getLong("fence"), fence);
        long tenant = row.getLong("tenant_id");
        String registrable = row.getString("registrable");
        return sql.preparedQuery(DELETE)
                .execute(Tuple.of(id, tenant))
                .map(DomainRepository::only)
                .call(gone -> fence.undo()
                        ? quarantine.spare(sql, tenant, gone.getString("domain"))
                        : Uni.createFrom().voidItem())
                .call(() -> sql.preparedQuery(RELEASE_CLAIM).execute(Tuple.of(registrable, tenant)))
                .call(() -> tombstones.bury(sql, tenant, id, Math.max(row.getLong("fence"), fence.number())))
                .map(gone -> gone.getString("domain"));
    }

    /**
     * Nobody else makes or deletes a domain of that registrable domain until the transaction ends. Taken before any row
     * is, else one who makes and one who deletes the same name would wait for each other.
     */
    private static Uni<Void> lockClaim(SqlConnection sql, String registrable) {
        return sql.preparedQuery(LOCK_CLAIM).execute(Tuple.of(registrable)).replaceWithVoid();
    }

    private Uni<Look> look(SqlConnection sql, long tenant, UUID id, NewDomain asked, MailDomain registrable) {
        return sql.preparedQuery(LOOK)
                .execute(Tuple.of(tenant, id, asked.domain().value(), registrable.value(), quarantine.seconds()))
                .chain(rows -> look(sql, rows.iterator().next(), asked));
    }

    private Uni<Look> look(SqlConnection sql, Row row, NewDomain asked) {
        Long tombstone = row.getLong("tombstone");
        boolean taken = row.getBoolean("taken");
        return row.getUUID("id") == null
                ? Uni.createFrom().item(new Look(Optional.empty(), tombstone, taken))
                : contents(sql, row, asked).map(stored -> new Look(Optional.of(stored), tombstone, taken));
    }

    /** What is there of what is asked for; all that is there could be any number. */
    private Uni<HostedDomain.Stored> contents(SqlConnection sql, Row row, NewDomain asked) {
        HostedDomain domain = HostedDomain.from(row);
        return mailboxes
                .ofDomain(sql, domain.tenantId(), domain.domain(), asked.addresses())
                .chain(boxes -> forwarders
                        .ofDomain(sql, domain.tenantId(), domain.domain(), asked.sources())
                        .map(routes -> new HostedDomain.Stored(domain, boxes, routes, row.getLong("fence"))));
    }

    private static Row only(RowSet<Row> rows) {
        for (Row row : rows) {
            return row;
        }
        throw new Fault.NotFound(KIND).toException();
    }

    /** Says that it is taken, and not by whom: a tenant learns nothing of another. */
    private static Fault domainTaken() {
        return new Fault.Conflict("/domain", "domain_taken", "The domain is not available.");
    }

    private static Throwable explain(PgException e) {
        return switch (String.valueOf(e.getConstraint())) {
            case "email_domains_domain_key", "email_domains_tenant_key", "email_domains_claim_fkey" ->
                domainTaken().toException();
            // the tenant's own would have been seen: it is another's, who is not given away
            case "email_domains_pkey" -> new Fault.NotFound(KIND).toException();
            default -> e;
        };
    }
}
