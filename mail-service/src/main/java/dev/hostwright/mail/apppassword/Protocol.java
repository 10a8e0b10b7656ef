package dev.hostwright.mail.apppassword;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** What an app password opens: reading mail, or sending it. */
public enum Protocol {
    @JsonProperty("imap")
    IMAP,
    @JsonProperty("smtp")
    SMTP;

    /** What Dovecot calls the service; Postfix, which asks it, says {@code smtp} on all its ports. */
    String service() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Protocol of(String service) {
        return valueOf(service.toUpperCase(Locale.ROOT));
    }
}
