package dev.hostwright.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * What a service answered.
 *
 * @param change the id of the change that was made, where the service says one
 * @param retryAfter when to come again, in seconds, where the service says so
 * @param json the body, an empty object when it is not JSON
 */
public record Answer(
        String question,
        int status,
        Optional<String> location,
        Optional<String> change,
        Optional<String> retryAfter,
        JsonNode json,
        String text) {

    /** This answer, if its status is one of those; else an exception that shows it. */
    public Answer expect(int... statuses) {
        for (int expected : statuses) {
            if (status == expected) {
                return this;
            }
        }
        throw new StackException("%s answered %d: %s".formatted(question, status, text));
    }
}
