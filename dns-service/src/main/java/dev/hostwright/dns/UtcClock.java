package dev.hostwright.dns;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** The clock that serials are dated by: UTC, wherever the service runs. */
final class UtcClock {

    private UtcClock() {}

    @Produces
    @Singleton
    static Clock clock() {
        return Clock.systemUTC();
    }
}
