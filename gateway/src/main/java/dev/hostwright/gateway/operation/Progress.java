package dev.hostwright.gateway.operation;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** Wakes those who wait for an operation in this process; what another process does is seen by looking again. */
@ApplicationScoped
public class Progress {

    /** What somebody waits for of an operation. */
    enum Until {
        /** Anything that is stored. */
        CHANGE,
        /** That the operation is done. */
        END
    }

    /** What is waited for of an operation. */
    interface Next {
        /** It, or the end of the time. */
        Uni<Void> await(Duration atMost);
    }

    private record Topic(UUID operation, Until until) {}

    private final ConcurrentHashMap<Topic, List<CompletableFuture<Void>>> waiting = new ConcurrentHashMap<>();

    /** Something of this operation was stored. */
    public void announce(UUID operation, boolean done) {
        wake(new Topic(operation, Until.CHANGE));
        if (done) {
            wake(new Topic(operation, Until.END));
        }
    }

    private void wake(Topic topic) {
        List<CompletableFuture<Void>> all = waiting.remove(topic);
        if (all != null) {
            all.forEach(next -> next.complete(null));
        }
    }

    /**
     * Looks at an operation, and may then wait for what comes next: nothing falls in between. When the look is over,
     * well or not, nothing of it is left here.
     */
    <T> Uni<T> look(UUID operation, Until until, Function<Next, Uni<T>> work) {
        Topic topic = new Topic(operation, until);
        return Uni.createFrom().deferred(() -> {
            CompletableFuture<Void> next = new CompletableFuture<>();
            waiting.merge(topic, List.of(next), Progress::both);
            return Uni.createFrom()
                    .deferred(() -> work.apply(atMost -> Uni.createFrom()
                            .completionStage(next)
                            .ifNoItem()
                            .after(atMost)
                            .recoverWithUni(() -> Uni.createFrom().voidItem())))
                    .onTermination()
                    .invoke(() -> forget(topic, next));
        });
    }

    private static List<CompletableFuture<Void>> both(
            List<CompletableFuture<Void>> some, List<CompletableFuture<Void>> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }

    private void forget(Topic topic, CompletableFuture<Void> one) {
        waiting.computeIfPresent(topic, (same, all) -> {
            List<CompletableFuture<Void>> rest =
                    all.stream().filter(next -> next != one).toList();
            return rest.isEmpty() ? null : rest;
        });
    }

    /** So much is waited for. */
    int size() {
        return waiting.size();
    }
}
