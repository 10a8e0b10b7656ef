package dev.hostwright.local.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntPredicate;

/** Clients that each do one thing after the other. */
final class Load {

    private Load() {}

    /** Each client does it again and again for that time; how often a second all of them did it. */
    static double fromClients(int count, Duration time, Runnable work) throws InterruptedException, ExecutionException {
        return fromNumberedClients(count, time, client -> {
            work.run();
            return true;
        });
    }

    /** The same with work that is told the client's number, from 0, and says whether it was done. */
    static double fromNumberedClients(int count, Duration time, IntPredicate work)
            throws InterruptedException, ExecutionException {
        long start = System.nanoTime();
        long end = start + time.toNanos();
        List<Callable<Long>> each = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int client = i;
            each.add(() -> {
                long done = 0;
                while (System.nanoTime() < end) {
                    if (work.test(client)) {
                        done++;
                    }
                }
                return done;
            });
        }
        long done = 0;
        try (ExecutorService clients = Executors.newFixedThreadPool(count)) {
            for (Future<Long> client : clients.invokeAll(each)) {
                done += client.get();
            }
        }
        return done * 1e9 / (System.nanoTime() - start);
    }

    static List<Long> rounded(List<Double> values) {
        return values.stream().map(Math::round).toList();
    }

    static List<Double> tenths(List<Double> values) {
        return values.stream().map(value -> Math.round(value * 10) / 10.0).toList();
    }

    static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
