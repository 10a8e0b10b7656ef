package dev.hostwright.dns.fence;

import dev.hostwright.dns.DnsConfig;
import dev.hostwright.dns.tenant.Scope;
import dev.hostwright.dns.tenant.TenantPool;
import io.quarkus.logging.Log;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;

/** Ids that were deleted, kept for as long as a request may be late that would bring one back. */
@ApplicationScoped
class TombstoneRepository {

    private static final String PURGE = """
            DELETE FROM tombstones
             WHERE deleted_at < now() - make_interval(secs => $1)
            """;

    private final TenantPool tenants;
    private final DnsConfig config;

    TombstoneRepository(TenantPool tenants, DnsConfig config) {
        this.tenants = tenants;
        this.config = config;
    }

    /** At the start and each day after it, everybody's tombstones that are old enough go. */
    @Scheduled(every = "24h", identity = "purge-tombstones", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> purge() {
        double seconds = config.tombstoneLife().toSeconds();
        return tenants.withTransaction(
                        Scope.ALL, sql -> sql.preparedQuery(PURGE).execute(Tuple.of(seconds)))
                .invoke(gone -> Log.infof("event=tombstones-purged count=%d", gone.rowCount()))
                .replaceWithVoid();
    }
}
