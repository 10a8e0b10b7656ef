package dev.hostwright.gateway.operation;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.hostwright.gateway.problem.Fault;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.Locale;

/** What an operation does to its customer. */
@RegisterForReflection
public enum Kind {
    @JsonProperty("provision")
    PROVISION,
    @JsonProperty("update")
    UPDATE,
    @JsonProperty("deprovision")
    DEPROVISION,
    @JsonProperty("suspend")
    SUSPEND,
    @JsonProperty("resume")
    RESUME;

    /** Nothing can be undone on the way: it is carried on until all is gone. */
    public boolean isRemoval() {
        return this == DEPROVISION;
    }

    /** The name in JSON and in the database. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads a query parameter. */
    public static Kind fromString(String word) {
        for (Kind value : values()) {
            if (value.word().equals(word)) {
                return value;
            }
        }
        throw new Fault.Malformed("parameter", "There is no kind '" + word + "'.").toException();
    }
}
