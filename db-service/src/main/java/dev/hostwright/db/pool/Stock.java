package dev.hostwright.db.pool;

import dev.hostwright.db.DbConfig;
import dev.hostwright.db.name.PhysicalName;
import dev.hostwright.db.turn.Turnstile;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.logging.Log;
import io.quarkus.vertx.ConsumeEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.core.eventbus.EventBus;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Keeps so many databases ready as the settings say, and makes one on the spot when there is none. */
@ApplicationScoped
public class Stock {

    private static final String TAKEN = "pool-item-taken";

    /** Longer than a customer takes to be made. */
    private static final Duration REST = Duration.ofSeconds(1);

    private final PoolRepository items;
    private final EventBus bus;
    private final Vertx vertx;
    private final Turnstile makers;
    private final int target;
    private final AtomicBoolean restocking = new AtomicBoolean();
    private final AtomicLong ready;
    private final Counter cold;

    Stock(PoolRepository items, EventBus bus, Vertx vertx, DbConfig config, MeterRegistry metrics) {
        this.items = items;
        this.bus = bus;
        this.vertx = vertx;
        this.target = config.pool().target();
        this.makers = new Turnstile(
                "Too many databases are being made; send the same request again.",
                config.pool().makers(),
                config.pool().queue(),
                config.pool().patience());
        this.ready = metrics.gauge("db.pool.ready", new AtomicLong());
        this.cold = metrics.counter("db.pool.cold");
    }

    /**
     * Says that an item was taken; another is made, without anybody waiting for it, and when there are enough others,
     * not at once: making one would hold up the very request that took this one.
     */
    public void taken() {
        if (2 * ready.decrementAndGet() < target) {
            bus.send(TAKEN, "");
        } else {
            vertx.setTimer(REST.toMillis(), timer -> bus.send(TAKEN, ""));
        }
    }

    /** Whether requests wait for items to be made, so that whoever comes now should not take one before them. */
    public boolean hasLine() {
        return makers.hasLine();
    }

    /** One item more, for a request that found none and waits so long for its turn. */
    public Uni<Void> more(Duration left) {
        cold.increment();
        return makers.pass(left, items::make);
    }

    @ConsumeEvent(TAKEN)
    Uni<Void> refill(String nothing) {
        return restock().onFailure().recoverWithUni(e -> {
            Log.warnf("event=restock-failed cause=\"%s\"", e.getMessage());
            return Uni.createFrom().voidItem();
        });
    }

    /** Makes what is missing, one at a time, on one replica. */
    public Uni<Void> restock() {
        return Uni.createFrom().deferred(() -> {
            if (!restocking.compareAndSet(false, true)) {
                return Uni.createFrom().voidItem();
            }
            return items.alone(Uni.createFrom().deferred(this::fill))
                    .onTermination()
                    .invoke(() -> restocking.set(false))
                    .replaceWithVoid();
        });
    }

    /** Requests that wait make what they need; what they take then has this begin again. */
    private Uni<Void> fill() {
        return items.ready()
                .invoke(ready::set)
                .chain(now -> now >= target || !makers.isFree()
                        ? Uni.createFrom().voidItem()
                        : makers.pass(items::make).chain(this::fill));
    }

    /** What was left half made, or is spoilt. */
    public Uni<List<PhysicalName>> broken() {
        return items.broken();
    }

    /** Takes one of them away, unless somebody is making it. */
    public Uni<Void> remove(PhysicalName broken) {
        return items.removeIfAbandoned(broken).replaceWithVoid();
    }
}
