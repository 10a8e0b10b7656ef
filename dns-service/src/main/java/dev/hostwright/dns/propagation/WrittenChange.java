package dev.hostwright.dns.propagation;

import jakarta.enterprise.context.RequestScoped;
import java.util.Optional;
import java.util.UUID;

/** The change that the request has made, for the header of its answer. */
@RequestScoped
public class WrittenChange {

    private Optional<Change.Id> id = Optional.empty();

    public void is(UUID zone, long serial) {
        id = Optional.of(new Change.Id(zone, serial));
    }

    Optional<Change.Id> id() {
        return id;
    }
}
