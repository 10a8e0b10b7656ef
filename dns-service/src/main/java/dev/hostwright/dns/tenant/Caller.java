package dev.hostwright.dns.tenant;

import dev.hostwright.dns.problem.Fault;
import jakarta.enterprise.context.RequestScoped;
import java.util.Optional;
import org.eclipse.microprofile.jwt.JsonWebToken;

/** Who sent the request, from the verified token: an operator, or a tenant. */
@RequestScoped
public class Caller {

    public static final String OPERATOR = "operator";
    public static final String TENANT = "tenant";

    private final JsonWebToken token;

    Caller(JsonWebToken token) {
        this.token = token;
    }

    public boolean isOperator() {
        return token.getGroups().contains(OPERATOR);
    }

    /** The rows this caller may see. */
    public Scope scope() {
        return isOperator() ? Scope.ALL : Scope.of(tenant().orElseThrow(Caller::noTenant));
    }

    /**
     * The tenant that something new belongs to: the token's own, or for an operator the one asked for.
     *
     * @param asked the {@code tenantId} of the request body
     */
    public long owner(Optional<Long> asked) {
        if (asked.isPresent() && asked.get() < 1) {
            throw new Fault.Malformed("/tenantId", "tenant", "A tenant is a number of 1 or more.").toException();
        }
        if (isOperator()) {
            return asked.or(this::tenant).orElseThrow(() -> new Fault.Malformed(
                            "/tenantId", "required", "An operator says for which tenant this is.")
                    .toException());
        }
        long own = tenant().orElseThrow(Caller::noTenant);
        if (asked.isPresent() && asked.get() != own) {
            throw new Fault.Forbidden("This token acts for another tenant than the one asked for.").toException();
        }
        return own;
    }

    private Optional<Long> tenant() {
        Object claim = token.getClaim("tenant");
        if (claim == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Long.parseLong(claim.toString())).filter(tenant -> tenant > 0);
        } catch (NumberFormatException e) {
            throw noTenant();
        }
    }

    private static RuntimeException noTenant() {
        return new Fault.Forbidden("The token has no tenant: it needs a claim 'tenant' with a number of 1 or more.")
                .toException();
    }
}
