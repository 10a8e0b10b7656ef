package dev.hostwright.mail.apppassword;

import dev.hostwright.mail.problem.Fault;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * An app password as it is asked for; the password itself is always made here.
 *
 * @param protocols both when left out
 * @param expiresAt never when left out
 */
@Schema(name = "AppPasswordRequest", requiredProperties = "name")
public record NewAppPassword(
        Name name,
        @Schema(minItems = 1, uniqueItems = true) Optional<List<Protocol>> protocols,
        Optional<Expiry> expiresAt) {

    public NewAppPassword {
        if (protocols.filter(given -> given.isEmpty() || given.contains(null)).isPresent()) {
            throw new Fault.Malformed("/protocols", "empty", "It opens imap, smtp, or both.").toException();
        }
        protocols = protocols.map(given -> given.stream().distinct().sorted().toList());
    }

    /** In their order. */
    List<Protocol> askedProtocols() {
        return protocols.orElse(List.of(Protocol.values()));
    }
}
