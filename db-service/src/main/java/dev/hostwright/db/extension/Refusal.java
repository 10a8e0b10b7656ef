package dev.hostwright.db.extension;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.hostwright.db.problem.Fault;
import java.util.Locale;

/** Why an extension cannot be had. */
public enum Refusal {
    NOT_ALLOWED("The operator does not allow the extension %s."),
    NOT_AVAILABLE("This PostgreSQL server does not have the extension %s."),
    NOT_TRUSTED("The extension %s gives more than its database, so only a superuser may install it.");

    private final String message;

    Refusal(String message) {
        this.message = message;
    }

    @JsonValue
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    RuntimeException of(ExtensionName name) {
        return new Fault.Invalid("", code(), message.formatted(name)).toException();
    }
}
