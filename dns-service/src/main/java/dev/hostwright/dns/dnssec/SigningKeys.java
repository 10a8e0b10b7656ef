package dev.hostwright.dns.dnssec;

import io.quarkus.runtime.Startup;
import jakarta.inject.Singleton;

/** Where keys are made. */
@Startup
@Singleton
public class SigningKeys {

    /** The first one loads what makes them, which takes too long for an event loop. */
    SigningKeys() {
        SigningKey.generate();
    }

    public SigningKey next() {
        return SigningKey.generate();
    }
}
