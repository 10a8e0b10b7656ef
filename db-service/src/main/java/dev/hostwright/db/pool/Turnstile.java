package dev.hostwright.db.pool;

import dev.hostwright.db.problem.Fault;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** Lets a few works be done at once; others wait in line, but not too many and not too long. */
final class Turnstile {

    private static final int RETRY_AFTER_SECONDS = 5;

    private final int queue;
    private final Duration patience;
    private final AtomicInteger free;
    private final AtomicInteger waiting = new AtomicInteger();
    private final ConcurrentLinkedQueue<Waiting> line = new ConcurrentLinkedQueue<>();

    private enum Step {
        WAITING,
        ADMITTED,
        INSIDE,
        GONE
    }

    /**
     * One request's way through. An admitted place holds one of the free slots until its work ends, or until the
     * request is given up before the work has begun.
     */
    private static final class Place {
        private final AtomicReference<Step> step = new AtomicReference<>(Step.WAITING);

        private boolean go(Step from, Step to) {
            return step.compareAndSet(from, to);
        }
    }

    private record Waiting(Place place, UniEmitter<? super Boolean> emitter) {}

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
        return Uni.createFrom().deferred(() -> {
            Place place = new Place();
            return turn(place, left)
                    .chain(() -> enter(place, work))
                    .onCancellation()
                    .invoke(() -> abandon(place));
        });
    }

    private Uni<Boolean> turn(Place place, Duration left) {
        if (take()) {
            place.go(Step.WAITING, Step.ADMITTED);
            return Uni.createFrom().item(true);
        }
        if (!left.isPositive()) {
            return busy();
        }
        if (waiting.incrementAndGet() > queue) {
            waiting.decrementAndGet();
            return busy();
        }
        return Uni.createFrom()
                .<Boolean>emitter(emitter -> {
                    line.add(new Waiting(place, emitter));
                    admit();
                })
                .ifNoItem()
                .after(left)
                .recoverWithUni(() -> place.go(Step.WAITING, Step.GONE)
                        ? busy()
                        : Uni.createFrom().item(true))
                .onTermination()
                .invoke(() -> waiting.decrementAndGet());
    }

    private <T> Uni<T> enter(Place place, Supplier<Uni<T>> work) {
        return place.go(Step.ADMITTED, Step.INSIDE)
                ? Uni.createFrom()
                        .deferred(work::get)
                        .onTermination()
                        .invoke(this::leave)
                        .memoize()
                        .indefinitely()
                : Uni.createFrom().nothing(); // given up in this very moment: nobody listens
    }

    /** The client is gone: its place is nobody's, and a slot that it was just given is the next one's. */
    private void abandon(Place place) {
        if (place.go(Step.WAITING, Step.GONE)) {
            line.removeIf(waiting -> waiting.place() == place);
        } else if (place.go(Step.ADMITTED, Step.GONE)) {
            leave();
        }
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
            Waiting next = line.poll();
            if (next != null && next.place().go(Step.WAITING, Step.ADMITTED)) {
                next.emitter().complete(true);
            } else {
                free.incrementAndGet();
            }
        }
    }
}
