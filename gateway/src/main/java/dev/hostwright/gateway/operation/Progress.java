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

    /** The next change of an operation. */
    interface Change {
        /** The change, or the end of the time. */
        Uni<Void> await(Duration atMost);
    }

    private final ConcurrentHashMap<UUID, List<CompletableFuture<Void>>> waiting = new ConcurrentHashMap<>();

    /** Something of this operation was stored. */
    public void announce(UUID operation) {
        List<CompletableFuture<Void>> all = waiting.remove(operation);
        if (all != null) {
            all.forEach(next -> next.complete(null));
        }
    }

    /**
     * Looks at an operation, and may then wait for the next change: none falls in between. When the look is over, well
     * or not, nothing of it is left here.
     */
    <T> Uni<T> look(UUID operation, Function<Change, Uni<T>> work) {
        return Uni.createFrom().deferred(() -> {
            CompletableFuture<Void> next = new CompletableFuture<>();
            waiting.merge(operation, List.of(next), Progress::both);
            return Uni.createFrom()
                    .deferred(() -> work.apply(atMost -> Uni.createFrom()
                            .completionStage(next)
                            .ifNoItem()
                            .after(atMost)
                            .recoverWithUni(() -> Uni.createFrom().voidItem())))
                    .onTermination()
                    .invoke(() -> forget(operation, next));
        });
    }

    private static List<CompletableFuture<Void>> both(
            List<CompletableFuture<Void>> some, List<CompletableFuture<Void>> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }

    private void forget(UUID operation, CompletableFuture<Void> one) {
        waiting.computeIfPresent(operation, (id, all) -> {
            List<CompletableFuture<Void>> rest =
                    all.stream().filter(next -> next != one).toList();
            return rest.isEmpty() ? null : rest;
        });
    }

    /** So many operations are waited for. */
    int size() {
        return waiting.size();
    }
}
