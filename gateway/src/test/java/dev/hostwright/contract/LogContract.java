package dev.hostwright.contract;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/**
 * What a client does wrong is no failure of the service, and fills no log. For a service that runs within the test:
 * what a packaged one logs is not seen here.
 */
public interface LogContract {

    /** A path that takes a JSON body by POST, and by PUT below it. */
    String collection();

    /** Keeps the lines that are an error, or have a stack trace. */
    final class Errors extends Handler {

        private final List<String> lines = new CopyOnWriteArrayList<>();

        @Override
        public void publish(LogRecord line) {
            if (line.getThrown() != null || line.getLevel().intValue() >= Level.SEVERE.intValue()) {
                lines.add(line.getLoggerName() + ": " + line.getMessage() + " " + line.getThrown());
            }
        }

        @Override
        public void flush() {
            // nothing is held back
        }

        @Override
        public void close() {
            // nothing is open
        }
    }

    @Test
    default void aRefusedRequestLeavesNoErrorInTheLog() {
        Errors errors = new Errors();
        Logger.getLogger("").addHandler(errors);
        try {
            String put = Wire.head(
                    "PUT " + collection() + "/" + UUID.randomUUID() + " HTTP/1.1",
                    "Host: localhost",
                    "Authorization: Bearer " + Tokens.tenant(7),
                    "Content-Type: application/json",
                    "Transfer-Encoding: chunked");
            byte[] part = ("2000\r\n" + " ".repeat(0x2000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            String get = "GET " + collection() + " HTTP/1.1";

            List<Integer> statuses = List.of(
                    Wire.send(put, Wire.chunked(" ".repeat(1_100_000))).status(),
                    Wire.send(put, part, 10_000).status(),
                    Wire.send(put, Wire.chunked("{")).status(),
                    Wire.send(Wire.head(get), new byte[0]).status(),
                    Wire.send(Wire.head(get, "Host: %"), new byte[0]).status(),
                    Wire.send(Wire.head("GET ? HTTP/1.1", "Host: localhost"), new byte[0])
                            .status(),
                    given().options("/v1/no-such-path").statusCode(),
                    given().delete(collection()).statusCode(),
                    given().get(collection()).statusCode());

            assertThat(statuses).containsExactly(413, 413, 400, 400, 400, 400, 404, 405, 401);
            assertThat(errors.lines).isEmpty();
        } finally {
            Logger.getLogger("").removeHandler(errors);
        }
    }
}
