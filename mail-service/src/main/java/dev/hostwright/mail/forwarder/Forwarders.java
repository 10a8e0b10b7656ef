package dev.hostwright.mail.forwarder;

import dev.hostwright.mail.MailConfig;
import dev.hostwright.mail.Put;
import dev.hostwright.mail.fence.Fence;
import dev.hostwright.mail.problem.Fault;
import dev.hostwright.mail.tenant.Scope;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** What is done with forwarders: the rules that need no other rows first, then one transaction. */
@ApplicationScoped
public class Forwarders {

    /** Whatever the setting says: what a mail server expands one address to. */
    private static final int MOST_DESTINATIONS = 100;

    private final ForwarderRepository repository;
    private final MailConfig config;

    Forwarders(ForwarderRepository repository, MailConfig config) {
        this.repository = repository;
        this.config = config;
    }

    /** The forwarder asked for, if its source is not an address that only an operator gives. */
    public NewForwarder permitted(NewForwarder asked, boolean operator) {
        Source source = asked.source();
        if (!operator && config.reservedLocalParts().contains(source.address().localPart())) {
            throw new Fault.NotAllowed(
                            "/source",
                            "reserved",
                            "Only an operator gives the address '%s'."
                                    .formatted(source.address().localPart()))
                    .toException();
        }
        return asked;
    }

    /** Where the forwarder asked for passes mail on to. */
    public Route route(NewForwarder asked, Set<String> ownDomains, boolean onMailbox) {
        int max = Math.min(config.forwarding().maxDestinations(), MOST_DESTINATIONS);
        return Route.of(asked, ownDomains, onMailbox, max);
    }

    /** Whether a forwarder is what the request asks for. */
    public boolean isSame(NewForwarder asked, Set<String> ownDomains, Forwarder.Stored stored) {
        Forwarder there = stored.forwarder();
        return there.source().equals(asked.source().toString())
                && there.enabled() == asked.enabled().orElse(true)
                && there.destination()
                        .equals(route(asked, ownDomains, stored.onMailbox()).text());
    }

    Uni<Put<Forwarder>> put(long tenant, UUID id, NewForwarder asked, boolean operator, Fence fence) {
        return repository
                .put(
                        tenant,
                        id,
                        permitted(asked, operator),
                        fence,
                        look -> route(asked, look.ownDomains(), look.onMailbox()),
                        look -> look.stored()
                                .map(stored -> isSame(asked, look.ownDomains(), stored))
                                .orElse(false))
                .invoke(put -> {
                    if (put.created()) {
                        logCreated(put.value());
                    }
                });
    }

    Uni<Forwarder> change(
            Scope scope,
            UUID id,
            Optional<List<Destination>> destinations,
            Optional<Boolean> keepCopy,
            Optional<Boolean> enabled,
            Optional<Boolean> allowDangling) {
        return repository
                .change(
                        scope,
                        id,
                        there -> wanted(there, destinations, keepCopy, enabled, allowDangling),
                        look -> wanted -> route(wanted, look.ownDomains(), look.onMailbox()))
                .invoke(changed -> Log.infof(
                        "event=forwarder-changed tenant=%d forwarder=%s destinations=%d enabled=%b",
                        changed.tenantId(),
                        changed.source(),
                        changed.destinations().size(),
                        changed.enabled()));
    }

    /** What is there with what is asked for put over it; the copy is kept as it was unless that is asked for, too. */
    private static NewForwarder wanted(
            Forwarder there,
            Optional<List<Destination>> destinations,
            Optional<Boolean> keepCopy,
            Optional<Boolean> enabled,
            Optional<Boolean> allowDangling) {
        Source source = Source.parse(there.source());
        List<Destination> kept = there.destinations().stream()
                .filter(target -> !target.equals(there.source()))
                .map(Destination::parse)
                .toList();
        // what dangles already is not asked for again
        Optional<Boolean> dangling = destinations.isEmpty() ? Optional.of(true) : allowDangling;
        return new NewForwarder(
                source,
                destinations.orElse(kept),
                keepCopy.or(() -> Optional.of(there.keepCopy() || names(destinations, source))),
                enabled.or(() -> Optional.of(there.enabled())),
                dangling);
    }

    private static boolean names(Optional<List<Destination>> destinations, Source source) {
        return destinations.stream().flatMap(List::stream).anyMatch(new Destination(source.address())::equals);
    }

    Uni<Void> delete(Scope scope, UUID id, Fence fence) {
        return repository
                .delete(scope, id, fence)
                .invoke(gone -> gone.ifPresent(source -> Log.infof("event=forwarder-deleted forwarder=%s", source)))
                .replaceWithVoid();
    }

    /** One line for a forwarder whose transaction is done. */
    public void logCreated(Forwarder forwarder) {
        Log.infof(
                "event=forwarder-created tenant=%d forwarder=%s destinations=%d",
                forwarder.tenantId(),
                forwarder.source(),
                forwarder.destinations().size());
    }
}
