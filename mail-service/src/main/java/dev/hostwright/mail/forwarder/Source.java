package dev.hostwright.mail.forwarder;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.hostwright.mail.Address;
import dev.hostwright.mail.MailDomain;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The address that a forwarder receives for, in lower case. */
@Schema(
        type = SchemaType.STRING,
        description = "The address that is passed on; stored in lower case.",
        maxLength = 255,
        pattern = "^[A-Za-z0-9_][A-Za-z0-9_.'&=-]*@[^\\s@]+$",
        examples = "sales@acme.example")
public record Source(Address address) {

    @JsonCreator
    static Source parse(String text) {
        return new Source(Address.parse(text, Address.Grammar.SOURCE));
    }

    public MailDomain domain() {
        return address.domain();
    }

    @JsonValue
    @Override
    public String toString() {
        return address.text();
    }
}
