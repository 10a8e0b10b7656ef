package dev.hostwright.mail.mailbox;

import io.quarkus.elytron.security.common.BcryptUtil;

/**
 * What Dovecot checks a password against: its scheme in braces, then the hash.
 *
 * @param value {@code {BLF-CRYPT}$2a$10$…}
 */
public record PasswordHash(String value) {

    private static final String SCHEME = "{BLF-CRYPT}";
    private static final int COST = 10;

    /** Takes tens of milliseconds of a processor: see {@link PasswordHasher}. */
    static PasswordHash of(Password password) {
        return new PasswordHash(SCHEME + BcryptUtil.bcryptHash(password.reveal(), COST));
    }

    /** Takes as long as making one. A hash of another scheme matches nothing. */
    boolean matches(Password password) {
        return value.startsWith(SCHEME) && BcryptUtil.matches(password.reveal(), value.substring(SCHEME.length()));
    }

    @Override
    public String toString() {
        return "***";
    }
}
