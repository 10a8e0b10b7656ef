package dev.hostwright.gateway.operation;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.hostwright.gateway.problem.Fault;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.Locale;

/** How far an operation is on its way to the end. */
@RegisterForReflection
public enum Phase {
    @JsonProperty("queued")
    QUEUED,
    @JsonProperty("running")
    RUNNING,
    @JsonProperty("rolling_back")
    ROLLING_BACK,
    @JsonProperty("done")
    DONE;

    /** The name in JSON and in the database. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads a query parameter. */
    public static Phase fromString(String word) {
        for (Phase value : values()) {
            if (value.word().equals(word)) {
                return value;
            }
        }
        throw new Fault.Malformed("parameter", "There is no phase '" + word + "'.").toException();
    }
}
