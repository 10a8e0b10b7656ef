package dev.hostwright.db.role;

import dev.hostwright.db.DbConfig;
import dev.hostwright.db.problem.Fault;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Computes verifiers on a few threads of its own, and turns requests away when too many wait for that. */
@ApplicationScoped
public class Hashing {

    private static final int QUEUE = 1000;

    private final ThreadPoolExecutor threads;

    Hashing(DbConfig config) {
        threads = new ThreadPoolExecutor(
                config.hashingThreads(),
                config.hashingThreads(),
                1,
                TimeUnit.MINUTES,
                new ArrayBlockingQueue<>(QUEUE),
                Thread.ofPlatform().daemon().name("hashing-", 0).factory());
    }

    public Uni<ScramVerifier> verifier(Password password) {
        return compute(() -> ScramVerifier.of(password));
    }

    public Uni<Boolean> matches(ScramVerifier verifier, Password password) {
        return compute(() -> verifier.matches(password));
    }

    private <T> Uni<T> compute(Supplier<T> work) {
        Uni<T> result = Uni.createFrom().item(work).runSubscriptionOn(threads);
        Context caller = Vertx.currentContext();
        if (caller != null) {
            result = result.emitOn(command -> caller.runOnContext(nothing -> command.run()));
        }
        return result.onFailure(RejectedExecutionException.class)
                .transform(e -> new Fault.Unavailable("Too many passwords are being set at once.", 1).toException());
    }

    @PreDestroy
    void stop() {
        threads.shutdown();
    }
}
