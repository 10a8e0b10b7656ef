package dev.hostwright.gateway.passthrough;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hostwright.gateway.backend.ServiceTokens;
import dev.hostwright.gateway.problem.Fault;
import dev.hostwright.gateway.problem.FaultException;
import dev.hostwright.gateway.tenant.Scope;
import io.quarkus.runtime.configuration.MemorySize;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.core.http.HttpServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UpstreamClientTest {

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        vertx.closeAndAwait();
    }

    @Test
    void nobodyListeningIsUnavailable() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }

        assertThatThrownBy(() -> ask(client("http://127.0.0.1:" + free, 4), 1))
                .isInstanceOfSatisfying(FaultException.class, e -> assertThat(e.fault())
                        .isEqualTo(new Fault.UpstreamUnavailable("db-service")));
    }

    @Test
    void aHostWithoutAnAddressIsUnavailable() {
        assertThatThrownBy(() -> ask(client("http://no-such-host.invalid", 4), 1))
                .isInstanceOfSatisfying(FaultException.class, e -> assertThat(e.fault())
                        .isEqualTo(new Fault.UpstreamUnavailable("db-service")));
    }

    @Test
    void aServerThatNeverAnswersIsLate() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> ask(client("http://127.0.0.1:" + silent.getLocalPort(), 4), 1))
                    .isInstanceOfSatisfying(FaultException.class, e -> assertThat(e.fault())
                            .isEqualTo(new Fault.UpstreamTimeout("db-service")));
        }
    }

    @Test
    void moreThanMayWaitAreToldToComeAgain() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            UpstreamClient client = client("http://127.0.0.1:" + silent.getLocalPort(), 1);

            List<Fault> faults = askAtOnce(client, 5);

            assertThat(faults)
                    .hasAtLeastOneElementOfType(Fault.UpstreamTimeout.class)
                    .hasAtLeastOneElementOfType(Fault.Unavailable.class);
        }
    }

    @Test
    void anAnswerIsReadToItsLastByte() {
        UpstreamAnswer answer = ask(client(answering("x".repeat(1000)), 4), 1);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().length()).isEqualTo(1000);
    }

    @Test
    void anAnswerThatIsTooLongIsGivenUp() {
        assertThatThrownBy(() -> ask(client(answering("x".repeat(1001)), 4), 1))
                .isInstanceOfSatisfying(FaultException.class, e -> assertThat(e.fault())
                        .isEqualTo(new Fault.UpstreamUnavailable("db-service")));
    }

    private String answering(String body) {
        HttpServer server = vertx.createHttpServer()
                .requestHandler(request -> request.response().endAndForget(body))
                .listenAndAwait(0, "127.0.0.1");
        return "http://127.0.0.1:" + server.actualPort();
    }

    private static UpstreamAnswer ask(UpstreamClient client, long tenant) {
        return client.send(Upstream.DB, Scope.of(tenant), UpstreamRequest.post("/v1/databases", Buffer.buffer("{}")))
                .await()
                .atMost(Duration.ofSeconds(20));
    }

    private static List<Fault> askAtOnce(UpstreamClient client, int times) {
        List<CompletableFuture<UpstreamAnswer>> asked = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            asked.add(client.send(Upstream.DB, Scope.of(1), UpstreamRequest.post("/v1/databases", Buffer.buffer("{}")))
                    .subscribeAsCompletionStage());
        }
        return asked.stream().map(UpstreamClientTest::fault).toList();
    }

    private static Fault fault(CompletableFuture<UpstreamAnswer> asked) {
        try {
            throw new AssertionError("answered: " + asked.join());
        } catch (CompletionException e) {
            if (e.getCause() instanceof FaultException refused) {
                return refused.fault();
            }
            throw e;
        }
    }

    private UpstreamClient client(String base, int waiting) {
        return new UpstreamClient(vertx, new FixedTokens(), new UpstreamConfig() {
            @Override
            public URI db() {
                return URI.create(base);
            }

            @Override
            public URI mail() {
                return db();
            }

            @Override
            public URI dns() {
                return db();
            }

            @Override
            public Duration connectTimeout() {
                return Duration.ofSeconds(1);
            }

            @Override
            public Duration timeout() {
                return Duration.ofSeconds(1);
            }

            @Override
            public int connections() {
                return 1;
            }

            @Override
            public int waiting() {
                return waiting;
            }

            @Override
            public MemorySize longestAnswer() {
                return new MemorySize(BigInteger.valueOf(1000));
            }
        });
    }

    private static final class FixedTokens extends ServiceTokens {
        @Override
        public String forScope(Scope scope) {
            return "t";
        }
    }
}
