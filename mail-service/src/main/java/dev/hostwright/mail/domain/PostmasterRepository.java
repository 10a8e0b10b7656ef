package dev.hostwright.mail.domain;

import dev.hostwright.mail.Address;
import dev.hostwright.mail.MailConfig;
import dev.hostwright.mail.tenant.Scope;
import dev.hostwright.mail.tenant.TenantPool;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;

/** Tells the view {@code role_aliases} who gets the mail to a domain's postmaster. */
@ApplicationScoped
class PostmasterRepository {

    private static final String WRITE = """
            INSERT INTO mail_settings AS settings (postmaster)
            VALUES ($1)
                ON CONFLICT (the_only) DO UPDATE
                   SET postmaster = excluded.postmaster
                 WHERE settings.postmaster IS DISTINCT FROM excluded.postmaster
            """;

    private final TenantPool pool;
    private final Tuple postmaster;

    PostmasterRepository(TenantPool pool, MailConfig config) {
        this.pool = pool;
        this.postmaster = Tuple.of(config.postmaster()
                .map(text -> Address.parse(text, Address.Grammar.SOURCE).text())
                .orElse(null));
    }

    /** At the start, and each day after it, in case another with an older setting was started later. */
    @Scheduled(every = "24h", identity = "postmaster", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> write() {
        return pool.withTransaction(Scope.ALL, sql -> sql.preparedQuery(WRITE).execute(postmaster))
                .replaceWithVoid();
    }
}
