package dev.hostwright.db.role;

import static com.ongres.scram.common.ScramMechanism.SCRAM_SHA_256;
import static com.ongres.scram.common.StringPreparation.POSTGRESQL_PREPARATION;

import com.ongres.scram.common.ScramFunctions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What PostgreSQL keeps to check a password without knowing it (RFC 5802, RFC 7677), in the form of
 * {@code pg_authid.rolpassword}. To compute one takes about a millisecond of CPU: not on the event loop.
 *
 * @param value {@code SCRAM-SHA-256$4096:<salt>$<stored key>:<server key>}; nothing in it needs quoting
 */
public record ScramVerifier(String value) {

    private static final int ITERATIONS = 4096;
    private static final int SALT_BYTES = 16;
    private static final Pattern FORM =
            Pattern.compile("SCRAM-SHA-256\\$(\\d{1,7}):([A-Za-z0-9+/=]+)\\$([A-Za-z0-9+/]{43}=):([A-Za-z0-9+/]{43}=)");

    public ScramVerifier {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("not a SCRAM-SHA-256 verifier");
        }
    }

    /** A verifier with a new random salt. */
    public static ScramVerifier of(Password password) {
        return of(password, ScramFunctions.salt(SALT_BYTES, new SecureRandom()), ITERATIONS);
    }

    /** Whether this was computed from that password. */
    public boolean matches(Password password) {
        Matcher parts = FORM.matcher(value);
        if (!parts.matches()) {
            return false;
        }
        byte[] salt = Base64.getDecoder().decode(parts.group(2));
        ScramVerifier other = of(password, salt, Integer.parseInt(parts.group(1)));
        return MessageDigest.isEqual(bytes(value), bytes(other.value));
    }

    /**
     * SASLprep (RFC 4013) takes some characters out; PostgreSQL and its drivers disagree on a password of only those.
     */
    static boolean isEmptyOncePrepared(String plain) {
        try {
            return POSTGRESQL_PREPARATION.normalize(plain.toCharArray()).length == 0;
        } catch (IndexOutOfBoundsException e) {
            return true; // how stringprep 2.2 says that nothing is left
        }
    }

    private static ScramVerifier of(Password password, byte[] salt, int iterations) {
        byte[] salted = ScramFunctions.saltedPassword(
                SCRAM_SHA_256, POSTGRESQL_PREPARATION, password.plain().toCharArray(), salt, iterations);
        byte[] storedKey = ScramFunctions.storedKey(SCRAM_SHA_256, ScramFunctions.clientKey(SCRAM_SHA_256, salted));
        byte[] serverKey = ScramFunctions.serverKey(SCRAM_SHA_256, salted);
        Base64.Encoder base64 = Base64.getEncoder();
        return new ScramVerifier("SCRAM-SHA-256$%d:%s$%s:%s"
                .formatted(
                        iterations,
                        base64.encodeToString(salt),
                        base64.encodeToString(storedKey),
                        base64.encodeToString(serverKey)));
    }

    private static byte[] bytes(String ascii) {
        return ascii.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }

    @Override
    public String toString() {
        return "***";
    }
}
