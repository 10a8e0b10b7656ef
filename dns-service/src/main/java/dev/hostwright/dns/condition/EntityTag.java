package dev.hostwright.dns.condition;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What a thing was when it was read: another tag, another state (RFC 9110 section 8.8.3). Always a strong one.
 *
 * @param value what is between the quotes
 */
public record EntityTag(String value) {

    private static final int OCTETS = 16;

    /** The tag of a state that is written out as text. */
    public static EntityTag ofText(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return new EntityTag(HexFormat.of().formatHex(hash, 0, OCTETS));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As the header {@code ETag} has it. */
    @Override
    public String toString() {
        return '"' + value + '"';
    }
}
