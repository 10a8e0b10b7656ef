package dev.hostwright.mail.forwarder;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.hostwright.mail.Address;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * One address that a forwarder passes on to; the local part keeps its case, because only its own server may fold it.
 */
@Schema(
        type = SchemaType.STRING,
        description = "One bare address.",
        maxLength = 255,
        pattern = "^[^\\s@,;<>\"]+@[^\\s@]+$",
        examples = "info@acme.example")
public record Destination(Address address) {

    @JsonCreator
    static Destination parse(String text) {
        return new Destination(Address.parse(text, Address.Grammar.DESTINATION));
    }

    /** As the mail server here compares it, when the domain is hosted here. */
    Destination folded() {
        return new Destination(new Address(address.localPart().toLowerCase(Locale.ROOT), address.domain()));
    }

    boolean isFolded() {
        return folded().equals(this);
    }

    @JsonValue
    @Override
    public String toString() {
        return address.text();
    }
}
