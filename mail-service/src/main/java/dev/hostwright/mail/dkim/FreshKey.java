package dev.hostwright.mail.dkim;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * A key pair that no domain has yet.
 *
 * @param publicKey base64, for the tag {@code p=}
 * @param privateKey PKCS #8 in PEM; it is written to the database, and never read again here
 */
record FreshKey(Algorithm algorithm, String publicKey, String privateKey) {

    private static final int LINE = 64;

    static String pem(byte[] pkcs8) {
        return "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(LINE, "\n".getBytes(StandardCharsets.US_ASCII))
                        .encodeToString(pkcs8)
                + "\n-----END PRIVATE KEY-----\n";
    }

    @Override
    public String toString() {
        return algorithm.word() + " ***";
    }
}
