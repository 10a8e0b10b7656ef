package dev.hostwright.mail.alias;

import dev.hostwright.mail.MailDomain;
import dev.hostwright.mail.forwarder.ForwarderRepository;
import dev.hostwright.mail.problem.Fault;
import dev.hostwright.mail.tenant.Scope;
import dev.hostwright.mail.tenant.TenantPool;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.UUID;

/** Aliases of domains in PostgreSQL, whose constraints say what may be one. */
@ApplicationScoped
class AliasRepository {

    private static final String FIND = """
            SELECT domain, tenant_id, alias_of
              FROM email_domains
             WHERE id = $1
               AND ($2::bigint IS NULL OR tenant_id = $2)
            """;

    /** One change of a tenant's aliases after the other: two that point at each other would wait for each other. */
    private static final String LOCK = """
            SELECT 1
              FROM pg_advisory_xact_lock(hashtextextended('aliases of ' || $1::bigint, 0))
            """;

    /** Before the alias: so does who deletes it. */
    private static final String LOCK_TARGET = """
            SELECT domain
              FROM email_domains
             WHERE domain = $1
               AND tenant_id = $2
               FOR KEY SHARE
            """;

    private static final String SET = """
            UPDATE email_domains
               SET alias_of = $2,
                   updated_at = CASE WHEN alias_of IS DISTINCT FROM $2 THEN now() ELSE updated_at END
             WHERE id = $1
            """;

    private final TenantPool pool;
    private final ForwarderRepository forwarders;

    AliasRepository(TenantPool pool, ForwarderRepository forwarders) {
        this.pool = pool;
        this.forwarders = forwarders;
    }

    Uni<DomainAlias> find(Scope scope, UUID id) {
        return pool.withTransaction(scope, sql -> domain(sql, scope, id))
                .map(row -> alias(row).orElseThrow(() -> new Fault.NotFound("alias").toException()));
    }

    Uni<DomainAlias> put(Scope scope, UUID id, MailDomain target) {
        return pool.withTransaction(
                scope, sql -> domain(sql, scope, id).chain(row -> put(sql, id, row, target.value())));
    }

    private Uni<DomainAlias> put(SqlConnection sql, UUID id, Row row, String target) {
        long tenant = row.getLong("tenant_id");
        String domain = row.getString("domain");
        return sql.preparedQuery(LOCK)
                .execute(Tuple.of(tenant))
                .chain(() -> sql.preparedQuery(LOCK_TARGET).execute(Tuple.of(target, tenant)))
                .invoke(rows -> {
                    if (rows.size() == 0) {
                        throw new Fault.NoSuchDomain("/target").toException();
                    }
                })
                .chain(() -> sql.preparedQuery(SET).execute(Tuple.of(id, target)))
                .onFailure(PgException.class)
                .transform(e -> explain((PgException) e))
                .chain(() -> forwarders.checkAlias(sql, tenant, domain, target))
                .replaceWith(new DomainAlias(domain, target));
    }

    /** What it was, if it was one. */
    Uni<Optional<DomainAlias>> delete(Scope scope, UUID id) {
        return pool.withTransaction(scope, sql -> domain(sql, scope, id)
                .chain(row -> sql.preparedQuery(SET).execute(Tuple.of(id, null)).replaceWith(alias(row))));
    }

    private static Uni<Row> domain(SqlConnection sql, Scope scope, UUID id) {
        return sql.preparedQuery(FIND).execute(Tuple.of(id, scope.tenant())).map(rows -> {
            for (Row row : rows) {
                return row;
            }
            throw new Fault.NotFound("mail domain").toException();
        });
    }

    private static Optional<DomainAlias> alias(Row row) {
        return Optional.ofNullable(row.getString("alias_of"))
                .map(target -> new DomainAlias(row.getString("domain"), target));
    }

    private static Throwable explain(PgException e) {
        return switch (String.valueOf(e.getConstraint())) {
            case "email_domains_alias_not_itself" ->
                new Fault.Invalid("/target", "alias_of_itself", "A domain does not stand for itself.").toException();
            case "email_domains_alias_fkey" ->
                new Fault.Conflict(
                                "/target",
                                "alias_of_alias",
                                "An alias has no aliases: name the domain that the mail is in, and end this one's aliases.")
                        .toException();
            case "email_addresses_domain_fkey", "catch_alls_domain_fkey" ->
                new Fault.Conflict(
                                "",
                                "domain_not_empty",
                                "The domain has addresses or a catch-all of its own: take those away first.")
                        .toException();
            default -> e;
        };
    }
}
