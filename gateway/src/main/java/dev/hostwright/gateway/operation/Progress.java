package dev.hostwright.gateway.operation;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Wakes those who wait for an operation in this process; what another process does is seen by looking again. */
@ApplicationScoped
public class Progress {

    private final ConcurrentHashMap<UUID, CompletableFuture<Void>> waiting = new ConcurrentHashMap<>();

    /** Something of this operation was stored. */
    public void announce(UUID operation) {
        CompletableFuture<Void> next = waiting.remove(operation);
        if (next != null) {
            next.complete(null);
        }
    }

    /**
     * The next change, or the end of the time. Ask for it before reading the row, so that no change falls in between.
     */
    Uni<Void> next(UUID operation, Duration atMost) {
        CompletableFuture<Void> next = waiting.computeIfAbsent(operation, id -> new CompletableFuture<>());
        return Uni.createFrom()
                .completionStage(() -> next.copy())
                .ifNoItem()
                .after(atMost)
                .recoverWithUni(() -> {
                    waiting.remove(operation, next);
                    return Uni.createFrom().voidItem();
                });
    }
}
