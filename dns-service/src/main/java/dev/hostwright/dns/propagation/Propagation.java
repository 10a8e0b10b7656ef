package dev.hostwright.dns.propagation;

import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.partitioningBy;
import static java.util.stream.Collectors.toList;

import io.quarkus.logging.Log;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.vertx.ConsumeEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.mutiny.core.eventbus.EventBus;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** Tells name servers of changes, and again until they answer them. One round at a time takes all that is due. */
@ApplicationScoped
class Propagation {

    private static final String CHANGED = "zone-changed";
    private static final int AT_ONCE = 16;

    /** Zones that are asked for in one round; all are told of. */
    private static final int PER_ROUND = 50;

    /** To tell of more zones one by one costs more than that the name servers read again what was asked for lately. */
    private static final int FEW = 4;

    /**
     * Between rounds that tell of more than a few while there are new changes: a zone that is asked for costs as much
     * as one that is changed, and to know that a change has come through may wait when there are many.
     */
    private static final Duration PAUSE = Duration.ofMillis(250);

    private final OutboxRepository outbox;
    private final NameServers servers;
    private final EventBus bus;
    private final Vertx vertx;
    private final AtomicBoolean running = new AtomicBoolean();
    private final AtomicBoolean again = new AtomicBoolean();

    Propagation(OutboxRepository outbox, NameServers servers, EventBus bus, Vertx vertx) {
        this.outbox = outbox;
        this.servers = servers;
        this.bus = bus;
        this.vertx = vertx;
    }

    /** Something was committed: it is told without waiting for the clock. */
    void soon() {
        if (!again.getAndSet(true)) {
            bus.send(CHANGED, "");
        }
    }

    @ConsumeEvent(CHANGED)
    Uni<Void> afterChange(String nothing) {
        return tell();
    }

    /** What a service that was killed had not told, and what a name server that was away has missed. */
    @Scheduled(every = "1s", identity = "propagate", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> tell() {
        if (!running.compareAndSet(false, true)) {
            return Uni.createFrom().voidItem();
        }
        again.set(false);
        return round().eventually(() -> running.set(false)).invoke(this::next).replaceWithVoid();
    }

    /** By the bus and not by a call, since under changes without end one round would be inside the other. */
    private void next(int zones) {
        if (again.get() && zones > FEW) {
            vertx.setTimer(PAUSE.toMillis(), timer -> bus.send(CHANGED, ""));
        } else if (again.get() || zones == PER_ROUND) {
            bus.send(CHANGED, "");
        }
    }

    /** Of how many zones was told. */
    private Uni<Integer> round() {
        return outbox.due(PER_ROUND)
                .chain(notices -> forgetAll(notices.size()).chain(forgotten -> tell(notices, forgotten)))
                .map(told -> told.stream()
                        .collect(partitioningBy(Map.Entry::getKey, mapping(Map.Entry::getValue, toList()))))
                .call(told -> outbox.done(told.getOrDefault(true, List.of())))
                .call(told -> outbox.later(told.getOrDefault(false, List.of())))
                .map(told -> told.values().stream().mapToInt(List::size).sum());
    }

    /**
     * Whether the name servers have forgotten everything, which for many zones they are told once instead of so often.
     */
    private Uni<Boolean> forgetAll(int zones) {
        return zones <= FEW
                ? Uni.createFrom().item(false)
                : servers.flushAll().replaceWith(true).onFailure().recoverWithItem(false);
    }

    private Uni<List<Map.Entry<Boolean, Notice>>> tell(List<Notice> notices, boolean forgotten) {
        return Multi.createFrom()
                .iterable(notices)
                .onItem()
                .transformToUni(notice -> (forgotten ? ask(notice) : tell(notice)).map(met -> Map.entry(met, notice)))
                .merge(AT_ONCE)
                .collect()
                .asList();
    }

    /** Whether the name servers answer it, told of it by itself when they do not yet. */
    private Uni<Boolean> ask(Notice notice) {
        return servers.notifySecondaries(notice)
                .chain(() -> servers.answer(notice))
                .onFailure()
                .recoverWithItem(false)
                .chain(met -> met ? Uni.createFrom().item(true) : tell(notice));
    }

    /** Whether the name servers answer it now. */
    private Uni<Boolean> tell(Notice notice) {
        return servers.flush(notice.domain())
                .chain(() -> servers.notifySecondaries(notice))
                .chain(() -> servers.answer(notice))
                .onFailure()
                .recoverWithItem(failure -> {
                    Log.debugf(failure, "event=name-server-away domain=%s", notice.domain());
                    return false;
                });
    }
}
