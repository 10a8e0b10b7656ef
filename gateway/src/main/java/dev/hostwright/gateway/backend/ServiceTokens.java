package dev.hostwright.gateway.backend;

import dev.hostwright.gateway.tenant.Caller;
import dev.hostwright.gateway.tenant.Scope;
import io.smallrye.jwt.build.Jwt;
import io.smallrye.jwt.build.JwtClaimsBuilder;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Short-lived tokens of the gateway's own, one for each tenant it acts for; a service never sees the caller's token.
 */
@ApplicationScoped
public class ServiceTokens {

    private static final Duration LIFE = Duration.ofMinutes(5);
    private static final Duration REUSE = Duration.ofMinutes(4);
    private static final int MOST_KEPT = 10_000;

    private record Token(String value, Instant made) {}

    private final ConcurrentHashMap<Scope, Token> tokens = new ConcurrentHashMap<>();

    /** A token that lets a service show just these rows: one tenant's, or as an operator all. */
    public String forScope(Scope scope) {
        Instant now = Instant.now();
        Token kept = tokens.get(scope);
        if (kept != null && kept.made.plus(REUSE).isAfter(now)) {
            return kept.value;
        }
        if (tokens.size() >= MOST_KEPT) {
            tokens.clear();
        }
        Token made = new Token(sign(scope), now);
        tokens.put(scope, made);
        return made.value;
    }

    private static String sign(Scope scope) {
        JwtClaimsBuilder claims = Jwt.claims().subject("gateway").expiresIn(LIFE);
        Long tenant = scope.tenant();
        return tenant == null
                ? claims.groups(Caller.OPERATOR).sign()
                : claims.claim("tenant", tenant).groups(Caller.TENANT).sign();
    }
}
