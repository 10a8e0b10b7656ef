package dev.hostwright.gateway.operation;

import dev.hostwright.gateway.operation.Outcome.Answer;
import dev.hostwright.gateway.operation.Transition.Call;
import dev.hostwright.gateway.operation.Transition.Decision;
import dev.hostwright.gateway.problem.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * One operation, several workers, three services and a network, all in one thread with a clock of its own: requests and
 * answers are lost, doubled, late and out of order, workers die or sleep through their lease at any point. Everything
 * that happens follows from the seed.
 */
final class Simulation {

    /** A way to build it wrong, which the oracle has to notice. */
    enum Flaw {
        NONE,
        /** A service that does not remember what it deleted. */
        NO_TOMBSTONE,
        /** A time-out is taken for "no". */
        SILENCE_IS_REFUSAL,
        /** Rolling back goes on with the fence that the requests still under way carry. */
        OLD_FENCE_WHEN_ROLLING_BACK,
        /** A worker writes without looking whether it is still the owner. */
        UNFENCED_WRITES,
        /** What is about to be sent is stored only when its answer came. */
        ACT_BEFORE_INTENT
    }

    /** What the oracle says when an invariant does not hold. */
    static final class Broken extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Broken(String message) {
            super(message);
        }
    }

    private static final Transition.Limits LIMITS = new Transition.Limits(
            3, Duration.ofMillis(200), Duration.ofSeconds(5), Duration.ofSeconds(20), Duration.ofMinutes(2));
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final int FAULTY_MOVES = 60;
    private static final int FAIR_MOVES = 4000;
    private static final UUID CUSTOMER = new UUID(0x1234_5678_9abc_7defL, 0x8000_0000_0000_0001L);
    private static final UUID OPERATION = new UUID(1, 1);
    private static final UUID EARLIER = new UUID(2, 2);
    private static final Problem NO = problem(409, "taken");
    private static final Problem SILENCE = problem(504, "silence");

    /** What a service keeps of one id. */
    private static final class Resource {
        private boolean live;
        private UUID madeBy = EARLIER;
        private long fence;
        private long tombstone;
        private boolean suspended;
        private boolean group;
    }

    /** A request with what it was decided with; an answer belongs to one request, as over HTTP. */
    private record Request(Session from, Call call, Kind kind, long fence, int number) {}

    private record Response(Request to, Outcome outcome) {}

    /** One worker that has, or believes to have, the operation. */
    private static final class Session {
        private Operation operation;
        private final List<Request> toSend = new ArrayList<>();
        private final Map<Part, Integer> waiting = new EnumMap<>(Part.class);
        private boolean dead;

        boolean waitsFor(Request request) {
            return !dead && Objects.equals(waiting.get(request.call().part()), request.number());
        }

        Session(Operation operation) {
            this.operation = operation;
        }
    }

    private final SplittableRandom random;
    private final Flaw flaw;
    private final Transition transition;
    private final Map<Part, Resource> services = new EnumMap<>(Part.class);
    private final List<Session> sessions = new ArrayList<>();
    private final List<Request> requests = new ArrayList<>();
    private final List<Response> responses = new ArrayList<>();
    private final List<String> trace = new ArrayList<>();
    private Instant now = Instant.EPOCH;
    private long sequence = 10;
    private long lastWriter;
    private Operation row;
    private boolean cancel;
    private int refusing;
    private int numbers;
    private final Map<Integer, Boolean> decided = new HashMap<>();

    Simulation(long seed, Flaw flaw) {
        this.random = new SplittableRandom(seed);
        this.flaw = flaw;
        this.transition = new Transition(LIMITS, random::nextDouble);
        for (Part part : List.of(Part.DATABASE, Part.MAIL, Part.DNS)) {
            services.put(part, new Resource());
        }
        this.row = begin();
        this.refusing = random.nextInt(3) == 0 ? 1 + random.nextInt(3) : 0;
    }

    /** The mail records are in the zone. */
    private Resource at(Part part) {
        return Objects.requireNonNull(services.get(part == Part.MAIL_RECORDS ? Part.DNS : part));
    }

    private Operation begin() {
        Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
        List<Part> parts =
                switch (kind) {
                    case PROVISION ->
                        List.of(
                                        List.of(Part.DATABASE, Part.MAIL, Part.DNS, Part.MAIL_RECORDS),
                                        List.of(Part.MAIL, Part.DNS, Part.MAIL_RECORDS),
                                        List.of(Part.DATABASE))
                                .get(random.nextInt(3));
                    case UPDATE -> List.of(Part.MAIL, Part.MAIL_RECORDS);
                    case DEPROVISION -> List.of(Part.DATABASE, Part.MAIL, Part.DNS, Part.MAIL_RECORDS);
                    case SUSPEND, RESUME -> List.of(Part.DATABASE, Part.MAIL, Part.DNS);
                };
        if (kind != Kind.PROVISION) {
            services.forEach((part, resource) -> {
                resource.live = kind != Kind.UPDATE || part != Part.MAIL;
                resource.fence = resource.live ? 5 : 0;
                resource.suspended = kind == Kind.RESUME;
                resource.group = kind == Kind.DEPROVISION && part == Part.DNS;
            });
        }
        return Operation.planned(
                OPERATION,
                7,
                CUSTOMER,
                "acme",
                kind,
                "{}",
                parts.stream().map(part -> Step.planned(part, CUSTOMER)).toList(),
                now,
                now.plus(Duration.ofMinutes(10)));
    }

    /** Runs it to its end and throws {@link Broken} when that is not one of the two it may have. */
    Status run() {
        for (int i = 0; i < FAULTY_MOVES && !isQuiet(); i++) {
            faultyMove();
        }
        refusing = 0;
        for (int i = 0; i < FAIR_MOVES && !isQuiet(); i++) {
            fairMove();
        }
        expect(row.isDone(), "I1: it never came to an end");
        judge();
        return row.status();
    }

    private boolean isQuiet() {
        return row.isDone()
                && requests.isEmpty()
                && responses.isEmpty()
                && sessions.stream().allMatch(session -> session.dead || session.toSend.isEmpty());
    }

    private void faultyMove() {
        switch (random.nextInt(20)) {
            case 0 -> {
                if (!sessions.isEmpty()) {
                    sessions.get(random.nextInt(sessions.size())).dead = true;
                    say("a worker dies");
                }
            }
            case 1 -> pass(Duration.ofMillis(random.nextInt(40_000)));
            case 2 -> {
                if (!requests.isEmpty()) {
                    requests.remove(random.nextInt(requests.size()));
                    say("a request is lost");
                }
            }
            case 3 -> {
                if (!responses.isEmpty()) {
                    responses.remove(random.nextInt(responses.size()));
                    say("an answer is lost");
                }
            }
            case 4 -> {
                if (!requests.isEmpty()) {
                    requests.add(requests.get(random.nextInt(requests.size())));
                    say("a request is doubled");
                }
            }
            case 5 -> {
                if (!responses.isEmpty()) {
                    responses.add(responses.get(random.nextInt(responses.size())));
                    say("an answer is doubled");
                }
            }
            case 6 -> giveUpWaiting();
            case 7 -> {
                if (random.nextInt(6) == 0
                        && !row.kind().isRemoval()
                        && (row.phase() == Phase.QUEUED || row.phase() == Phase.RUNNING)) {
                    cancel = true;
                    say("somebody cancels");
                }
            }
            default -> fairMove();
        }
    }

    /** Whatever can happen when nothing breaks, in any order. */
    private void fairMove() {
        int what = random.nextInt(8);
        if (what <= 1 && !requests.isEmpty()) {
            serve(requests.remove(random.nextInt(requests.size())));
        } else if (what <= 3 && !responses.isEmpty()) {
            arrive(responses.remove(random.nextInt(responses.size())));
        } else if (what == 4) {
            claim();
        } else if (what == 5) {
            pass(Duration.ofMillis(random.nextInt(3000)));
        } else if (what == 6 && random.nextInt(10) == 0) {
            giveUpWaiting();
        } else {
            send();
        }
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    private void claim() {
        if (row.isDone() || row.nextRunAt().isAfter(now)) {
            return;
        }
        Operation claimed = row.map(step -> unsent(step)).stored(++sequence, cancel);
        Session session = new Session(claimed);
        row = claimed;
        lastWriter = claimed.fence();
        say("claimed with fence " + claimed.fence());
        store(session, claimed, List.of());
        if (!session.dead) {
            sessions.add(session);
        }
    }

    /** What a worker has under way is not in the row. */
    private static Step unsent(Step step) {
        return new Step(
                step.part(),
                step.resourceId(),
                step.state(),
                step.attempt(),
                step.uncertain(),
                false,
                step.nextRunAt(),
                step.result(),
                step.lastError(),
                step.startedAt(),
                step.finishedAt());
    }

    private void store(Session session, Operation before, List<Answer> answers) {
        Decision decision = transition.next(before, answers, now);
        Operation after = decision.operation();
        if (row.fence() != before.fence() && flaw != Flaw.UNFENCED_WRITES || row.isDone()) {
            session.dead = true;
            say("a write of fence " + before.fence() + " is refused");
            return;
        }
        if (after.status() == Status.ACTIVE && after.isDone() && cancel && !before.cancel()) {
            store(session, before.stored(before.fence(), true), answers);
            return;
        }
        expect(before.fence() >= lastWriter || flaw != Flaw.NONE, "I5: an older owner wrote after a newer one");
        lastWriter = Math.max(lastWriter, before.fence());
        boolean renew = decision.newFence() && flaw != Flaw.OLD_FENCE_WHEN_ROLLING_BACK;
        long fence = renew ? ++sequence : row.fence();
        expect(fence >= row.fence(), "I4: the fence falls");
        session.operation = after.stored(renew ? fence : before.fence(), cancel);
        row = flaw == Flaw.ACT_BEFORE_INTENT && !after.isDone() ? hidden(session.operation) : session.operation;
        if (!decision.release()) {
            row = row.with(row.phase(), row.steps(), now.plus(LEASE), row.undoingSince(), row.attention(), row.error());
        } else if (cancel && row.phase() == Phase.RUNNING) {
            row = row.with(row.phase(), row.steps(), now, row.undoingSince(), row.attention(), row.error());
        }
        for (Call call : decision.calls()) {
            Request request = new Request(session, call, after.kind(), session.operation.fence(), ++numbers);
            session.toSend.add(request);
            session.waiting.put(call.part(), request.number());
        }
        if (after.isDone()) {
            say("done: " + after.status());
            expect(
                    after.status() != Status.FAILED || after.steps().stream().noneMatch(Step::mayBeMade),
                    "I4: failed is published while a step may be made");
        }
    }

    /** The flaw: what is on its way is not in the row. */
    private static Operation hidden(Operation operation) {
        return operation.map(
                step -> step.sent() && step.state() == Step.State.STARTED ? Step.planned(step.part(), CUSTOMER) : step);
    }

    private void send() {
        if (sessions.isEmpty()) {
            return;
        }
        Session session = sessions.get(random.nextInt(sessions.size()));
        if (session.dead || session.toSend.isEmpty()) {
            return;
        }
        Request request = session.toSend.remove(random.nextInt(session.toSend.size()));
        requests.add(request);
        say("sent " + request.call() + " with fence " + request.fence());
    }

    private void giveUpWaiting() {
        if (sessions.isEmpty()) {
            return;
        }
        Session session = sessions.get(random.nextInt(sessions.size()));
        for (Step step : session.operation.steps()) {
            boolean unsent =
                    session.toSend.stream().anyMatch(request -> request.call().part() == step.part());
            if (!session.dead && step.sent() && !unsent) {
                say("no answer for " + step.part());
                session.waiting.remove(step.part());
                Outcome outcome = flaw == Flaw.SILENCE_IS_REFUSAL
                        ? new Outcome.Refused(SILENCE)
                        : new Outcome.Unknown(SILENCE, Optional.empty());
                store(session, session.operation, List.of(new Answer(step.part(), outcome)));
                return;
            }
        }
    }

    private void arrive(Response response) {
        Session session = response.to().from();
        if (!session.waitsFor(response.to())) {
            return;
        }
        Part part = response.to().call().part();
        session.waiting.remove(part);
        say("answer for " + part + ": " + response.outcome().getClass().getSimpleName());
        store(session, session.operation, List.of(new Answer(part, response.outcome())));
    }

    private void serve(Request request) {
        Part part = request.call().part();
        Outcome outcome =
                switch (request.kind()) {
                    case PROVISION, UPDATE ->
                        request.call().undo() ? delete(part, request.fence(), true) : put(part, request);
                    case DEPROVISION -> delete(part, request.fence(), false);
                    case SUSPEND -> suspend(part, request, !request.call().undo());
                    case RESUME -> suspend(part, request, request.call().undo());
                };
        say("served " + request.call() + " with fence " + request.fence() + ": "
                + outcome.getClass().getSimpleName());
        responses.add(new Response(request, outcome));
    }

    /** A service may say no to what it has not done; it says the same to a copy of the same request. */
    private boolean refuses(Request request) {
        if (refusing > 0 && random.nextInt(3) == 0 && !decided.containsKey(request.number())) {
            refusing--;
            decided.put(request.number(), true);
        }
        return decided.computeIfAbsent(request.number(), number -> false);
    }

    private Outcome put(Part part, Request request) {
        long fence = request.fence();
        Resource resource = at(part);
        if (part == Part.MAIL_RECORDS) {
            return group(resource, fence, true);
        }
        if (resource.live) {
            if (fence < resource.fence) {
                return stale();
            }
            resource.fence = fence;
            return done();
        }
        if (flaw != Flaw.NO_TOMBSTONE && fence <= resource.tombstone) {
            return stale();
        }
        if (refuses(request)) {
            return new Outcome.Refused(NO);
        }
        resource.live = true;
        resource.madeBy = OPERATION;
        resource.fence = fence;
        resource.group = false;
        return done();
    }

    private static Outcome group(Resource zone, long fence, boolean there) {
        if (!zone.live) {
            return there ? new Outcome.Refused(problem(404, "not-found")) : done();
        }
        if (fence < zone.fence) {
            return stale();
        }
        zone.fence = fence;
        zone.group = there;
        return done();
    }

    private Outcome delete(Part part, long fence, boolean undo) {
        Resource resource = at(part);
        if (part == Part.MAIL_RECORDS) {
            return group(resource, fence, false);
        }
        if (resource.live && fence < resource.fence) {
            return stale();
        }
        if (resource.live && undo && !resource.madeBy.equals(OPERATION)) {
            return done();
        }
        resource.live = false;
        resource.group = false;
        resource.tombstone = Math.max(resource.tombstone, fence);
        return done();
    }

    private Outcome suspend(Part part, Request request, boolean suspended) {
        long fence = request.fence();
        Resource resource = at(part);
        if (fence < resource.fence) {
            return stale();
        }
        if (!request.call().undo() && resource.suspended != suspended && refuses(request)) {
            return new Outcome.Refused(NO);
        }
        resource.fence = fence;
        resource.suspended = suspended;
        return done();
    }

    private static Outcome done() {
        return new Outcome.Done(Optional.of("{}"));
    }

    private static Outcome stale() {
        return new Outcome.Unknown(problem(409, "stale-fence"), Optional.empty());
    }

    /** I2: all of it, or nothing of it, also when the last straggler has arrived. */
    private void judge() {
        boolean well = row.status() != Status.FAILED;
        for (Step step : row.steps()) {
            Resource resource = at(step.part());
            switch (row.kind()) {
                case PROVISION, UPDATE -> {
                    boolean there = step.part() == Part.MAIL_RECORDS ? resource.live && resource.group : resource.live;
                    expect(there == well, "I2: " + row.status() + ", but " + step.part() + " there=" + there);
                }
                case DEPROVISION -> expect(!resource.live, "I2: deleted, but " + step.part() + " is there");
                case SUSPEND, RESUME -> {
                    boolean suspended = (row.kind() == Kind.SUSPEND) == well;
                    expect(
                            resource.suspended == suspended,
                            "I2: %s %s, but %s suspended=%b"
                                    .formatted(row.kind(), row.status(), step.part(), resource.suspended));
                }
            }
        }
        if (row.kind() == Kind.UPDATE) {
            expect(at(Part.DNS).live, "I2: what was there before is gone");
        }
    }

    private void expect(boolean holds, String otherwise) {
        if (!holds) {
            throw new Broken(otherwise + "\n  " + row.kind() + "\n  " + String.join("\n  ", trace));
        }
    }

    private void say(String what) {
        trace.add(what);
    }

    private static Problem problem(int status, String type) {
        return new Problem("urn:problem:" + type, type, status, type, List.of(), OptionalInt.empty());
    }
}
