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
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * bcrypt, on as many threads as there are processors and never on an event loop; when too many wait, the next is told
 * to come again.
 */
@ApplicationScoped
public class PasswordHasher {

    static final String THREAD_NAME = "bcrypt-";

    private static final int RETRY_AFTER_SECONDS = 3;
    private static final int MADE_LENGTH = 24;

    /** No character that is taken for another one on paper. */
    private static final String MADE_OF = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

    private final ThreadPoolExecutor threads;
    private final Timer timer;
    private final SecureRandom random = new SecureRandom();

    PasswordHasher(MailConfig config, MeterRegistry metrics) {
        int count = config.hashing().threads() > 0
                ? config.hashing().threads()
                : Runtime.getRuntime().availableProcessors();
        threads = new ThreadPoolExecutor(
                count,
                count,
                1,
                TimeUnit.MINUTES,
                new ArrayBlockingQueue<>(count * config.hashing().queuePerThread()),
                named());
        threads.allowCoreThreadTimeOut(true);
        timer = metrics.timer("mail.password.hashing");
        metrics.gaugeCollectionSize("mail.password.waiting", List.of(), threads.getQueue());
    }

    /** The hash of a password. */
    public Uni<PasswordHash> hash(Password password) {
        return work(() -> PasswordHash.of(password));
    }

    /** Whether the hash was made from the password. */
    Uni<Boolean> matches(PasswordHash hash, Password password) {
        return work(() -> hash.matches(password));
    }

    /** A password that nobody chose: 24 letters and digits, about 139 bits. */
    Password make() {
        StringBuilder text = new StringBuilder(MADE_LENGTH);
        random.ints(MADE_LENGTH, 0, MADE_OF.length()).forEach(i -> text.append(MADE_OF.charAt(i)));
        return Password.parse(text.toString());
    }

    @PreDestroy
    void stop() {
        threads.shutdown();
    }

    /** Runs the work on a thread of the pool, and goes on where it was asked for. */
    private <T> Uni<T> work(Supplier<T> work) {
        return Uni.createFrom().deferred(() -> {
            Executor caller = caller();
            return Uni.createFrom().<T>emitter(emitter -> submit(work, emitter)).emitOn(caller);
        });
    }

    private <T> void submit(Supplier<T> work, UniEmitter<? super T> emitter) {
        Runnable task = () -> {
            try {
                emitter.complete(timer.record(work));
            } catch (RuntimeException e) {
                emitter.fail(e);
            }
        };
        emitter.onTermination(() -> threads.remove(task));
        try {
            threads.execute(task);
        } catch (RejectedExecutionException e) {
            emitter.fail(new Fault.Unavailable(
                            "More passwords wait to be hashed than can be soon; send the request again.",
                            RETRY_AFTER_SECONDS)
                    .toException());
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
