package dev.hostwright.gateway.classic;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.hostwright.gateway.problem.Problem;
import io.quarkus.runtime.annotations.RegisterForReflection;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A problem as these endpoints show it: with the member that says it is none of the answers hoped for.
 *
 * @param success false
 */
@RegisterForReflection
@Schema(
        name = "ClassicProblem",
        requiredProperties = {"success", "type", "title", "status", "detail"})
record Refusal(boolean success, @JsonUnwrapped Problem problem) {

    Refusal(Problem problem) {
        this(false, problem);
    }
}
