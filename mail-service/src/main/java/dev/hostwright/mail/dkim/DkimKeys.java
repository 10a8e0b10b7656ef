package dev.hostwright.mail.dkim;

import dev.hostwright.mail.tenant.Scope;
import io.quarkus.logging.Log;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;

/** What is done with keys: they are made first, and the transaction is last. */
@ApplicationScoped
public class DkimKeys {

    /** Each takes 80 ms of a processor; the rest have their turn when the next round comes. */
    private static final int MADE_IN_A_ROUND = 100;

    private final KeyStock stock;
    private final DkimRepository repository;

    DkimKeys(KeyStock stock, DkimRepository repository) {
        this.stock = stock;
        this.repository = repository;
    }

    /** Keys for a domain of the tenant that is about to be made. */
    public Uni<NewKeys> take(long tenant) {
        return stock.take(tenant);
    }

    /** A mail domain, and its keys. */
    public Uni<DkimRepository.Found> find(Scope scope, UUID id) {
        return repository.find(scope, id);
    }

    /** Domains that were made before there were keys get theirs, one after the other. */
    @Scheduled(
            every = "${mail.dkim.check-every}",
            identity = "dkim-keys",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> check() {
        return repository
                .withoutKeys(MADE_IN_A_ROUND)
                .toMulti()
                .flatMap(found -> Multi.createFrom().iterable(found))
                .onItem()
                .transformToUniAndConcatenate(this::giveFirst)
                .collect()
                .last()
                .replaceWithVoid();
    }

    private Uni<Integer> giveFirst(DkimRepository.Owned owned) {
        return stock.make(owned.tenant())
                .chain(keys -> repository.insertFirst(owned, keys).invoke(count -> {
                    if (count > 0) {
                        Log.infof(
                                "event=dkim-keys-created tenant=%d domain=%s selectors=%s",
                                owned.tenant(), owned.domain(), String.join(",", keys.selectors()));
                    }
                }));
    }
}
