package dev.hostwright.mail.mailbox;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Work of many tenants for a few threads: one piece of each in turn, and room for so many pieces of one tenant and of
 * all, those being worked on counted. Each method takes the time of a few map accesses, so an event loop may call it.
 */
final class FairQueue {

    /** Whether there was room. */
    enum Entry {
        ENTERED,
        TENANT_FULL,
        FULL
    }

    /** A piece of work that was taken out; who took it says when it is done. */
    record Turn(long tenant, Runnable work) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final int room;
    private final int roomOfTenant;

    /** The first is whose turn it is. */
    private final LinkedHashMap<Long, Deque<Runnable>> waiting = new LinkedHashMap<>();

    /** Waiting or being worked on. */
    private final Map<Long, Integer> held = new HashMap<>();

    private int total;

    FairQueue(int room, int roomOfTenant) {
        this.room = room;
        this.roomOfTenant = roomOfTenant;
    }

    /**
     * Takes all the pieces in, or none. A tenant who has none here, and everybody when nobody has, may bring more at
     * once than there is room for: else such a request would be refused for ever.
     */
    Entry enter(long tenant, List<Runnable> work) {
        lock.lock();
        try {
            int mine = held.getOrDefault(tenant, 0);
            if (mine > 0 && mine + work.size() > roomOfTenant) {
                return Entry.TENANT_FULL;
            }
            if (total > 0 && total + work.size() > room) {
                return Entry.FULL;
            }
            waiting.computeIfAbsent(tenant, any -> new ArrayDeque<>()).addAll(work);
            hold(tenant, work.size());
            return Entry.ENTERED;
        } finally {
            lock.unlock();
        }
    }

    /** The next piece; empty when none waits. */
    Optional<Turn> next() {
        lock.lock();
        try {
            Map.Entry<Long, Deque<Runnable>> first = waiting.pollFirstEntry();
            if (first == null) {
                return Optional.empty();
            }
            Turn turn = new Turn(first.getKey(), first.getValue().remove());
            if (!first.getValue().isEmpty()) {
                waiting.putLast(first.getKey(), first.getValue());
            }
            return Optional.of(turn);
        } finally {
            lock.unlock();
        }
    }

    /** A piece that was taken out is no longer worked on. */
    void done(Turn turn) {
        lock.lock();
        try {
            hold(turn.tenant(), -1);
        } finally {
            lock.unlock();
        }
    }

    /** Those of the pieces that still wait are forgotten. */
    void takeBack(long tenant, List<Runnable> work) {
        lock.lock();
        try {
            Deque<Runnable> line = waiting.getOrDefault(tenant, new ArrayDeque<>());
            int before = line.size();
            line.removeAll(work);
            hold(tenant, line.size() - before);
            if (line.isEmpty()) {
                waiting.remove(tenant);
            }
        } finally {
            lock.unlock();
        }
    }

    /** How many pieces wait. */
    int waiting() {
        lock.lock();
        try {
            return waiting.values().stream().mapToInt(Deque::size).sum();
        } finally {
            lock.unlock();
        }
    }

    private void hold(long tenant, int more) {
        total += more;
        held.merge(tenant, more, Integer::sum);
        held.remove(tenant, 0);
    }
}
