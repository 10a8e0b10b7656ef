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
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The keys in PostgreSQL. Private ones are written and cannot be read: the service's role has no right to. */
@ApplicationScoped
public class DkimRepository {

    private static final String KIND = "mail domain";

    /** Nothing when the domain has such keys already, or is gone. */
    private static final String INSERT = """
            INSERT INTO dkim_keys (domain, tenant_id, selector, algorithm, public_key, private_key, state,
                                   published_at, activated_at)
            SELECT hosted.domain, hosted.tenant_id, key.selector, key.algorithm, key.public_key, key.private_key,
                   $3::text, CASE $3::text WHEN 'active' THEN now() END, CASE $3::text WHEN 'active' THEN now() END
              FROM email_domains AS hosted,
                   unnest($4::text[], $5::text[], $6::text[], $7::text[])
                       AS key (selector, algorithm, public_key, private_key)
             WHERE hosted.domain = $1
               AND hosted.tenant_id = $2
                ON CONFLICT DO NOTHING
            """;

    private static final String FIND = """
            SELECT domain, tenant_id
              FROM email_domains
             WHERE id = $1
               AND ($2::bigint IS NULL OR tenant_id = $2)
            """;

    private static final String OF_DOMAIN = """
            SELECT selector, algorithm, public_key, state, created_at, published_at, activated_at, retired_at
              FROM dkim_keys
             WHERE domain = $1
             ORDER BY created_at, algorithm DESC
            """;

    private static final String WITHOUT_KEYS = """
            SELECT hosted.domain, hosted.tenant_id
              FROM email_domains AS hosted
             WHERE NOT EXISTS (SELECT FROM dkim_keys AS key WHERE key.domain = hosted.domain)
             ORDER BY hosted.domain
             LIMIT $1
            """;

    /** Nobody else begins a rotation of the domain, or ends one, until the transaction does. */
    private static final String LOCK = """
            SELECT 1
              FROM pg_advisory_xact_lock(hashtextextended('dkim:' || $1, 0))
            """;

    private static final String PUBLISH = """
            UPDATE dkim_keys
               SET state = 'published', published_at = now()
             WHERE domain = $1
               AND state = 'pending'
            RETURNING tenant_id, domain, selector
            """;

    /** Before their successors, of which there may be one that signs. */
    private static final String RETIRE = """
            UPDATE dkim_keys AS old
               SET state = 'retired', retired_at = now(), private_key = NULL
             WHERE old.state = 'active'
               AND EXISTS (SELECT
                             FROM dkim_keys AS next
                            WHERE next.domain = old.domain
                              AND next.algorithm = old.algorithm
                              AND next.state = 'published'
                              AND next.published_at <= now() - make_interval(secs => $1)
                              AND ($2::text IS NULL OR next.domain = $2))
            RETURNING tenant_id, domain, selector
            """;

    private static final String ACTIVATE = """
            UPDATE dkim_keys
               SET state = 'active', activated_at = now()
             WHERE state = 'published'
               AND published_at <= now() - make_interval(secs => $1)
               AND ($2::text IS NULL OR domain = $2)
            RETURNING tenant_id, domain, selector
            """;

    private static final String REMOVE_OLD = """
            DELETE FROM dkim_keys
             WHERE state = 'retired'
               AND retired_at <= now() - make_interval(secs => $1)
            RETURNING tenant_id, domain, selector
            """;

    private static final String REMOVE = """
            DELETE FROM dkim_keys
             WHERE domain = $1
               AND selector = $2
               AND state <> 'active'
            RETURNING tenant_id, domain, selector
            """;

    private final TenantPool pool;

    DkimRepository(TenantPool pool) {
        this.pool = pool;
    }

    /** A domain, and whose it is. */
    record Owned(String domain, long tenant) {}

    /** A key whose state has changed. */
    record Moved(Owned owned, String selector) {}

    /** Gives a domain its first keys, which sign at once: nobody can have looked for them yet. */
    public Uni<Void> insertFirst(SqlConnection sql, long tenant, String domain, NewKeys keys) {
        return insert(sql, tenant, domain, keys, DkimKey.State.ACTIVE).replaceWithVoid();
    }

