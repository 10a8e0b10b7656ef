package dev.hostwright.gateway.classic;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.hostwright.gateway.problem.Problem;
import io.quarkus.runtime.annotations.RegisterForReflection;

/**
 * A problem as these endpoints show it: with the member that says it is none of the answers hoped for.
 *
 * @param success false
 */
@RegisterForReflection
record Refusal(boolean success, @JsonUnwrapped Problem problem) {

    Refusal(Problem problem) {
        this(false, problem);
    }
}
