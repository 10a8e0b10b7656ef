package dev.hostwright.gateway.operation;

import dev.hostwright.gateway.problem.Fault;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a client marks a request with, so that sending it again does nothing new: 1 to 128 visible ASCII characters,
 * bare or as a structured-field string in quotes (RFC 9651 section 3.3.3).
 *
 * @param value without the quotes
 */
public record IdempotencyKey(String value) {

    private static final Pattern FORM = Pattern.compile("[\\x21-\\x7e]{1,128}");

    /** Reads the header {@code Idempotency-Key}. */
    public static IdempotencyKey from(Optional<String> header) {
        String text = header.map(String::strip)
                .filter(value -> !value.isEmpty())
                .orElseThrow(() -> malformed("required", "The header Idempotency-Key is required."));
        if (text.startsWith("\"")) {
            if (text.length() < 2 || !text.endsWith("\"")) {
                throw malformed("idempotency_key", "The Idempotency-Key has no closing quote.");
            }
            text = text.substring(1, text.length() - 1).replaceAll("\\\\([\"\\\\])", "$1");
        }
        if (!FORM.matcher(text).matches()) {
            throw malformed("idempotency_key", "An Idempotency-Key is 1 to 128 visible ASCII characters.");
        }
        return new IdempotencyKey(text);
    }

    private static RuntimeException malformed(String code, String message) {
        return new Fault.Malformed(code, message).toException();
    }
}
