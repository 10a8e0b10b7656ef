package dev.hostwright.mail.forwarder;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A forwarder as it is asked for.
 *
 * @param destinations one bare address each
 * @param keepCopy must be said when there is a mailbox of the address: whether mail stays there too
 * @param enabled true when left out
 * @param allowDangling a destination in a domain of the same tenant need not exist
 */
@Schema(requiredProperties = {"source", "destinations"})
public record NewForwarder(
        Source source,
        @Schema(minItems = 1, maxItems = 100) List<Destination> destinations,
        Optional<Boolean> keepCopy,
        Optional<Boolean> enabled,
        Optional<Boolean> allowDangling) {

    public NewForwarder {
        destinations = List.copyOf(destinations);
    }

    /** The domains of destinations that would be stored in another case if they were the tenant's own. */
    public Set<String> unfoldedDomains() {
        return destinations.stream()
                .filter(target -> !target.isFolded())
                .map(target -> target.address().domain().value())
                .collect(Collectors.toSet());
    }
}
