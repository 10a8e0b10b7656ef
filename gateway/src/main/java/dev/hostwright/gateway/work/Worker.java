package dev.hostwright.gateway.work;

import dev.hostwright.gateway.GatewayConfig;
import dev.hostwright.gateway.GatewayConfig.HaltPoint;
import dev.hostwright.gateway.operation.ClaimRepository;
import dev.hostwright.gateway.operation.ClaimRepository.Claim;
import dev.hostwright.gateway.operation.ClaimRepository.Claimed;
import dev.hostwright.gateway.operation.ClaimRepository.Recorded;
import dev.hostwright.gateway.operation.ClaimRepository.Superseded;
import dev.hostwright.gateway.operation.Operation;
import dev.hostwright.gateway.operation.Outcome;
import dev.hostwright.gateway.operation.Phase;
import dev.hostwright.gateway.operation.Progress;
import dev.hostwright.gateway.operation.SecretBox;
import dev.hostwright.gateway.operation.Secrets;
import dev.hostwright.gateway.operation.Transition;
import dev.hostwright.gateway.operation.Transition.Call;
import dev.hostwright.gateway.operation.Transition.Decision;
import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.vertx.ConsumeEvent;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/** The shell around {@link Transition}: claims an operation, stores what was decided, and only then sends it. */
@ApplicationScoped
class Worker {

    static final String LOOK = "operation.look";

    /** Longer than a request needs to be written, shorter than an answer takes. */
    private static final Duration ON_ITS_WAY = Duration.ofMillis(5);

    /** One that cannot be worked on does not keep the others waiting. */
    private static final Duration A_WHILE = Duration.ofSeconds(5);

    private final ClaimRepository claims;
    private final ServiceCalls services;
    private final SecretBox box;
    private final Progress progress;
    private final WorkMetrics metrics;
    private final GatewayConfig config;
    private final Transition transition;
    private final UUID owner = UUID.randomUUID();
    private final ConcurrentHashMap<UUID, Session> running = new ConcurrentHashMap<>();
    private final AtomicInteger taken = new AtomicInteger();
    private volatile boolean stopping;

    Worker(
            ClaimRepository claims,
            ServiceCalls services,
            SecretBox box,
            Progress progress,
            WorkMetrics metrics,
            GatewayConfig config) {
        this.claims = claims;
        this.services = services;
        this.box = box;
        this.progress = progress;
        this.metrics = metrics;
        this.config = config;
        this.transition = new Transition(
                new Transition.Limits(
                        config.attempts(),
                        config.firstDelay(),
                        config.longestDelay(),
                        config.longestUndoDelay(),
                        config.attentionAfter()),
                () -> ThreadLocalRandom.current().nextDouble());
    }

    /** What is to be sent, and the operation with the fence that it was decided with. */
    private record Batch(Operation operation, List<Call> calls) {}

    /** One operation in the hands of this worker, from its claim until nothing is under way. */
    private static final class Session {
        private final Optional<String> sealed;
        private final Instant claimedAt;
        private final long claimedNanos = System.nanoTime();
        private final ConcurrentLinkedQueue<Outcome.Answer> arrived = new ConcurrentLinkedQueue<>();
        private final AtomicReference<Uni<Batch>> last;
        private volatile Operation operation;

        Session(Claim claim) {
            this.operation = claim.operation();
            this.sealed = claim.sealed();
            this.claimedAt = claim.now();
            this.last = new AtomicReference<>(Uni.createFrom().item(new Batch(claim.operation(), List.of())));
        }

        /** The database's time: the clocks of two replicas may differ. */
        Instant now() {
            return claimedAt.plusNanos(System.nanoTime() - claimedNanos);
        }
    }

    /** So many more operations may be taken on. */
    int free() {
        return stopping ? 0 : Math.max(0, config.workers() - taken.get());
    }

    @ConsumeEvent(LOOK)
    Uni<Void> look(String operation) {
        if (stopping) {
            return Uni.createFrom().voidItem();
        }
        if (taken.incrementAndGet() > config.workers()) {
            taken.decrementAndGet();
            return Uni.createFrom().voidItem();
        }
        UUID id = UUID.fromString(operation);
        return claims.claim(id, owner, config.lease(), this::first)
                .chain(claimed ->
                        claimed.map(this::work).orElseGet(() -> Uni.createFrom().voidItem()))
                .onFailure()
                .recoverWithUni(e -> lost(id, e))
                .eventually(taken::decrementAndGet);
    }

    /** The claim and the first decision are one transaction: what is about to be sent is known before it is sent. */
    private Decision first(Claim claim) {
        Decision decision = transition.next(claim.operation(), List.of(), claim.now());
        if (decision.operation().isDone()) {
            config.reached(HaltPoint.BEFORE_FINISH);
        }
        return decision;
    }

    private Uni<Void> work(Claimed claimed) {
        Session session = new Session(claimed.claim());
        UUID id = session.operation.id();
        running.put(id, session);
        Batch calls = accept(session, claimed.decision(), claimed.recorded());
        config.reached(HaltPoint.AFTER_CLAIM);
        return drive(session, calls).eventually(() -> running.remove(id, session));
    }