    Uni<Integer> insertFirst(Owned owned, NewKeys keys) {
        return pool.withTransaction(
                Scope.of(owned.tenant()),
                sql -> insert(sql, owned.tenant(), owned.domain(), keys, DkimKey.State.ACTIVE));
    }

    /** Gives a domain its next keys; the number is 0 when a rotation is under way. */
    Uni<Integer> insertNext(Owned owned, NewKeys keys) {
        return pool.withTransaction(Scope.of(owned.tenant()), sql -> lock(sql, owned.domain())
                .chain(() -> ofDomain(sql, owned.domain()))
                .chain(there -> DkimKey.isRotating(there)
                        ? Uni.createFrom().item(0)
                        : insert(sql, owned.tenant(), owned.domain(), keys, DkimKey.State.PENDING)));
    }

    /** The keys of the domain that wait for it are in the zone; which those are. */
    Uni<List<Moved>> publish(Owned owned) {
        return pool.withTransaction(Scope.of(owned.tenant()), sql -> lock(sql, owned.domain())
                .chain(() -> move(sql, PUBLISH, Tuple.of(owned.domain()))));
    }

    /** The keys of the domain that are in the zone sign from now on, and no others. */
    Uni<List<Moved>> activate(Owned owned) {
        return pool.withTransaction(Scope.of(owned.tenant()), sql -> lock(sql, owned.domain())
                .chain(() -> replace(sql, 0, owned.domain())));
    }

    /** Everybody's keys that have been in the zone for so long sign from now on. */
    Uni<List<Moved>> activate(Duration published) {
        return pool.withTransaction(Scope.ALL, sql -> replace(sql, published.toSeconds(), null));
    }

    private static Uni<List<Moved>> replace(SqlConnection sql, double seconds, @Nullable String domain) {
        Tuple values = Tuple.of(seconds, domain);
        return move(sql, RETIRE, values).chain(() -> move(sql, ACTIVATE, values));
    }

    /** Everybody's keys that have not signed for so long are forgotten. */
    Uni<List<Moved>> remove(Duration retired) {
        return pool.withTransaction(Scope.ALL, sql -> move(sql, REMOVE_OLD, Tuple.of((double) retired.toSeconds())));
    }

    /** Forgets a key, unless it signs. */
    Uni<List<Moved>> remove(Owned owned, String selector) {
        return pool.withTransaction(Scope.of(owned.tenant()), sql -> lock(sql, owned.domain())
                .chain(() -> move(sql, REMOVE, Tuple.of(owned.domain(), selector))));
    }

    private static Uni<Void> lock(SqlConnection sql, String domain) {
        return sql.preparedQuery(LOCK).execute(Tuple.of(domain)).replaceWithVoid();
    }

    private static Uni<List<Moved>> move(SqlConnection sql, String statement, Tuple values) {
        return sql.preparedQuery(statement)
                .mapping(row -> new Moved(
                        new Owned(row.getString("domain"), row.getLong("tenant_id")), row.getString("selector")))
                .execute(values)
                .map(rows -> rows.stream().toList());
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

    /** A mail domain, whose it is, and its keys, the oldest first. */
    public record Found(MailDomain domain, long tenant, List<DkimKey> keys) {

        Owned owned() {
            return new Owned(domain.value(), tenant);
        }
    }

    Uni<Found> find(Scope scope, UUID id) {
        return pool.withTransaction(scope, sql -> sql.preparedQuery(FIND)
                .execute(Tuple.of(id, scope.tenant()))
                .map(DkimRepository::only)
                .chain(owned -> ofDomain(sql, owned.domain())
                        .map(keys -> new Found(new MailDomain(owned.domain()), owned.tenant(), keys))));
    }

    private static Uni<List<DkimKey>> ofDomain(SqlConnection sql, String domain) {
        return sql.preparedQuery(OF_DOMAIN)
                .mapping(DkimKey::from)
                .execute(Tuple.of(domain))
                .map(rows -> rows.stream().toList());
    }

    private static Owned only(RowSet<Row> domains) {
        for (Row row : domains) {
            return new Owned(row.getString("domain"), row.getLong("tenant_id"));
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
