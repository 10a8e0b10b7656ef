package dev.hostwright.db.pool;

import dev.hostwright.db.DbConfig;
import dev.hostwright.db.name.PhysicalName;
import dev.hostwright.db.turn.Turnstile;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.logging.Log;
import io.quarkus.vertx.ConsumeEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.eventbus.EventBus;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Keeps so many databases of each class ready as the settings say, and makes one on the spot when there is none. */
@ApplicationScoped
public class Stock {

    private static final String TAKEN = "pool-item-taken";

    private final PoolRepository items;
    private final EventBus bus;
    private final Turnstile makers;
    private final Classes classes;
    private final DbConfig.Pool config;
    private final AtomicBoolean restocking = new AtomicBoolean();
    private final AtomicLong ready;
    private final Counter cold;

    Stock(PoolRepository items, Classes classes, EventBus bus, DbConfig config, MeterRegistry metrics) {
        this.items = items;
        this.classes = classes;
        this.bus = bus;
        this.config = config.pool();
        this.makers = new Turnstile(
                "Too many databases are being made; send the same request again.",
                config.pool().makers(),
                config.pool().queue(),
                config.pool().patience());
        this.ready = metrics.gauge("db.pool.ready", new AtomicLong());
        this.cold = metrics.counter("db.pool.cold");
    }

    /** Says that an item was taken; another is made, without anybody waiting for it. */
    public void taken(DatabaseClass kind) {
        if (kind.equals(DatabaseClass.USUAL)) {
            ready.decrementAndGet();
        }
        bus.send(TAKEN, "");
    }

    /** Whether requests wait for items to be made, so that whoever comes now should not take one before them. */
    public boolean hasLine() {
        return makers.hasLine();
    }

    /** One item more of that class, for a request that found none and waits so long for its turn. */
    public Uni<Void> more(DatabaseClass kind, Duration left) {
        cold.increment();
        return makers.pass(left, () -> items.make(kind));
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

    /** A class that cannot be made, for a locale that the server has not say, keeps the others from nothing. */
    private Uni<Void> fill() {
        return Multi.createFrom()
                .iterable(classes.offered())
                .onItem()
                .transformToUni(this::fill)
                .collectFailures()
                .concatenate()
                .collect()
                .asList()
                .replaceWithVoid();
    }

    /** Requests that wait make what they need; what they take then has this begin again. */
    private Uni<Void> fill(DatabaseClass kind) {
        boolean usual = kind.equals(DatabaseClass.USUAL);
        int target = usual ? config.target() : config.classTarget();
        return items.ready(kind)
                .invoke(now -> {
                    if (usual) {
                        ready.set(now);
                    }
                })
                .chain(now -> now >= target || !makers.isFree()
                        ? Uni.createFrom().voidItem()
                        : makers.pass(() -> items.make(kind)).chain(() -> fill(kind)));
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
