package dev.hostwright.mail.mailbox;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.hostwright.mail.Address;
import dev.hostwright.mail.MailDomain;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The address of a mailbox: lower case, and its local part also a folder name and a login name. */
@Schema(
        type = SchemaType.STRING,
        description = "The address of a mailbox; stored in lower case.",
        maxLength = 255,
        pattern = "^[A-Za-z0-9_][A-Za-z0-9_.-]*@[^\\s@]+$",
        examples = "info@acme.example")
public record MailboxAddress(Address address) {

    @JsonCreator
    static MailboxAddress parse(String text) {
        return new MailboxAddress(Address.parse(text, Address.Grammar.MAILBOX));
    }

    public MailDomain domain() {
        return address.domain();
    }

    String localPart() {
        return address.localPart();
    }

    @JsonValue
    @Override
    public String toString() {
        return address.text();
    }
}
