package dev.hostwright.mail.forwarder;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The quick searches, compared with ones that walk every path. */
class GraphTest {

    private static UUID id(int number) {
        return new UUID(0, number);
    }

    private static Graph random(Random random, boolean loops) {
        int nodes = 1 + random.nextInt(9);
        Map<UUID, List<UUID>> next = new HashMap<>();
        for (int node = 1; node <= nodes; node++) {
            List<UUID> below = new ArrayList<>();
            for (int other = loops ? 1 : node + 1; other <= nodes; other++) {
                if (random.nextInt(4) == 0) {
                    below.add(id(other));
                }
            }
            next.put(id(node), below);
        }
        return new Graph(next);
    }

    private static Set<UUID> reached(Graph graph, UUID from) {
        Set<UUID> seen = new HashSet<>();
        List<UUID> open = new ArrayList<>(graph.next(from));
        while (!open.isEmpty()) {
            UUID node = open.removeLast();
            if (seen.add(node)) {
                open.addAll(graph.next(node));
            }
        }
        return seen;
    }

    private static int longestFrom(Graph graph, UUID node) {
        return 1
                + graph.next(node).stream()
                        .mapToInt(next -> longestFrom(graph, next))
                        .max()
                        .orElse(0);
    }

    private static long arriving(Graph graph, Map<UUID, Integer> ends, UUID node) {
        return ends.getOrDefault(node, 0)
                + graph.next(node).stream()
                        .mapToLong(next -> arriving(graph, ends, next))
                        .sum();
    }

    @Test
    void whatLoopsIsOnALoopOrBetweenTwo() {
        Random random = new Random(4);
        for (int round = 0; round < 5000; round++) {
            Graph graph = random(random, true);
            Set<UUID> onLoop = new HashSet<>();
            graph.next().keySet().stream()
                    .filter(node -> reached(graph, node).contains(node))
                    .forEach(onLoop::add);
            Set<UUID> expected = new HashSet<>();
            for (UUID node : graph.next().keySet()) {
                boolean leads =
                        onLoop.contains(node) || reached(graph, node).stream().anyMatch(onLoop::contains);
                boolean isLed = onLoop.contains(node)
                        || onLoop.stream().anyMatch(one -> reached(graph, one).contains(node));
                if (leads && isLed) {
                    expected.add(node);
                }
            }

            assertThat(graph.looping()).as("%s", graph).isEqualTo(expected);
        }
    }

    @Test
    void theReachIsTheLongestPathAndTheMostAddresses() {
        Random random = new Random(5);
        for (int round = 0; round < 5000; round++) {
            Graph graph = random(random, false);
            Map<UUID, Integer> ends = new HashMap<>();
            graph.next().keySet().forEach(node -> ends.put(node, random.nextInt(4)));
            Reach reach = new Reach(graph, ends);

            for (UUID node : graph.next().keySet()) {
                int above = graph.next().keySet().stream()
                        .filter(from -> reached(graph, from).contains(node))
                        .mapToInt(from -> longestTo(graph, from, node))
                        .max()
                        .orElse(0);
                long most = graph.next().keySet().stream()
                        .filter(from ->
                                from.equals(node) || reached(graph, from).contains(node))
                        .mapToLong(from -> arriving(graph, ends, from))
                        .max()
                        .orElseThrow();

                assertThat(reach.inARow(node)).as("%s %s", graph, node).isEqualTo(above + longestFrom(graph, node));
                assertThat(reach.addresses(node)).as("%s %s", graph, node).isEqualTo(most);
            }
        }
    }

    private static int longestTo(Graph graph, UUID from, UUID to) {
        return 1
                + graph.next(from).stream()
                        .filter(next -> !next.equals(to) && reached(graph, next).contains(to))
                        .mapToInt(next -> longestTo(graph, next, to))
                        .max()
                        .orElse(0);
    }

    @Test
    void aGraphMadeToBeHardIsMeasuredAtOnce() {
        int layers = 400;
        Map<UUID, List<UUID>> next = new HashMap<>();
        Map<UUID, Integer> ends = new HashMap<>();
        for (int layer = 0; layer < layers; layer++) {
            int first = layer * 10;
            List<UUID> below = layer == layers - 1
                    ? List.of()
                    : IntStream.rangeClosed(11, 20).mapToObj(n -> id(first + n)).toList();
            for (int i = 1; i <= 10; i++) {
                next.put(id(first + i), below);
                ends.put(id(first + i), 1);
            }
        }
        Graph graph = new Graph(next);

        Reach reach = new Reach(graph, ends);

        assertThat(graph.looping()).isEmpty();
        assertThat(reach.inARow(id(5))).isEqualTo(layers);
        assertThat(reach.addresses(id(5))).isGreaterThan(100);
    }
}
