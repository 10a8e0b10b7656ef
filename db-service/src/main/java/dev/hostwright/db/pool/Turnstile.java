package dev.hostwright.db.pool;

import dev.hostwright.db.problem.Fault;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Lets a few works be done at once; others wait in line, but not too many and not too long. */
final class Turnstile {

    private static final int RETRY_AFTER_SECONDS = 5;

    private final int queue;
    private final Duration patience;
    private final AtomicInteger free;
    private final AtomicInteger waiting = new AtomicInteger();
    private final ConcurrentLinkedQueue<Place> line = new ConcurrentLinkedQueue<>();

    /** A place in line; it is settled once, by getting through or by giving up. */
    private record Place(UniEmitter<? super Boolean> emitter, AtomicBoolean settled) {}

    Turnstile(int atOnce, int queue, Duration patience) {
        this.free = new AtomicInteger(atOnce);
        this.queue = queue;
        this.patience = patience;
    }

    /** The work, when its turn comes; once begun it is done to its end, whoever has stopped waiting for it. */
    <T> Uni<T> pass(Supplier<Uni<T>> work) {
        return pass(patience, work);
    }

    /** The same, for one who has this much patience left; with none he passes only if he need not wait. */
    <T> Uni<T> pass(Duration left, Supplier<Uni<T>> work) {
        return Uni.createFrom().deferred(() -> turn(left)).chain(() -> Uni.createFrom()
                .deferred(work::get)
                .onTermination()
                .invoke(this::leave)
                .memoize()
                .indefinitely());
    }

    private Uni<Boolean> turn(Duration left) {
        if (take()) {
            return Uni.createFrom().item(true);
        }
        if (!left.isPositive()) {
            return busy();
        }
        if (waiting.incrementAndGet() > queue) {
            waiting.decrementAndGet();
            return busy();
        }
        AtomicBoolean settled = new AtomicBoolean();
        return Uni.createFrom()
                .<Boolean>emitter(emitter -> {
                    line.add(new Place(emitter, settled));
                    admit();
                })
                .ifNoItem()
                .after(left)
                .recoverWithUni(() -> settled.compareAndSet(false, true)
                        ? busy()
                        : Uni.createFrom().item(true))
                .onTermination()
                .invoke(() -> waiting.decrementAndGet());
    }

    private static Uni<Boolean> busy() {
        return new Fault.Unavailable(
                        "Too many databases are being made; send the same request again.", RETRY_AFTER_SECONDS)
                .toFailure();
    }

    private boolean take() {
        return free.getAndUpdate(n -> n > 0 ? n - 1 : n) > 0;
    }

    private void leave() {
        free.incrementAndGet();
        admit();
    }

    /** Gives what is free to those who came first and are still there. */
    private void admit() {
        while (!line.isEmpty() && take()) {
            Place next = line.poll();
            if (next != null && next.settled().compareAndSet(false, true)) {
                next.emitter().complete(true);
            } else {
                free.incrementAndGet();
            }
        }
    }
}
