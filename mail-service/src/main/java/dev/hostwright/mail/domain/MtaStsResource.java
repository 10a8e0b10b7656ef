package dev.hostwright.mail.domain;

import dev.hostwright.mail.MailDomain;
import dev.hostwright.mail.problem.Fault;
import dev.hostwright.mail.problem.FaultException;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestHeader;
import org.jspecify.annotations.Nullable;

/**
 * The policy of the domain that the request names, for a web server of the operator's to hand on, as anybody may read
 * it.
 */
@Path("/.well-known/mta-sts.txt")
@PermitAll
public class MtaStsResource {

    private static final String LABEL = "mta-sts.";

    private final Domains domains;

    MtaStsResource(Domains domains) {
        this.domains = domains;
    }

    @GET
    @Produces(MediaType.TEXT_PLAIN)
    @Operation(hidden = true)
    public Uni<String> get(@RestHeader("Host") @Nullable String host) {
        return domains.policy(domain(host == null ? "" : host.toLowerCase(Locale.ROOT)))
                .map(MtaStsPolicy::text);
    }

    private static MailDomain domain(String host) {
        if (!host.startsWith(LABEL)) {
            throw notFound();
        }
        try {
            return MailDomain.parse(host.substring(LABEL.length()).replaceFirst(":\\d+$", ""));
        } catch (FaultException e) {
            throw notFound();
        }
    }

    private static RuntimeException notFound() {
        return new Fault.NotFound("mail domain").toException();
    }
}
