package dev.hostwright.mail.dkim;

import dev.hostwright.mail.MailDomain;
import dev.hostwright.mail.problem.Fault;
import dev.hostwright.mail.tenant.Scope;
import dev.hostwright.mail.tenant.TenantPool;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.UUID;

/** The keys in PostgreSQL. Private ones are written and cannot be read: the service's role has no right to. */
@ApplicationScoped
public class DkimRepository {

    private static final String KIND = "mail domain";

    /** Nothing when the domain has such keys already, or is gone. */
    private static final String INSERT = """
            INSERT INTO dkim_keys (domain, tenant_id, selector, algorithm, public_key, private_key, state, activated_at)
            SELECT hosted.domain, hosted.tenant_id, key.selector, key.algorithm, key.public_key, key.private_key,
                   $3::text, CASE $3::text WHEN 'active' THEN now() END
              FROM email_domains AS hosted,
                   unnest($4::text[], $5::text[], $6::text[], $7::text[])
                       AS key (selector, algorithm, public_key, private_key)
             WHERE hosted.domain = $1
               AND hosted.tenant_id = $2
                ON CONFLICT DO NOTHING
            """;

    private static final String FIND = """
            SELECT domain
              FROM email_domains
             WHERE id = $1
               AND ($2::bigint IS NULL OR tenant_id = $2)
            """;

    private static final String OF_DOMAIN = """
            SELECT selector, algorithm, public_key, state, created_at, activated_at, retired_at
              FROM dkim_keys
             WHERE domain = $1
             ORDER BY created_at, selector DESC
            """;

    private static final String WITHOUT_KEYS = """
            SELECT hosted.domain, hosted.tenant_id
              FROM email_domains AS hosted
             WHERE NOT EXISTS (SELECT FROM dkim_keys AS key WHERE key.domain = hosted.domain)
             ORDER BY hosted.domain
             LIMIT $1
            """;

    private final TenantPool pool;

    DkimRepository(TenantPool pool) {
        this.pool = pool;
    }

    /** A domain, and whose it is. */
    record Owned(String domain, long tenant) {}

    /** Gives a domain its first keys, which sign at once: nobody can have looked for them yet. */
    public Uni<Void> insertFirst(SqlConnection sql, long tenant, String domain, NewKeys keys) {
        return insert(sql, tenant, domain, keys, DkimKey.State.ACTIVE).replaceWithVoid();
    }

    Uni<Integer> insertFirst(Owned owned, NewKeys keys) {
        return pool.withTransaction(
                Scope.of(owned.tenant()),
                sql -> insert(sql, owned.tenant(), owned.domain(), keys, DkimKey.State.ACTIVE));
    }

    private static Uni<Integer> insert(
            SqlConnection sql, long tenant, String domain, NewKeys made, DkimKey.State state) {
        List<FreshKey> keys = made.keys();
        Tuple values = Tuple.of(domain, tenant, state.word())
                .addArrayOfString(keys.stream().map(made::selector).toArray(String[]::new))
                .addArrayOfString(
                        keys.stream().map(key -> key.algorithm().word()).toArray(String[]::new))
                .addArrayOfString(keys.stream().map(FreshKey::publicKey).toArray(String[]::new))
                .addArrayOfString(keys.stream().map(FreshKey::privateKey).toArray(String[]::new));
        return sql.preparedQuery(INSERT).execute(values).map(rows -> rows.rowCount());
    }

    /** The name of a mail domain, and its keys, the oldest first. */
    public record Found(MailDomain domain, List<DkimKey> keys) {}

    Uni<Found> find(Scope scope, UUID id) {
        return pool.withTransaction(scope, sql -> sql.preparedQuery(FIND)
                .execute(Tuple.of(id, scope.tenant()))
                .map(DkimRepository::only)
                .chain(domain -> ofDomain(sql, domain).map(keys -> new Found(new MailDomain(domain), keys))));
    }

    private static Uni<List<DkimKey>> ofDomain(SqlConnection sql, String domain) {
        return sql.preparedQuery(OF_DOMAIN)
                .mapping(DkimKey::from)
                .execute(Tuple.of(domain))
                .map(rows -> rows.stream().toList());
    }

    private static String only(RowSet<Row> domains) {
        for (Row row : domains) {
            return row.getString("domain");
        }
        throw new Fault.NotFound(KIND).toException();
    }

    /** Domains without any key, whoever's. */
    Uni<List<Owned>> withoutKeys(int limit) {
        return pool.withTransaction(Scope.ALL, sql -> sql.preparedQuery(WITHOUT_KEYS)
                .mapping(row -> new Owned(row.getString("domain"), row.getLong("tenant_id")))
                .execute(Tuple.of(limit))
                .map(rows -> rows.stream().toList()));
    }
}