    /** Sends these, and whatever becomes possible by their answers, until nothing is under way. */
    private Uni<Void> drive(Session session, Batch batch) {
        if (batch.calls().isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        List<Uni<Void>> branches = batch.calls().stream()
                .map(call -> send(session, batch.operation(), call)
                        .chain(answer -> settle(session, answer))
                        .chain(more -> drive(session, more)))
                .toList();
        return Uni.join().all(branches).andFailFast().replaceWithVoid();
    }

    private Uni<Outcome.Answer> send(Session session, Operation operation, Call call) {
        long begun = System.nanoTime();
        Uni<Outcome> sent = services.send(operation, call, () -> secrets(session));
        if (config.haltAt().filter(HaltPoint.AFTER_FIRST_STEP_STARTED::equals).isPresent()) {
            sent = sent.ifNoItem()
                    .after(ON_ITS_WAY)
                    .fail()
                    .onItemOrFailure()
                    .invoke((any, late) -> config.reached(HaltPoint.AFTER_FIRST_STEP_STARTED));
        }
        return sent.invoke(outcome -> metrics.step(call, outcome, System.nanoTime() - begun))
                .invoke(() -> config.reached(HaltPoint.AFTER_FIRST_ANSWER))
                .map(outcome -> new Outcome.Answer(call.part(), outcome));
    }

    private Secrets secrets(Session session) {
        return session.sealed
                .map(text -> box.open(session.operation.id(), text))
                .orElse(Secrets.NONE);
    }

    /** One answer after the other is stored; those that arrive meanwhile are stored together. */
    private Uni<Batch> settle(Session session, Outcome.Answer answer) {
        session.arrived.add(answer);
        return session.last.updateAndGet(
                before -> before.chain(any -> drain(session)).memoize().indefinitely());
    }

    private Uni<Batch> drain(Session session) {
        List<Outcome.Answer> answers = new ArrayList<>();
        for (Outcome.Answer next = session.arrived.poll(); next != null; next = session.arrived.poll()) {
            answers.add(next);
        }
        return answers.isEmpty()
                ? Uni.createFrom().item(new Batch(session.operation, List.of()))
                : store(session, session.operation, answers);
    }

    private Uni<Batch> store(Session session, Operation before, List<Outcome.Answer> answers) {
        Decision decision = transition.next(before, answers, session.now());
        if (decision.operation().isDone()) {
            config.reached(HaltPoint.BEFORE_FINISH);
        }
        return claims.record(before, decision, config.lease()).chain(recorded -> {
            if (recorded.isRefusedBecauseOfCancel()) {
                return store(session, before.stored(before.fence(), true), answers);
            }
            return Uni.createFrom().item(accept(session, decision, recorded));
        });
    }

    private Batch accept(Session session, Decision decision, Recorded recorded) {
        session.operation = decision.operation().stored(recorded.fence(), recorded.cancel());
        stored(session);
        return new Batch(session.operation, decision.calls());
    }

    private void stored(Session session) {
        Operation operation = session.operation;
        progress.announce(operation.id(), operation.isDone());
        if (operation.isDone()) {
            Log.infof(
                    "event=operation-done tenant=%d operation=%s kind=%s customer=%s status=%s attempt=%d",
                    operation.tenantId(),
                    operation.id(),
                    operation.kind().word(),
                    operation.customerId(),
                    operation.status().word(),
                    operation.attempt());
            metrics.done(operation, Duration.between(operation.createdAt(), session.now()));
        } else if (operation.phase() == Phase.ROLLING_BACK) {
            Log.infof(
                    "event=operation-rolling-back tenant=%d operation=%s attempt=%d attention=%b",
                    operation.tenantId(), operation.id(), operation.attempt(), operation.attention());
        }
    }

    /** The row is there: whoever sweeps next goes on, when the lease has ended, or in a while if there was none. */
    private Uni<Void> lost(UUID operation, Throwable e) {
        if (e instanceof Superseded) {
            metrics.fenced();
            Log.infof("event=operation-superseded operation=%s", operation);
            return Uni.createFrom().voidItem();
        }
        Log.warnf(e, "cause=operation-interrupted operation=%s", operation);
        return claims.postpone(operation, A_WHILE)
                .onFailure()
                .recoverWithItem(0)
                .replaceWithVoid();
    }

    Uni<Void> renew() {
        Map<UUID, Long> fences = running.values().stream()
                .map(session -> session.operation)
                .collect(Collectors.toMap(Operation::id, Operation::fence, Math::max));
        return fences.isEmpty()
                ? Uni.createFrom().voidItem()
                : claims.renew(fences, owner, config.lease()).replaceWithVoid();
    }

    /** What is under way here is given back, so that another replica goes on at once. */
    void stop(@Observes ShutdownEvent event) {
        stopping = true;
        claims.release(owner)
                .subscribeAsCompletionStage()
                .orTimeout(3, TimeUnit.SECONDS)
                .exceptionally(e -> 0)
                .join();
    }
}
