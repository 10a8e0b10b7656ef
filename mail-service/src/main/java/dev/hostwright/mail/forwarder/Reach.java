package dev.hostwright.mail.forwarder;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * How far mail goes over the forwarders of one tenant. What is none of them ends the way, another tenant's forwarder,
 * too.
 */
final class Reach {

    /** More than anybody asks about; what is beyond it is not counted further, so that no number overflows. */
    private static final long COUNTED = 1_000_000;

    private final Map<UUID, Integer> above = new HashMap<>();
    private final Map<UUID, Integer> below = new HashMap<>();
    private final Map<UUID, Long> most = new HashMap<>();

    /**
     * Measures a graph without loops.
     *
     * @param ends the addresses at which the mail of each forwarder arrives at once, its own mailbox among them
     */
    Reach(Graph graph, Map<UUID, Integer> ends) {
        List<UUID> order = graph.endsFirst();
        for (UUID node : order) {
            long addresses = ends.getOrDefault(node, 0);
            int row = 1;
            for (UUID next : graph.next(node)) {
                addresses = Math.min(addresses + most.getOrDefault(next, 0L), COUNTED);
                row = Math.max(row, 1 + below.getOrDefault(next, 0));
            }
            most.put(node, addresses);
            below.put(node, row);
        }
        for (UUID node : order.reversed()) {
            for (UUID next : graph.next(node)) {
                above.merge(next, 1 + above.getOrDefault(node, 0), Math::max);
                most.merge(next, most.getOrDefault(node, 0L), Math::max);
            }
        }
    }

    /** The longest row of forwarders that has this one in it. */
    int inARow(UUID node) {
        return above.getOrDefault(node, 0) + below.getOrDefault(node, 1);
    }

    /** The addresses that one message arrives at which is sent to this forwarder, or to one that leads to it. */
    long addresses(UUID node) {
        return most.getOrDefault(node, 0L);
    }
}
