package dev.hostwright.db.pool;

import dev.hostwright.db.DbConfig;
import dev.hostwright.db.name.PhysicalName;
import dev.hostwright.db.server.Server;
import dev.hostwright.db.server.Servers;
import dev.hostwright.db.turn.Turnstile;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.quarkus.logging.Log;
import io.quarkus.vertx.ConsumeEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.core.eventbus.EventBus;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Keeps so many databases of each class ready on each server as the settings say, and makes one on the spot when there
 * is none.
 */
@ApplicationScoped
public class Stock {

    private static final String TAKEN = "pool-item-taken";

    /** Longer than a customer takes to be made. */
    private static final Duration REST = Duration.ofSeconds(1);

    private final PoolRepository items;
    private final Servers servers;
    private final EventBus bus;
    private final Vertx vertx;
    private final Classes classes;
    private final DbConfig.Pool config;
    private final Map<Server, Shelf> shelves;

    Stock(
            PoolRepository items,
            Servers servers,
            Classes classes,
            EventBus bus,
            Vertx vertx,
            DbConfig config,
            MeterRegistry metrics) {
        this.items = items;
        this.servers = servers;
        this.bus = bus;
        this.vertx = vertx;
        this.classes = classes;
        this.config = config.pool();
        this.shelves = servers.all().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Function.identity(), server -> new Shelf(server, config.pool(), metrics)));
    }

    /** What is ready on one server, and who makes more there. */
    private static final class Shelf {
        private final Turnstile makers;
        private final AtomicBoolean restocking = new AtomicBoolean();
        private final AtomicLong ready = new AtomicLong();
        private final Counter cold;

        Shelf(Server server, DbConfig.Pool config, MeterRegistry metrics) {
            Tags tags = Tags.of("server", server.name());
            this.makers = new Turnstile(
                    "Too many databases are being made; send the same request again.",
                    config.makers(),
                    config.queue(),
                    config.patience());
            metrics.gauge("db.pool.ready", tags, ready);
            this.cold = metrics.counter("db.pool.cold", tags);
        }
    }

    private Shelf of(Server server) {
        return Objects.requireNonNull(shelves.get(server));
    }

    /**
     * Says that an item was taken; another is made, without anybody waiting for it, and when there are enough others,
     * not at once: making one would hold up the very request that took this one.
     */
    public void taken(Server server, DatabaseClass kind) {
        if (!kind.equals(DatabaseClass.USUAL) || 2 * of(server).ready.decrementAndGet() < config.target()) {
            bus.send(TAKEN, server.name());
        } else {
            vertx.setTimer(REST.toMillis(), timer -> bus.send(TAKEN, server.name()));
        }
    }

    /** Whether requests wait for items to be made, so that whoever comes now should not take one before them. */
    public boolean hasLine(Server server) {
        return of(server).makers.hasLine();
    }

    /** One item more of that class, for a request that found none and waits so long for its turn. */
    public Uni<Void> more(Server server, DatabaseClass kind, Duration left) {
        Shelf shelf = of(server);
        shelf.cold.increment();
        return shelf.makers.pass(left, () -> items.make(server, kind));
    }

    @ConsumeEvent(TAKEN)
    Uni<Void> refill(String name) {
        return servers.named(name)
                .map(this::restock)
                .orElseGet(() -> Uni.createFrom().voidItem())
                .onFailure()
                .recoverWithUni(e -> {
                    Log.warnf("event=restock-failed server=%s cause=\"%s\"", name, e.getMessage());
                    return Uni.createFrom().voidItem();
                });
    }

    /** Makes what is missing, one at a time, on one replica. */
    public Uni<Void> restock(Server server) {
        Shelf shelf = of(server);
        return Uni.createFrom().deferred(() -> {
            if (!shelf.restocking.compareAndSet(false, true)) {
                return Uni.createFrom().voidItem();
            }
            return items.alone(server, Uni.createFrom().deferred(() -> fill(server, shelf)))
                    .onTermination()
                    .invoke(() -> shelf.restocking.set(false))
                    .replaceWithVoid();
        });
    }

    /** A class that cannot be made, for a locale that the server has not say, keeps the others from nothing. */
    private Uni<Void> fill(Server server, Shelf shelf) {
        return Multi.createFrom()
                .iterable(classes.offered())
                .onItem()
                .transformToUni(kind -> fill(server, shelf, kind))
                .collectFailures()
                .concatenate()
                .collect()
                .asList()
                .replaceWithVoid();
    }

    /** Requests that wait make what they need; what they take then has this begin again. */
    private Uni<Void> fill(Server server, Shelf shelf, DatabaseClass kind) {
        return items.ready(server, kind)
                .invoke(now -> {
                    if (kind.equals(DatabaseClass.USUAL)) {
                        shelf.ready.set(now);
                    }
                })
                .chain(now -> now >= wanted(server, kind) || !shelf.makers.isFree()
                        ? Uni.createFrom().voidItem()
                        : shelf.makers.pass(() -> items.make(server, kind)).chain(() -> fill(server, shelf, kind)));
    }

    /** No more than the server has room for. */
    private long wanted(Server server, DatabaseClass kind) {
        int target = kind.equals(DatabaseClass.USUAL) ? config.target() : config.classTarget();
        return server.capacity().isEmpty()
                ? target
                : Math.clamp(server.capacity().getAsInt() - server.databases(), 0, target);
    }

    /** What was left half made, or is spoilt. */
    public Uni<List<PhysicalName>> broken(Server server) {
        return items.broken(server);
    }

    /** Takes one of them away, unless somebody is making it. */
    public Uni<Void> remove(Server server, PhysicalName broken) {
        return items.removeIfAbandoned(server, broken).replaceWithVoid();
    }
}
