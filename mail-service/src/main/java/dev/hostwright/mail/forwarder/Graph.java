package dev.hostwright.mail.forwarder;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Who passes mail on to whom, among some forwarders; each by its id.
 *
 * @param next the forwarders that each leads to
 */
record Graph(Map<UUID, List<UUID>> next) {

    Graph {
        next = Map.copyOf(next);
    }

    List<UUID> next(UUID node) {
        return next.getOrDefault(node, List.of());
    }

    /** Those on a loop, and those between two. */
    Set<UUID> looping() {
        Set<UUID> left = new HashSet<>(nodes());
        endsFirst().forEach(left::remove);
        reversed().endsFirst().forEach(left::remove);
        return left;
    }

    /** Each after all that it leads to; one that leads into a loop is not among them. */
    List<UUID> endsFirst() {
        Graph above = reversed();
        Map<UUID, Integer> open = new HashMap<>();
        Deque<UUID> ready = new ArrayDeque<>();
        for (UUID node : nodes()) {
            open.put(node, next(node).size());
            if (next(node).isEmpty()) {
                ready.add(node);
            }
        }
        List<UUID> order = new ArrayList<>();
        while (!ready.isEmpty()) {
            UUID node = ready.remove();
            order.add(node);
            for (UUID from : above.next(node)) {
                if (open.merge(from, -1, Integer::sum) == 0) {
                    ready.add(from);
                }
            }
        }
        return order;
    }

    private Graph reversed() {
        Map<UUID, List<UUID>> from = new HashMap<>();
        next.forEach((node, below) -> below.forEach(
                one -> from.computeIfAbsent(one, any -> new ArrayList<>()).add(node)));
        return new Graph(from);
    }

    private Set<UUID> nodes() {
        Set<UUID> nodes = new HashSet<>(next.keySet());
        next.values().forEach(nodes::addAll);
        return nodes;
    }
}
