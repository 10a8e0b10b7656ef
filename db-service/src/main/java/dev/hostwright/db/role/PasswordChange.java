package dev.hostwright.db.role;

import java.util.Optional;

/** Another password for a login; one is made when absent. */
public record PasswordChange(Optional<Password> password) {}
