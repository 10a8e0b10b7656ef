package dev.hostwright.mail.catchall;

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
import java.util.UUID;

/** Catch-alls in PostgreSQL, one a domain. */
@ApplicationScoped
class CatchAllRepository {

    private static final String FIND_DOMAIN = """
            SELECT tenant_id
              FROM email_domains
             WHERE id = $1
               AND ($2::bigint IS NULL OR tenant_id = $2)
            """;

    private static final String FIND = """
            SELECT caught.domain, caught.destination, caught.created_at, caught.updated_at
              FROM catch_alls AS caught
              JOIN email_domains AS hosted USING (domain)
             WHERE hosted.id = $1
            """;

    private static final String PUT = """
            INSERT INTO catch_alls AS caught (domain, tenant_id, destination)
            SELECT domain, tenant_id, $2
              FROM email_domains
             WHERE id = $1
                ON CONFLICT (domain) DO UPDATE
               SET destination = excluded.destination,
                   updated_at = CASE caught.destination WHEN excluded.destination THEN caught.updated_at ELSE now() END
            RETURNING domain, destination, created_at, updated_at
            """;

    /** The first that is in a domain of the tenant, and there is nothing of that address. */
    private static final String DANGLING = """
            SELECT asked.address, asked.place
              FROM unnest($2::text[]) WITH ORDINALITY AS asked (address, place)
              JOIN email_domains AS hosted
                ON hosted.domain = split_part(asked.address, '@', 2) AND hosted.tenant_id = $1
             WHERE NOT EXISTS (
                    SELECT
                      FROM email_addresses AS there
                     WHERE there.address = in_original(asked.address, hosted.alias_of))
             ORDER BY asked.place
             LIMIT 1
            """;

    private static final String DELETE = """
            DELETE FROM catch_alls
             USING email_domains AS hosted
             WHERE hosted.id = $1
               AND catch_alls.domain = hosted.domain
            """;

    private final TenantPool pool;

    CatchAllRepository(TenantPool pool) {
        this.pool = pool;
    }

    Uni<CatchAll> find(Scope scope, UUID domain) {
        return pool.withTransaction(scope, sql -> tenant(sql, scope, domain)
                .chain(() -> sql.preparedQuery(FIND).execute(Tuple.of(domain)))
                .map(rows -> only(rows, "catch-all")));
    }

    Uni<CatchAll> put(Scope scope, UUID domain, CatchAll.Request asked) {
        return pool.withTransaction(scope, sql -> tenant(sql, scope, domain)
                .chain(tenant -> refuseDangling(sql, tenant, asked))
                .chain(() -> sql.preparedQuery(PUT).execute(Tuple.of(domain, asked.text())))
                .onFailure(CatchAllRepository::inAlias)
                .transform(e -> new Fault.InAlias("").toException())
                .map(rows -> only(rows, "mail domain")));
    }

    /** Whether there was one. */
    Uni<Boolean> delete(Scope scope, UUID domain) {
        return pool.withTransaction(scope, sql -> tenant(sql, scope, domain)
                .chain(() -> sql.preparedQuery(DELETE).execute(Tuple.of(domain)))
                .map(rows -> rows.rowCount() == 1));
    }

    private static Uni<Void> refuseDangling(SqlConnection sql, long tenant, CatchAll.Request asked) {
        return sql.preparedQuery(DANGLING)
                .execute(Tuple.of(tenant, asked.delivered()))
                .invoke(rows -> rows.forEach(CatchAllRepository::refuseDangling))
                .replaceWithVoid();
    }

    private static void refuseDangling(Row row) {
        throw new Fault.Invalid(
                        "/destinations/%d".formatted(row.getLong("place") - 1),
                        "destination_unknown",
                        "Nothing receives %s; make it first.".formatted(row.getString("address")))
                .toException();
    }

    private static Uni<Long> tenant(SqlConnection sql, Scope scope, UUID domain) {
        return sql.preparedQuery(FIND_DOMAIN)
                .execute(Tuple.of(domain, scope.tenant()))
                .map(rows -> {
                    for (Row row : rows) {
                        return row.getLong("tenant_id");
                    }
                    throw new Fault.NotFound("mail domain").toException();
                });
    }

    private static boolean inAlias(Throwable failure) {
        return failure instanceof PgException e && "catch_alls_domain_fkey".equals(e.getConstraint());
    }

    private static CatchAll only(RowSet<Row> rows, String kind) {
        for (Row row : rows) {
            return CatchAll.from(row);
        }
        throw new Fault.NotFound(kind).toException();
    }
}
