package dev.hostwright.gateway.operation;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.hostwright.gateway.problem.Fault;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.Locale;

/** What a customer, an operation or a step is, as everybody sees it. */
@RegisterForReflection
public enum Status {
    @JsonProperty("pending")
    PENDING,
    @JsonProperty("provisioning")
    PROVISIONING,
    @JsonProperty("active")
    ACTIVE,
    @JsonProperty("failed")
    FAILED,
    @JsonProperty("deleting")
    DELETING,
    @JsonProperty("deleted")
    DELETED;

    /** The name in JSON and in the database. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads a query parameter. */
    public static Status fromString(String word) {
        for (Status value : values()) {
            if (value.word().equals(word)) {
                return value;
            }
        }
        throw new Fault.Malformed("parameter", "There is no status '" + word + "'.").toException();
    }
}
