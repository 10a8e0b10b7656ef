package dev.hostwright.mail.quarantine;

import dev.hostwright.mail.MailConfig;
import dev.hostwright.mail.tenant.Scope;
import dev.hostwright.mail.tenant.TenantPool;
import io.quarkus.logging.Log;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Addresses that were deleted. The rows are written by triggers, with each deletion; those of mailboxes are kept until
 * their mail is removed, which is not for this service to do.
 */
@ApplicationScoped
public class QuarantineRepository {

    private static final String SPARE = """
            UPDATE deleted_addresses
               SET quarantined = false
             WHERE tenant_id = $1
               AND address LIKE '%@' || $2
               AND deleted_at = now()
            """;

    private static final String END = """
            UPDATE deleted_addresses
               SET over = true
             WHERE NOT over
               AND folder IS NOT NULL
               AND deleted_at < now() - make_interval(secs => $1)
            """;

    private static final String FORGET = """
            DELETE FROM deleted_addresses
             WHERE NOT over
               AND folder IS NULL
               AND deleted_at < now() - make_interval(secs => $1)
            """;

    private final TenantPool pool;
    private final double seconds;

    QuarantineRepository(TenantPool pool, MailConfig config) {
        this.pool = pool;
        this.seconds = config.addressQuarantine().toSeconds();
    }

    /** How long an address is kept from others. */
    public double seconds() {
        return seconds;
    }

    /** What the transaction has just deleted in a domain was there for a moment only, and is free for anybody. */
    public Uni<Void> spare(SqlConnection sql, long tenant, String domain) {
        return sql.preparedQuery(SPARE).execute(Tuple.of(tenant, domain)).replaceWithVoid();
    }

    /** At the start and each hour after it, what is old enough is over: others may have it, and its mail may go. */
    @Scheduled(every = "1h", identity = "end-quarantine", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> end() {
        return pool.withTransaction(Scope.ALL, sql -> sql.preparedQuery(FORGET)
                        .execute(Tuple.of(seconds))
                        .chain(() -> sql.preparedQuery(END).execute(Tuple.of(seconds))))
                .invoke(over -> Log.infof("event=quarantine-ended mailboxes=%d", over.rowCount()))
                .replaceWithVoid();
    }
}
