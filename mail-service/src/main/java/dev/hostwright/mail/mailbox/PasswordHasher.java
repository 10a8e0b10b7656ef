package dev.hostwright.mail.mailbox;

import dev.hostwright.mail.MailConfig;
import dev.hostwright.mail.problem.Fault;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * bcrypt, and what else keeps a processor busy, on as many threads as there are processors and never on an event loop.
 * The tenants take turns; when too many wait, or too many of one tenant, the next is told to come again.
 */
@ApplicationScoped
public class PasswordHasher {

    static final String THREAD_NAME = "bcrypt-";

    private static final int RETRY_AFTER_SECONDS = 3;
    private static final int MADE_LENGTH = 24;

    /** No character that is taken for another one on paper. */
    private static final String MADE_OF = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

    private final ThreadPoolExecutor threads;
    private final Semaphore idle;
    private final FairQueue queue;
    private final Timer timer;
    private final SecureRandom random = new SecureRandom();

    PasswordHasher(MailConfig config, MeterRegistry metrics) {
        int count = config.hashing().threads() > 0
                ? config.hashing().threads()
                : Runtime.getRuntime().availableProcessors();
        threads = new ThreadPoolExecutor(count, count, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>(), named());
        threads.allowCoreThreadTimeOut(true);
        idle = new Semaphore(count);
        int room = count * (1 + config.hashing().queuePerThread());
        // whatever the settings say, the others have half of it
        int roomOfTenant = Math.clamp((long) count * config.hashing().tenantQueuePerThread(), 1, Math.max(1, room / 2));
        queue = new FairQueue(room, roomOfTenant);
        timer = metrics.timer("mail.password.hashing");
        metrics.gauge("mail.password.waiting", queue, FairQueue::waiting);
    }

    /** The hash of a password of the tenant. */
    public Uni<PasswordHash> hash(long tenant, Password password) {
        return hash(tenant, List.of(password)).map(List::getFirst);
    }

    /** The hashes of the passwords, in their order; none or all of them are made. */
    Uni<List<PasswordHash>> hash(long tenant, List<Password> passwords) {
        return work(
                tenant,
                passwords.stream()
                        .<Supplier<PasswordHash>>map(password -> timed(() -> PasswordHash.of(password)))
                        .toList(),
                made -> false);
    }

    /** Whether each hash was made from the password beside it; the first that was not ends the search. */
    Uni<Boolean> match(long tenant, List<Pair> pairs) {
        return work(
                        tenant,
                        pairs.stream()
                                .<Supplier<Boolean>>map(
                                        pair -> timed(() -> pair.hash().matches(pair.password())))
                                .toList(),
                        matches -> !matches)
                .map(matches -> !matches.contains(false));
    }

    /** Work of the tenant of another kind, which has its turn as a password has. */
    public <T> Uni<T> run(long tenant, Supplier<T> piece) {
        return work(tenant, List.of(piece), any -> false).map(List::getFirst);
    }

    /** Whether anybody waits for a thread. */
    public boolean isBehind() {
        return queue.waiting() > 0;
    }

    private <T> Supplier<T> timed(Supplier<T> piece) {
        return () -> timer.record(piece);
    }

    /** A hash, and the password that it may have been made from. */
    record Pair(PasswordHash hash, Password password) {}

    /** A password that nobody chose: 24 letters and digits, about 139 bits. */
    public Password make() {
        StringBuilder text = new StringBuilder(MADE_LENGTH);
        random.ints(MADE_LENGTH, 0, MADE_OF.length()).forEach(i -> text.append(MADE_OF.charAt(i)));
        return Password.parse(text.toString());
    }

    @PreDestroy
    void stop() {
        threads.shutdown();
    }

    /**
     * Runs the pieces on the threads of the pool, side by side, and goes on where it was asked for. What nobody waits
     * for any more is not begun.
     *
     * @param last whether a result makes the others needless
     * @return the results in the order of their pieces; fewer when one was the last
     */
    <T> Uni<List<T>> work(long tenant, List<Supplier<T>> pieces, Predicate<T> last) {
        return pieces.isEmpty()
                ? Uni.createFrom().item(List.of())
                : Uni.createFrom().deferred(() -> {
                    Executor caller = caller();
                    return Uni.createFrom()
                            .<List<T>>emitter(emitter -> submit(tenant, pieces, last, emitter))
                            .emitOn(caller);
                });
    }

    private <T> void submit(
            long tenant, List<Supplier<T>> pieces, Predicate<T> last, UniEmitter<? super List<T>> emitter) {
        SortedMap<Integer, T> results = new ConcurrentSkipListMap<>();
        AtomicInteger open = new AtomicInteger(pieces.size());
        List<Runnable> tasks = IntStream.range(0, pieces.size())
                .<Runnable>mapToObj(i -> () -> {
                    T result = pieces.get(i).get();
                    results.put(i, result);
                    if (open.decrementAndGet() == 0 || last.test(result)) {
                        emitter.complete(List.copyOf(results.values()));
                    }
                })
                .map(task -> failing(task, emitter))
                .toList();
        emitter.onTermination(() -> queue.takeBack(tenant, tasks));
        switch (queue.enter(tenant, tasks)) {
            case ENTERED -> tasks.forEach(task -> callAThread());
            case TENANT_FULL ->
                emitter.fail(new Fault.TooMany(
                                "More passwords of this tenant wait to be hashed, or keys to be made, than one may have waiting; send the request again.",
                                RETRY_AFTER_SECONDS)
                        .toException());
            case FULL ->
                emitter.fail(new Fault.Unavailable(
                                "More passwords wait to be hashed, or keys to be made, than can be soon; send the request again.",
                                RETRY_AFTER_SECONDS)
                        .toException());
        }
    }

    private static Runnable failing(Runnable task, UniEmitter<?> emitter) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                emitter.fail(e);
            }
        };
    }

    private void callAThread() {
        if (idle.tryAcquire()) {
            threads.execute(this::takeTurns);
        }
    }

    /** Does the pieces, each when it is its turn, until none waits. */
    private void takeTurns() {
        try {
            for (var turn = queue.next(); turn.isPresent(); turn = queue.next()) {
                FairQueue.Turn mine = turn.get();
                try {
                    mine.work().run();
                } finally {
                    queue.done(mine);
                }
            }
        } finally {
            idle.release();
            // a piece that came in between found no thread idle
            if (queue.waiting() > 0) {
                callAThread();
            }
        }
    }

    /** The event loop with the request's context on it, which a database connection must be used from. */
    private static Executor caller() {
        Context context = Vertx.currentContext();
        return context == null ? Runnable::run : task -> context.runOnContext(nothing -> task.run());
    }

    private static ThreadFactory named() {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, THREAD_NAME + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
