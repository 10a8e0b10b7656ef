package dev.hostwright.mail.domain;

import dev.hostwright.mail.MailConfig;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/**
 * Which host others shall find a certificate of before they send (RFC 8461 section 3.2).
 *
 * @param mx the host that receives
 */
record MtaStsPolicy(MailConfig.MtaSts.Mode mode, String mx) {

    /** A week, in seconds; a server that has seen a policy keeps to it for so long. */
    private static final int MAX_AGE = 604_800;

    private static final int ID_OCTETS = 10;

    String text() {
        return "version: STSv1\r\nmode: %s\r\nmx: %s\r\nmax_age: %d\r\n"
                .formatted(mode.name().toLowerCase(Locale.ROOT), mx, MAX_AGE);
    }

    /** Another for another policy: it says whether what somebody has seen is still so. */
    String id() {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text().getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(hash, 0, ID_OCTETS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
