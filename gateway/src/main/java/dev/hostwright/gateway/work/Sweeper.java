package dev.hostwright.gateway.work;

import dev.hostwright.gateway.GatewayConfig;
import dev.hostwright.gateway.operation.ClaimRepository;
import dev.hostwright.gateway.operation.Dispatcher;
import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.ConsumeEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Finds operations that are due, whatever was lost: new ones that nobody was told of, waits that are over, leases that
 * ended with their owner.
 */
@ApplicationScoped
class Sweeper {

    private static final String SWEEP = "operation.sweep";
    private static final String RENEW = "operation.renew";
    private static final String MEASURE = "operation.measure";
    private static final String FORGET = "operation.forget";
    private static final Duration MEASURE_EVERY = Duration.ofSeconds(5);
    private static final Duration FORGET_EVERY = Duration.ofHours(1);

    private final Vertx vertx;
    private final ClaimRepository claims;
    private final Dispatcher dispatcher;
    private final Worker worker;
    private final WorkMetrics metrics;
    private final GatewayConfig config;
    private final AtomicBoolean sweeping = new AtomicBoolean();
    private final List<Long> timers = new CopyOnWriteArrayList<>();

    Sweeper(
            Vertx vertx,
            ClaimRepository claims,
            Dispatcher dispatcher,
            Worker worker,
            WorkMetrics metrics,
            GatewayConfig config) {
        this.vertx = vertx;
        this.claims = claims;
        this.dispatcher = dispatcher;
        this.worker = worker;
        this.metrics = metrics;
        this.config = config;
    }

    void start(@Observes StartupEvent event) {
        every(config.sweepEvery(), SWEEP);
        every(config.renewEvery(), RENEW);
        every(MEASURE_EVERY, MEASURE);
        every(FORGET_EVERY, FORGET);
    }

    private void every(Duration period, String address) {
        timers.add(vertx.setPeriodic(period.toMillis(), id -> vertx.eventBus().send(address, "")));
    }

    void stop(@Observes ShutdownEvent event) {
        timers.forEach(vertx::cancelTimer);
    }

    @ConsumeEvent(SWEEP)
    Uni<Void> sweep(String tick) {
        int free = worker.free();
        if (free == 0 || !sweeping.compareAndSet(false, true)) {
            return Uni.createFrom().voidItem();
        }
        return claims.due(free)
                .invoke(due -> due.forEach(dispatcher::dispatch))
                .replaceWithVoid()
                .onFailure()
                .recoverWithItem(Sweeper::later)
                .eventually(() -> sweeping.set(false));
    }

    @ConsumeEvent(RENEW)
    Uni<Void> renew(String tick) {
        return worker.renew().onFailure().recoverWithItem(Sweeper::later);
    }

    @ConsumeEvent(MEASURE)
    Uni<Void> measure(String tick) {
        return claims.backlog()
                .invoke(metrics::waiting)
                .replaceWithVoid()
                .onFailure()
                .recoverWithItem(Sweeper::later);
    }

    @ConsumeEvent(FORGET)
    Uni<Void> forget(String tick) {
        return claims.forgetKeys().replaceWithVoid().onFailure().recoverWithItem(Sweeper::later);
    }

    /** The next tick tries again. */
    private static Void later(Throwable e) {
        Log.warnf("cause=sweep-failed message=%s", e.getMessage());
        return null;
    }
}
