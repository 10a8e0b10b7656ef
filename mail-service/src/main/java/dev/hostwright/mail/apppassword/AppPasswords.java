package dev.hostwright.mail.apppassword;

import dev.hostwright.mail.Put;
import dev.hostwright.mail.fence.Fence;
import dev.hostwright.mail.mailbox.Password;
import dev.hostwright.mail.mailbox.PasswordHasher;
import dev.hostwright.mail.revocation.Revocations;
import dev.hostwright.mail.tenant.Scope;
import io.quarkus.logging.Log;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;

/** What is done with app passwords. They are made here, so nothing slow is needed to keep them. */
@ApplicationScoped
class AppPasswords {

    private final AppPasswordRepository repository;
    private final PasswordHasher hasher;
    private final Revocations revocations;

    AppPasswords(AppPasswordRepository repository, PasswordHasher hasher, Revocations revocations) {
        this.repository = repository;
        this.hasher = hasher;
        this.revocations = revocations;
    }

    /** The app password asked for, new with its password, or the same that is there without it. */
    Uni<Put<AppPassword>> put(Scope scope, UUID mailbox, UUID id, NewAppPassword asked, Fence fence) {
        Password password = hasher.make();
        return repository
                .put(scope, mailbox, id, asked, password, fence)
                .map(put -> put.created() ? new Put<>(put.value().with(password), true) : put)
                .invoke(put -> {
                    if (put.created()) {
                        Log.infof("event=app-password-created mailbox=%s appPassword=%s", mailbox, id);
                    }
                });
    }

    Uni<Void> delete(Scope scope, UUID mailbox, UUID id, Fence fence) {
        return repository
                .delete(scope, mailbox, id, fence)
                .invoke(revocations::soon)
                .invoke(gone -> {
                    if (gone) {
                        Log.infof("event=app-password-deleted mailbox=%s appPassword=%s", mailbox, id);
                    }
                })
                .replaceWithVoid();
    }

    /** What has expired opens nothing from that moment; what was opened before ends here. */
    @Scheduled(every = "5s", identity = "end-app-passwords", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> endExpired() {
        return repository
                .endExpired()
                .invoke(count -> {
                    if (count > 0) {
                        Log.infof("event=app-passwords-expired count=%d", count);
                        revocations.soon();
                    }
                })
                .replaceWithVoid();
    }
}
