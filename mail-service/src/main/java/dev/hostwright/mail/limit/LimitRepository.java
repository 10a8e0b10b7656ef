package dev.hostwright.mail.limit;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The limits of mail domains, in the transaction of whoever adds to one: it locks the domain's row first, writes, and
 * then counts. A domain without limits is not locked.
 */
@ApplicationScoped
public class LimitRepository {

    private static final String LOCK = """
            SELECT max_mailboxes, max_forwarders, max_quota_mb
              FROM email_domains
             WHERE domain = $1
               AND tenant_id = $2
               AND (max_mailboxes IS NOT NULL OR max_forwarders IS NOT NULL OR max_quota_mb IS NOT NULL)
               FOR NO KEY UPDATE
            """;

    private static final String LOCK_OF_MAILBOX = """
            SELECT max_mailboxes, max_forwarders, max_quota_mb
              FROM email_domains
             WHERE domain = (SELECT domain
                               FROM email_accounts
                              WHERE id = $1
                                AND ($2::bigint IS NULL OR tenant_id = $2))
               AND max_quota_mb IS NOT NULL
               FOR NO KEY UPDATE
            """;

    private static final String MAILBOXES = """
            SELECT count(*) AS mailboxes, coalesce(sum(quota_mb), 0)::bigint AS quota_mb,
                   coalesce(bool_or(quota_mb = 0), false) AS unlimited
              FROM email_accounts
             WHERE domain = $1
            """;

    private static final String FORWARDERS = """
            SELECT count(*) AS forwarders
              FROM email_forwarders
             WHERE domain = $1
            """;

    /** Until the end of the transaction, nobody else adds to the domain, if it has limits. */
    public Uni<Limits> lock(SqlConnection sql, long tenant, String domain) {
        return sql.preparedQuery(LOCK).execute(Tuple.of(domain, tenant)).map(LimitRepository::limits);
    }

    /** The same for the domain of a mailbox that may get more room. */
    public Uni<Limits> lockOfMailbox(SqlConnection sql, @Nullable Long tenant, UUID mailbox) {
        return sql.preparedQuery(LOCK_OF_MAILBOX)
                .execute(Tuple.of(mailbox, tenant))
                .map(LimitRepository::limits);
    }

    /** Refuses when the mailbox that was just added is one too many, or more than there is room for. */
    public Uni<Void> checkMailboxes(SqlConnection sql, Limits limits, String domain) {
        return limits.mailboxes().isEmpty() && limits.quotaMb().isEmpty()
                ? Uni.createFrom().voidItem()
                : given(sql, domain).invoke(limits::checkMailboxes).replaceWithVoid();
    }

    /** Refuses when a mailbox was just given more room than there is. */
    public Uni<Void> checkQuota(SqlConnection sql, Limits limits, String domain) {
        return given(sql, domain).invoke(limits::checkQuota).replaceWithVoid();
    }

    /** Refuses when the forwarder that was just added is one too many. */
    public Uni<Void> checkForwarders(SqlConnection sql, Limits limits, String domain) {
        return limits.forwarders().isEmpty()
                ? Uni.createFrom().voidItem()
                : sql.preparedQuery(FORWARDERS)
                        .execute(Tuple.of(domain))
                        .invoke(rows ->
                                limits.checkForwarders(rows.iterator().next().getLong("forwarders")))
                        .replaceWithVoid();
    }

    private static Uni<Limits.Given> given(SqlConnection sql, String domain) {
        return sql.preparedQuery(MAILBOXES)
                .mapping(Limits.Given::from)
                .execute(Tuple.of(domain))
                .map(rows -> rows.iterator().next());
    }

    private static Limits limits(RowSet<Row> rows) {
        for (Row row : rows) {
            return Limits.from(row);
        }
        return Limits.NONE;
    }
}
