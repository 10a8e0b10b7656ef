package dev.hostwright.db.turn;

import dev.hostwright.db.problem.Fault;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Lets a few works be done at once; others wait in line, but not too many and not too long. Whose turn would come too
 * late, by how long the works of late have taken, is sent away at once.
 */
public final class Turnstile {

    private static final int LONGEST_RETRY_SECONDS = 60;
    private static final int WEIGHT_OF_THE_LAST = 4;

    private final String busy;
    private final int atOnce;
    private final int queue;
    private final Duration patience;
    private final LongSupplier nanoTime;
    private final AtomicInteger free;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong usualNanos = new AtomicLong();
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

    /**
     * Its parts.
     *
     * @param busy what those are told who are sent away
     * @param queue how many wait at most
     * @param patience how long one waits who brings no patience of his own
     */
    public Turnstile(String busy, int atOnce, int queue, Duration patience) {
        this(busy, atOnce, queue, patience, System::nanoTime);
    }

    Turnstile(String busy, int atOnce, int queue, Duration patience, LongSupplier nanoTime) {
        this.busy = busy;
        this.atOnce = atOnce;
        this.free = new AtomicInteger(atOnce);
        this.queue = queue;
        this.patience = patience;
        this.nanoTime = nanoTime;
    }

    /** Whether anybody waits, so that one who came now would wait behind him. */
    public boolean hasLine() {
        return waiting.get() > 0;
    }

    /** Whether one who came now would not have to wait. */
    public boolean isFree() {
        return free.get() > 0;
    }

    /** The work, when its turn comes; once begun it is done to its end, whoever has stopped waiting for it. */
    public <T> Uni<T> pass(Supplier<Uni<T>> work) {
        return pass(patience, work);
    }

    /** The same, for one who has this much patience left; with none he passes only if he need not wait. */
    public <T> Uni<T> pass(Duration left, Supplier<Uni<T>> work) {
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
        if (!left.isPositive() || until(waiting.get()).compareTo(left) > 0) {
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

    /** How long one waits, as things go, who has so many before him. */
    private Duration until(int ahead) {
        return Duration.ofNanos(usualNanos.get() * (ahead + 1) / atOnce);
    }

    private <T> Uni<T> enter(Place place, Supplier<Uni<T>> work) {
        if (!place.go(Step.ADMITTED, Step.INSIDE)) {
            return Uni.createFrom().nothing(); // given up in this very moment: nobody listens
        }
        long begin = nanoTime.getAsLong();
        return Uni.createFrom()
                .deferred(work::get)
                .onTermination()
                .invoke(() -> leave(nanoTime.getAsLong() - begin))
                .memoize()
                .indefinitely();
    }

    /** The client is gone: its place is nobody's, and a slot that it was just given is the next one's. */
    private void abandon(Place place) {
        if (place.go(Step.WAITING, Step.GONE)) {
            line.removeIf(waiting -> waiting.place() == place);
        } else if (place.go(Step.ADMITTED, Step.GONE)) {
            leave();
        }
    }

    /** Come again when those who wait now have had their turns. */
    private <T> Uni<T> busy() {
        long seconds = until(waiting.get()).plusMillis(999).toSeconds();
        return new Fault.Unavailable(busy, (int) Math.clamp(seconds, 1, LONGEST_RETRY_SECONDS)).toFailure();
    }

    private boolean take() {
        return free.getAndUpdate(n -> n > 0 ? n - 1 : n) > 0;
    }

    private void leave(long tookNanos) {
        usualNanos.updateAndGet(usual -> usual == 0 ? tookNanos : usual + (tookNanos - usual) / WEIGHT_OF_THE_LAST);
        leave();
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
