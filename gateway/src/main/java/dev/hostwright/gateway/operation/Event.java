package dev.hostwright.gateway.operation;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * One line of the provisioning log.
 *
 * @param seq 1 and up within its operation, without a gap
 * @param code a word for machines that never changes
 * @param message for people; never a secret
 */
@Schema(requiredProperties = {"seq", "at", "level", "code", "message"})
@RegisterForReflection
public record Event(long seq, Instant at, Level level, Optional<Part> step, String code, String message) {

    /** How much attention a line wants. */
    @RegisterForReflection
    public enum Level {
        @JsonProperty("info")
        INFO,
        @JsonProperty("warn")
        WARN,
        @JsonProperty("error")
        ERROR;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A line that has no number yet. */
    public record Line(Level level, Optional<Part> step, String code, String message) {

        /** A line about the whole operation. */
        public static Line info(String code, String message) {
            return new Line(Level.INFO, Optional.empty(), code, message);
        }

        static Line of(Level level, Part step, String code, String message) {
            return new Line(level, Optional.of(step), code, message);
        }
    }
}
