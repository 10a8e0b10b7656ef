package dev.hostwright.gateway.passthrough;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import java.net.URI;
import java.time.Duration;

/** Where the services are, and how long and how often at once they are asked. */
@ConfigMapping(prefix = "upstream")
public interface UpstreamConfig {

    /** Base address of db-service: http or https, a host, a port. */
    URI db();

    /** Base address of mail-service. */
    URI mail();

    /** Base address of dns-service. */
    URI dns();

    /** How long a connection may take to be made. */
    Duration connectTimeout();

    /** How long an answer may take, to its last byte. */
    Duration timeout();

    /** Connections to each service. */
    int connections();

    /** Requests that may wait for one of those; one more is refused. */
    int waiting();

    /** Bytes of an answer's body; a longer one is given up. */
    MemorySize longestAnswer();

    default URI base(Upstream service) {
        return switch (service) {
            case DB -> db();
            case MAIL -> mail();
            case DNS -> dns();
        };
    }
}
