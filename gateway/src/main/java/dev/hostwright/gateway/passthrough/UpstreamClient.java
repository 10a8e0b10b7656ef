package dev.hostwright.gateway.passthrough;

import dev.hostwright.gateway.backend.ServiceTokens;
import dev.hostwright.gateway.problem.Fault;
import dev.hostwright.gateway.tenant.Scope;
import io.quarkus.logging.Log;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.core.MultiMap;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.core.http.HttpClient;
import io.vertx.mutiny.core.http.HttpClientResponse;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Asks a service, once: a request that failed on the way is never sent again, because whether it did its work is not
 * known here.
 */
@ApplicationScoped
public class UpstreamClient {

    private static final int OK = 200;
    private static final int UNAUTHORIZED = 401;

    /** Of a caller who fetches a file. */
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

    private final HttpClient http;
    private final ServiceTokens tokens;
    private final UpstreamConfig config;
    private final AtomicInteger downloads = new AtomicInteger();

    UpstreamClient(Vertx vertx, ServiceTokens tokens, UpstreamConfig config) {
        this.http = vertx.createHttpClient(
                new HttpClientOptions().setShared(false),
                new PoolOptions().setHttp1MaxSize(config.connections()).setMaxWaitQueueSize(config.waiting()));
        this.tokens = tokens;
        this.config = config;
    }

    /**
     * The service's answer, whatever its status; fails with a fault when there is none: refused, lost, late.
     *
     * @param scope whose rows the service may show and change
     */
    public Uni<UpstreamAnswer> send(Upstream service, Scope scope, UpstreamRequest request) {
        return http.request(options(service, scope, request))
                .chain(open -> open.send(Buffer.newInstance(request.body()))
                        .chain(this::read)
                        .onFailure()
                        .invoke(e -> open.reset()))
                .ifNoItem()
                .after(config.timeout())
                .failWith(TimeoutException::new)
                .onFailure()
                .transform(e -> fault(service, request, e))
                .invoke(answer -> checkOurToken(service, answer));
    }

    /**
     * The same, but what comes with a 200 is passed on as it comes and as fast as the caller takes it. That holds a
     * connection for long, so it gets half of them at most.
     */
    Uni<UpstreamAnswer> download(Upstream service, Scope scope, UpstreamRequest request, HttpServerResponse into) {
        if (downloads.incrementAndGet() > Math.max(1, config.connections() / 2)) {
            downloads.decrementAndGet();
            return new Fault.Unavailable("Too many files are being fetched.", 10).toFailure();
        }
        return http.request(options(service, scope, request).setIdleTimeout(LONGEST_PAUSE.toMillis()))
                .chain(open -> open.send()
                        .ifNoItem()
                        .after(config.timeout())
                        .failWith(TimeoutException::new)
                        .chain(response -> response.statusCode() == OK ? passOn(response, into) : read(response))
                        .onFailure()
                        .invoke(e -> open.reset()))
                .onTermination()
                .invoke(downloads::decrementAndGet)
                .onFailure()
                .transform(e -> fault(service, request, e))
                .invoke(answer -> checkOurToken(service, answer));
    }

    /** From here on the caller has had a 200: what goes wrong now, he sees by the end of the connection. */
    private static Uni<UpstreamAnswer> passOn(HttpClientResponse response, HttpServerResponse into) {
        UpstreamAnswer head = new UpstreamAnswer(
                response.statusCode(), response.headers().getDelegate(), io.vertx.core.buffer.Buffer.buffer());
        head.announce(into);
        return UniHelper.toUni(response.getDelegate().pipeTo(into))
                .onFailure()
                .invoke(e -> into.reset())
                .replaceWith(head);
    }

    /** The whole answer; it fails as soon as it is longer than any of ours is. */
    private Uni<UpstreamAnswer> read(HttpClientResponse response) {
        long longest = config.longestAnswer().asLongValue();
        return response.toMulti()
                .collect()
                .in(io.vertx.core.buffer.Buffer::buffer, (all, part) -> {
                    if (all.length() + part.length() > longest) {
                        throw new IllegalStateException("answer over " + longest + " bytes");
                    }
                    all.appendBuffer(part.getDelegate());
                })
                .map(body -> new UpstreamAnswer(
                        response.statusCode(), response.headers().getDelegate(), body));
    }

    private RequestOptions options(Upstream service, Scope scope, UpstreamRequest request) {
        URI base = config.base(service);
        boolean tls = "https".equals(base.getScheme());
        int standard = tls ? 443 : 80;
        MultiMap headers = MultiMap.caseInsensitiveMultiMap()
                .addAll(request.headers())
                .set("Authorization", "Bearer " + tokens.forScope(scope));
        return new RequestOptions()
                .setMethod(request.method())
                .setSsl(tls)
                .setHost(base.getHost())
                .setPort(base.getPort() == -1 ? standard : base.getPort())
                .setURI(request.target())
                .setHeaders(headers)
                .setConnectTimeout(config.connectTimeout().toMillis())
                .setIdleTimeout(config.timeout().toMillis());
    }

    private static Throwable fault(Upstream service, UpstreamRequest request, Throwable e) {
        Log.warnf("cause=upstream service=%s request=\"%s\" failure=%s", service.title(), request, e);
        return switch (e) {
            case TimeoutException late -> new Fault.UpstreamTimeout(service.title()).toException();
            case io.netty.channel.ConnectTimeoutException late ->
                new Fault.UpstreamTimeout(service.title()).toException();
            case ConnectionPoolTooBusyException busy ->
                new Fault.Unavailable("Too many requests wait for " + service.title() + ".", 1).toException();
            default -> new Fault.UpstreamUnavailable(service.title()).toException();
        };
    }

    /** The caller's own token was good: a service that refuses ours has another key, and the caller cannot help it. */
    private static void checkOurToken(Upstream service, UpstreamAnswer answer) {
        if (answer.status() == UNAUTHORIZED) {
            Log.errorf("cause=service-token-refused service=%s hint=\"JWT_PUBLIC_KEY there\"", service.title());
            throw new Fault.UpstreamUnavailable(service.title()).toException();
        }
    }
}
