package dev.hostwright.dns;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Supplier;

/** Work on records: of a few on the event loop, of many on a worker, so that nobody else's request waits for it. */
@ApplicationScoped
public class HeavyWork {

    /** Reading so many takes about a millisecond. */
    private static final int SURELY_QUICK = 100;

    private final Vertx vertx;

    HeavyWork(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Runs the work when it is subscribed to; what follows it is back on the caller's event loop. */
    public <T> Uni<T> run(int records, Supplier<T> work) {
        return records <= SURELY_QUICK ? Uni.createFrom().item(work) : vertx.executeBlocking(work::get, false);
    }
}
