package dev.hostwright.mail.dkim;

import dev.hostwright.mail.MailConfig;
import dev.hostwright.mail.mailbox.PasswordHasher;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.logging.Log;
import io.quarkus.runtime.Startup;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Keys made ahead of need, because an RSA key takes as long as the rest of a domain. They are in memory only, and one
 * is made at a time, with a pause after it and not while passwords wait: whoever waits for an answer goes first. So
 * does the request that took some, as long as there are others.
 */
@Startup
@ApplicationScoped
class KeyStock {

    private static final String THREAD_NAME = "dkim-keys";
    private static final long PAUSE_MILLIS = 100;

    /** Longer than a customer takes to be made. */
    private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final PasswordHasher workers;
    private final LinkedBlockingQueue<List<FreshKey>> ready = new LinkedBlockingQueue<>();
    private final int size;
    private volatile long takenNanos = System.nanoTime() - REST_NANOS;
    private final ScheduledExecutorService maker = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, THREAD_NAME);
        thread.setDaemon(true);
        return thread;
    });

    KeyStock(PasswordHasher workers, MailConfig config, MeterRegistry metrics) {
        this.workers = workers;
        this.size = config.dkim().stock();
        metrics.gauge("mail.dkim.stock", ready, LinkedBlockingQueue::size);
    }

    @PostConstruct
    void start() {
        maker.scheduleWithFixedDelay(this::addOne, 0, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    @PreDestroy
    void stop() {
        maker.shutdown();
    }

    /** Keys for a new domain of the tenant: from the stock, or made now when it is empty. */
    Uni<NewKeys> take(long tenant) {
        return Uni.createFrom().deferred(() -> {
            takenNanos = System.nanoTime();
            return Optional.ofNullable(ready.poll())
                    .map(keys -> Uni.createFrom().item(new NewKeys(keys, Instant.now())))
                    .orElseGet(() -> make(tenant));
        });
    }

    /** Keys for a domain of the tenant that nobody waits for, so that the stock is left alone. */
    Uni<NewKeys> make(long tenant) {
        return workers.run(tenant, KeyStock::makeAll).map(keys -> new NewKeys(keys, Instant.now()));
    }

    private void addOne() {
        try {
            if (isWanted() && !workers.isBehind()) {
                ready.add(makeAll());
            }
        } catch (RuntimeException e) {
            // an exception that leaves here would be the last time
            Log.error("event=dkim-stock-failed", e);
        }
    }

    private boolean isWanted() {
        boolean rested = System.nanoTime() - takenNanos >= REST_NANOS;
        return ready.size() < (rested ? size : size / 2);
    }

    private static List<FreshKey> makeAll() {
        return Algorithm.ALL.stream().map(Algorithm::make).toList();
    }
}
