package dev.hostwright.mail.dkim;

import dev.hostwright.mail.MailConfig;
import dev.hostwright.mail.problem.Fault;
import dev.hostwright.mail.tenant.Scope;
import io.quarkus.logging.Log;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.UUID;

/** What is done with keys: they are made first, and the transaction is last. */
@ApplicationScoped
public class DkimKeys {

    /** Each takes 80 ms of a processor; the rest have their turn when the next round comes. */
    private static final int MADE_IN_A_ROUND = 100;

    private final KeyStock stock;
    private final DkimRepository repository;
    private final MailConfig.Dkim config;

    DkimKeys(KeyStock stock, DkimRepository repository, MailConfig config) {
        this.stock = stock;
        this.repository = repository;
        this.config = config.dkim();
    }

    /** Keys for a domain of the tenant that is about to be made. */
    public Uni<NewKeys> take(long tenant) {
        return stock.take(tenant);
    }

    /** A mail domain, and its keys. */
    public Uni<DkimRepository.Found> find(Scope scope, UUID id) {
        return repository.find(scope, id);
    }

    /** New keys beside those that sign; a domain without any signs with them at once. */
    Uni<DkimKey.Keys> rotate(Scope scope, UUID id) {
        return find(scope, id)
                .invoke(found -> refuseSecond(DkimKey.isRotating(found.keys())))
                .chain(found -> stock.take(found.tenant()).chain(keys -> rotate(found, keys)))
                .chain(() -> list(scope, id));
    }

    private Uni<Integer> rotate(DkimRepository.Found found, NewKeys keys) {
        DkimRepository.Owned owned = found.owned();
        Uni<Integer> inserted =
                found.keys().isEmpty() ? repository.insertFirst(owned, keys) : repository.insertNext(owned, keys);
        return inserted.invoke(count -> refuseSecond(count == 0)).invoke(() -> logCreated(owned, keys));
    }

    private static void refuseSecond(boolean rotating) {
        if (rotating) {
            throw new Fault.Conflict(
                            "",
                            "rotation_under_way",
                            "There are keys that do not sign yet, or no longer; delete them, or wait until they are gone.")
                    .toException();
        }
    }

    /** The new keys are in the zone; they sign when everybody can have seen them. */
    Uni<DkimKey.Keys> publish(Scope scope, UUID id) {
        return find(scope, id)
                .chain(found -> repository.publish(found.owned()))
                .invoke(moved -> log("published", moved))
                .chain(() -> list(scope, id));
    }

    /** The new keys are in the zone, and sign from now on. */
    Uni<DkimKey.Keys> activate(Scope scope, UUID id) {
        return find(scope, id)
                .call(found -> repository.publish(found.owned()))
                .chain(found -> repository.activate(found.owned()))
                .invoke(moved -> log("activated", moved))
                .chain(() -> list(scope, id));
    }

    /** Forgets a key that does not sign; one that is not there is forgotten already. */
    Uni<Void> delete(Scope scope, UUID id, String selector) {
        return find(scope, id)
                .chain(found -> repository.remove(found.owned(), selector))
                .invoke(moved -> log("deleted", moved))
                .chain(() -> find(scope, id))
                .invoke(left -> refuseInUse(left.keys(), selector))
                .replaceWithVoid();
    }

    private static void refuseInUse(List<DkimKey> keys, String selector) {
        if (keys.stream().anyMatch(key -> key.selector().equals(selector))) {
            throw new Fault.Conflict("", "key_signs", "Mail is signed with that key; rotate first.").toException();
        }
    }

    Uni<DkimKey.Keys> list(Scope scope, UUID id) {
        return find(scope, id).map(found -> new DkimKey.Keys(found.keys()));
    }

    /**
     * Keys whose time has come go on to what they are next; and domains that were made before there were keys get
     * theirs, one after the other.
     */
    @Scheduled(
            every = "${mail.dkim.check-every}",
            identity = "dkim-keys",
            concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> check() {
        return repository
                .activate(config.publishTime())
                .invoke(moved -> log("activated", moved))
                .chain(() -> repository.remove(config.retiredTime()))
                .invoke(moved -> log("deleted", moved))
                .chain(() -> giveMissing());
    }

    private Uni<Void> giveMissing() {
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
                        logCreated(owned, keys);
                    }
                }));
    }

    private static void logCreated(DkimRepository.Owned owned, NewKeys keys) {
        log(
                "created",
                keys.selectors()
                        .map(selector -> new DkimRepository.Moved(owned, selector))
                        .toList());
    }

    private static void log(String what, List<DkimRepository.Moved> keys) {
        keys.forEach(key -> Log.infof(
                "event=dkim-key-%s tenant=%d domain=%s selector=%s",
                what, key.owned().tenant(), key.owned().domain(), key.selector()));
    }
}
