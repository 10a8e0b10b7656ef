package dev.hostwright.mail.apppassword;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.hostwright.mail.Address;
import dev.hostwright.mail.problem.Fault;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What its owner knows an app password by: 1 to 100 characters, none of them invisible, no blank at an edge. */
@Schema(
        name = "AppPasswordName",
        type = SchemaType.STRING,
        description = "What its owner knows it by.",
        minLength = 1,
        maxLength = 100,
        examples = "phone")
public record Name(@JsonValue String value) {

    private static final int MAX_LENGTH = 100;

    @JsonCreator
    public Name {
        if (value.isEmpty() || value.codePointCount(0, value.length()) > MAX_LENGTH) {
            throw refusal("length", "A name has 1 to 100 characters.");
        }
        if (value.codePoints().anyMatch(Address::isControl)) {
            throw refusal("control_char", "A name has no control or invisible characters.");
        }
        if (!value.strip().equals(value)) {
            throw refusal("edge_blank", "A name neither begins nor ends with a blank.");
        }
    }

    private static RuntimeException refusal(String code, String message) {
        return new Fault.Malformed(code, message).toException();
    }
}
