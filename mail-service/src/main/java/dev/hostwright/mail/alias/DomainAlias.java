package dev.hostwright.mail.alias;

import dev.hostwright.mail.MailDomain;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A domain without addresses of its own, whose mail is another's.
 *
 * @param domain the one that stands for the other
 * @param target the other, of the same tenant
 */
@Schema(requiredProperties = {"domain", "target"})
public record DomainAlias(String domain, String target) {

    /** As it is asked for. */
    @Schema(name = "DomainAliasRequest", requiredProperties = "target")
    public record Request(MailDomain target) {}
}
