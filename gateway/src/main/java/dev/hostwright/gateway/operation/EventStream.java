package dev.hostwright.gateway.operation;

import dev.hostwright.gateway.GatewayConfig;
import dev.hostwright.gateway.problem.Fault;
import dev.hostwright.gateway.tenant.Caller;
import dev.hostwright.gateway.tenant.Scope;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.NameBinding;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** The log of an operation as a stream that ends with the operation, and begins again where it was left. */
@ApplicationScoped
class EventStream {

    private static final int BATCH = 500;
    /** What another process does is seen so late at the latest; what this one does, at once. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
    /** Looks of a second: a comment every 15 seconds keeps the connection from being taken for dead. */
    private static final int HEARTBEAT_LOOKS = 15;

    private static final int RETRY_SECONDS = 5;
    private static final long RECONNECT_MILLIS = 2000;

    static final String LAST_EVENT_ID = "Last-Event-ID";

    /** Marks the method that streams. */
    @NameBinding
    @Retention(RetentionPolicy.RUNTIME)
    @interface Resumable {}

    /** Answers before the stream begins: once it has, its status cannot be chosen any more. */
    static class Gate {

        private final EventStream stream;
        private final Caller caller;

        Gate(EventStream stream, Caller caller) {
            this.stream = stream;
            this.caller = caller;
        }

        /**
         * 503 when there are too many, 404, or 204 when all was read, which tells a browser not to come again; or
         * nothing.
         */
        @Resumable
        @ServerRequestFilter
        Uni<Response> check(ContainerRequestContext request) {
            UUID id;
            try {
                id = UUID.fromString(request.getUriInfo().getPathParameters().getFirst("id"));
            } catch (IllegalArgumentException e) {
                return new Fault.Malformed("parameter", "An operation's id is a UUID.").toFailure();
            }
            if (stream.isFull()) {
                return new Fault.Unavailable(
                                "Too many streams are open; come again, or ask for the log.", RETRY_SECONDS)
                        .toFailure();
            }
            long after = after(Optional.ofNullable(request.getHeaderString(LAST_EVENT_ID)));
            return stream.hasMore(caller.scope(), id, after)
                    .chain(more -> more
                            ? Uni.createFrom().nullItem()
                            : Uni.createFrom().item(Response.noContent().build()));
        }
    }

    private static final class Cursor {
        private long seq;
        private long revision = -1;
        private boolean more = true;
        private int quiet;

        Cursor(long seq) {
            this.seq = seq;
        }
    }

    private record Batch(List<OutboundSseEvent> events, boolean last) {}

    private final OperationRepository operations;
    private final Progress progress;
    private final int most;
    private final AtomicInteger open = new AtomicInteger();

    EventStream(OperationRepository operations, Progress progress, GatewayConfig config) {
        this.operations = operations;
        this.progress = progress;
        this.most = config.streams();
    }

    boolean isFull() {
        return open.get() >= most;
    }

    static long after(Optional<String> lastEventId) {
        return lastEventId
                .filter(last -> last.matches("\\d{1,18}"))
                .map(Long::parseLong)
                .orElse(0L);
    }

    /** There is an operation, and something of it that was not read yet or is still to come. */
    Uni<Boolean> hasMore(Scope scope, UUID id, long after) {
        return operations
                .find(scope, id)
                .chain(found -> after == 0 || !found.operation().isDone()
                        ? Uni.createFrom().item(true)
                        : operations.events(scope, id, after, 1).map(lines -> !lines.isEmpty()));
    }

    /** The stream itself; see {@link Gate} for what is refused before it begins. */
    Multi<OutboundSseEvent> from(Scope scope, UUID id, long after, Sse sse) {
        Cursor cursor = new Cursor(after);
        return Multi.createBy()
                .repeating()
                .uni(() -> look(scope, id, cursor, sse))
                .whilst(batch -> !batch.last())
                .onItem()
                .transformToMultiAndConcatenate(batch -> Multi.createFrom().iterable(batch.events()))
                .onSubscription()
                .invoke(open::incrementAndGet)
                .onTermination()
                .invoke(open::decrementAndGet);
    }

    /** What is new; when nothing is, waits for it a little, so that the next look comes at the right time. */
    private Uni<Batch> look(Scope scope, UUID id, Cursor cursor, Sse sse) {
        return progress.look(id, Progress.Until.CHANGE, change -> operations
                .news(scope, id, cursor.more ? -1 : cursor.revision, cursor.seq, BATCH)
                .map(news -> news.map(some -> batch(some.found(), some.lines(), cursor, sse))
                        .orElseGet(() -> new Batch(List.of(), false)))
                .map(batch -> alive(batch, cursor, sse))
                .call(batch -> batch.last() || !batch.events().isEmpty()
                        ? Uni.createFrom().voidItem()
                        : change.await(LOOK_AGAIN)));
    }

    /** Says something now and then, however quiet it is. */
    private static Batch alive(Batch batch, Cursor cursor, Sse sse) {
        cursor.quiet = batch.events().isEmpty() ? cursor.quiet + 1 : 0;
        if (cursor.quiet < HEARTBEAT_LOOKS) {
            return batch;
        }
        cursor.quiet = 0;
        return new Batch(List.of(sse.newEventBuilder().comment("still here").build()), batch.last());
    }

    private Batch batch(OperationRepository.Found found, List<Event> lines, Cursor cursor, Sse sse) {
        List<OutboundSseEvent> out = new ArrayList<>();
        for (Event line : lines) {
            out.add(sse.newEventBuilder()
                    .id(Long.toString(line.seq()))
                    .name("log")
                    .mediaType(MediaType.APPLICATION_JSON_TYPE)
                    .reconnectDelay(RECONNECT_MILLIS)
                    .data(line)
                    .build());
            cursor.seq = line.seq();
        }
        cursor.more = lines.size() == BATCH;
        boolean last = found.operation().isDone() && !cursor.more;
        long revision = found.operation().revision();
        if (last || revision != cursor.revision) {
            cursor.revision = revision;
            out.add(sse.newEventBuilder()
                    .name(last ? "done" : "status")
                    .mediaType(MediaType.APPLICATION_JSON_TYPE)
                    .data(found.view())
                    .build());
        }
        return new Batch(out, last);
    }
}
