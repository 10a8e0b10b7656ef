package dev.hostwright.mail.mailbox;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A mailbox as it is asked for.
 *
 * @param password made here when left out
 * @param quotaMb the default when left out
 * @param enabled true when left out
 */
@Schema(requiredProperties = "email")
public record NewMailbox(
        MailboxAddress email,
        @JsonDeserialize(using = Password.Given.class) Optional<Password> password,
        @JsonDeserialize(using = Quota.Given.class) Optional<Quota> quotaMb,
        Optional<Boolean> enabled) {}
