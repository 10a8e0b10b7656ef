package dev.hostwright.mail.dkim;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;

/**
 * A key pair that no domain has yet.
 *
 * @param publicKey base64, for the tag {@code p=}
 * @param privateKey PKCS #8 in PEM; it is written to the database, and never read again here
 */
record FreshKey(Algorithm algorithm, String publicKey, String privateKey) {

    private static final int LINE = 64;
    private static final int FINGERPRINT_OCTETS = 3;

    static String pem(byte[] pkcs8) {
        return "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(LINE, "\n".getBytes(StandardCharsets.US_ASCII))
                        .encodeToString(pkcs8)
                + "\n-----END PRIVATE KEY-----\n";
    }

    /** Six hexadecimal digits that another key does not have. */
    String fingerprint() {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(publicKey.getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(hash, 0, FINGERPRINT_OCTETS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return algorithm.word() + " ***";
    }
}
