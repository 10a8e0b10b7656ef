package dev.hostwright.gateway.operation;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.Map;
import java.util.Optional;

/**
 * Passwords of one operation, by where they belong in its request ({@code /mail/mailboxes/0/password}).
 *
 * @param given by the client
 * @param made here, because the client gave none
 */
@RegisterForReflection
public record Secrets(Map<String, String> given, Map<String, String> made) {

    public static final Secrets NONE = new Secrets(Map.of(), Map.of());

    public Secrets {
        given = Map.copyOf(given);
        made = Map.copyOf(made);
    }

    public Optional<String> at(String pointer) {
        return Optional.ofNullable(given.get(pointer)).or(() -> Optional.ofNullable(made.get(pointer)));
    }

    @Override
    public String toString() {
        return "***";
    }
}
