package dev.hostwright.mail.dkim;

import com.fasterxml.jackson.annotation.JsonValue;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** How a message is signed: by RSA, which everybody verifies, and by Ed25519, whose keys are short. */
@Schema(
        name = "DkimAlgorithm",
        type = SchemaType.STRING,
        enumeration = {"rsa-sha256", "ed25519-sha256"})
public enum Algorithm {
    /** With a key of 2048 bits: the longest whose record fits a UDP answer everywhere (RFC 8301 section 3.2). */
    RSA("rsa-sha256", "rsa", "RSA", 2048, 'r'),
    ED25519("ed25519-sha256", "ed25519", "Ed25519", 255, 'e');

    /** In the encoding of an Ed25519 key, before its 32 octets, is what says so (RFC 8410 section 4). */
    private static final int ED25519_OCTETS = 32;

    private final String word;
    private final String keyType;
    private final String generator;
    private final int bits;
    private final char letter;

    Algorithm(String word, String keyType, String generator, int bits, char letter) {
        this.word = word;
        this.keyType = keyType;
        this.generator = generator;
        this.bits = bits;
        this.letter = letter;
    }

    static final List<Algorithm> ALL = List.of(values());

    static Algorithm of(String word) {
        return Arrays.stream(values())
                .filter(one -> one.word.equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(word));
    }

    /** The name in JSON, in the database, and in the tag {@code a=} of a signature. */
    @JsonValue
    public String word() {
        return word;
    }

    /** The tag {@code k=} of the record. */
    String keyType() {
        return keyType;
    }

    /** What the selector of such a key ends in. */
    char letter() {
        return letter;
    }

    /** Takes an RSA key some 80 ms of a processor, and seldom many times that. */
    FreshKey make() {
        try {
            KeyPairGenerator keys = KeyPairGenerator.getInstance(generator);
            keys.initialize(bits);
            KeyPair pair = keys.generateKeyPair();
            return new FreshKey(
                    this,
                    published(pair.getPublic().getEncoded()),
                    FreshKey.pem(pair.getPrivate().getEncoded()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** RSA is published with what says that it is RSA, Ed25519 without (RFC 6376 section 3.6.1, RFC 8463 section 4). */
    private String published(byte[] encoded) {
        byte[] key =
                this == RSA ? encoded : Arrays.copyOfRange(encoded, encoded.length - ED25519_OCTETS, encoded.length);
        return Base64.getEncoder().encodeToString(key);
    }
}
