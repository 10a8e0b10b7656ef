package dev.hostwright.mail.forwarder;

import dev.hostwright.mail.problem.Fault;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where a forwarder passes mail on to, in the form that is stored: without duplicates, in the order given, and with the
 * source itself among the destinations exactly when a copy is kept.
 */
public record Route(Source source, List<Destination> destinations, boolean keepCopy, boolean onMailbox) {

    private static final int MAX_TEXT = 8192;

    /**
     * The route asked for.
     *
     * @param ownDomains of the destinations, those of the same tenant: their addresses are folded
     * @param onMailbox there is a mailbox of the source's address
     * @throws dev.hostwright.mail.problem.FaultException when it is none
     */
    static Route of(NewForwarder asked, Set<String> ownDomains, boolean onMailbox, int maxDestinations) {
        Destination self = new Destination(asked.source().address());
        Set<Destination> targets = asked.destinations().stream()
                .map(target -> ownDomains.contains(target.address().domain().value()) ? target.folded() : target)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        boolean named = targets.contains(self);
        refuseCount(targets.size(), maxDestinations);
        if (targets.equals(Set.of(self))) {
            throw onMailbox ? noop() : loop();
        }
        if (onMailbox && asked.keepCopy().isEmpty()) {
            throw new Fault.Conflict(
                            "/source",
                            "address_taken",
                            "There is a mailbox of that address: say with keepCopy whether mail stays there too.")
                    .toException();
        }
        if (named && !asked.keepCopy().orElse(true)) {
            throw new Fault.Invalid(
                            "/keepCopy",
                            "keep_copy_contradicts",
                            "The source is among the destinations, which keeps a copy.")
                    .toException();
        }
        boolean keepCopy = named || asked.keepCopy().orElse(false);
        if (keepCopy && !onMailbox) {
            throw named ? loop() : noMailbox();
        }
        List<Destination> destinations = new ArrayList<>(targets);
        if (keepCopy && !named) {
            destinations.addFirst(self);
            refuseCount(destinations.size(), maxDestinations + 1);
        }
        return new Route(asked.source(), destinations, keepCopy, onMailbox).fitting();
    }

    /** The route that is stored. */
    static Route of(Forwarder.Stored stored) {
        Forwarder there = stored.forwarder();
        return new Route(
                Source.parse(there.source()),
                there.destinations().stream().map(Destination::parse).toList(),
                there.keepCopy(),
                stored.onMailbox());
    }

    public Route {
        destinations = List.copyOf(destinations);
    }

    /** As Postfix reads it. */
    String text() {
        return destinations.stream().map(Destination::toString).collect(Collectors.joining(","));
    }

    /** The other addresses that mail reaches, as the mail server looks them up. */
    List<String> edges() {
        String self = source.toString();
        return destinations.stream()
                .filter(target -> !target.toString().equals(self))
                .map(target -> target.address().delivered())
                .distinct()
                .toList();
    }

    private Route fitting() {
        if (text().length() > MAX_TEXT) {
            throw new Fault.Malformed("/destinations", "destination_length", "All destinations together are too long.")
                    .toException();
        }
        return this;
    }

    private static void refuseCount(int count, int max) {
        if (count < 1 || count > max) {
            throw new Fault.Malformed(
                            "/destinations",
                            "destination_count",
                            "A forwarder has 1 to %d destinations.".formatted(max))
                    .toException();
        }
    }

    private static RuntimeException noop() {
        return new Fault.Invalid("/destinations", "noop_forward", "The mailbox receives this mail without a forwarder.")
                .toException();
    }

    private static RuntimeException noMailbox() {
        return new Fault.Invalid("/keepCopy", "no_mailbox", "There is no mailbox of that address to keep a copy in.")
                .toException();
    }

    static RuntimeException loop() {
        return new Fault.Conflict("/destinations", "forwarding_loop", "The mail would come back to where it started.")
                .toException();
    }
}
