package dev.hostwright.mail.mailbox;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import dev.hostwright.mail.Address;
import dev.hostwright.mail.problem.Fault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.Normalizer;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A mailbox password that logs in as it was given: in NFC, 8 to 72 bytes of UTF-8, no control characters.
 *
 * <p>bcrypt reads 72 bytes and stops at a NUL, and Elytron's normalises to NFKC before it hashes where Dovecot compares
 * bytes (CVE-2026-19611): a password on which they would not agree is refused here.
 */
@Schema(
        type = SchemaType.STRING,
        format = "password",
        minLength = 8,
        maxLength = 72,
        examples = "correct horse battery")
public final class Password {

    static final int MIN_BYTES = 8;
    static final int MAX_BYTES = 72;

    private static final int MAX_INPUT = 1000;

    /** Long enough for the length rule, and still the first that somebody tries. */
    private static final Set<String> GUESSED_FIRST = Set.of(
            "password",
            "passwort",
            "password1",
            "password12",
            "password123",
            "password1234",
            "passwordpassword",
            "123456789012",
            "1234567890123",
            "1234567890",
            "12345678",
            "123456789",
            "qwertyuiop",
            "qwertyuiop12",
            "qwertyuiop123",
            "qwertyuiopasdf",
            "iloveyou1234",
            "administrator",
            "letmeinletmein",
            "changemechangeme",
            "changeme1234",
            "welcome12345");

    private final String text;

    private Password(String text) {
        this.text = text;
    }

    /**
     * Reads a password.
     *
     * @throws dev.hostwright.mail.problem.FaultException {@link Fault.Malformed} that says which rule is broken
     */
    static Password parse(String given) {
        if (given.length() > MAX_INPUT) {
            throw refusal("too_long", "A password has 72 bytes of UTF-8 at most.");
        }
        if (given.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE)) {
            throw refusal("bad_unicode", "The password has half a surrogate pair, which is no character.");
        }
        if (given.codePoints().anyMatch(Character::isISOControl)) {
            throw refusal("control_char", "A password has no control characters.");
        }
        String text = Normalizer.normalize(given, Normalizer.Form.NFC);
        if (!Normalizer.isNormalized(text, Normalizer.Form.NFKC)) {
            throw refusal("not_nfkc", "The password has a character that looks like another one; type the plain one.");
        }
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_BYTES) {
            throw refusal("too_long", "A password has 72 bytes of UTF-8 at most.");
        }
        if (bytes < MIN_BYTES) {
            throw refusal("too_short", "A password has 8 bytes of UTF-8 or more.");
        }
        if (isBlank(text.codePointAt(0)) || isBlank(text.codePointBefore(text.length()))) {
            throw refusal("edge_blank", "A password neither begins nor ends with a blank.");
        }
        if (GUESSED_FIRST.contains(text.toLowerCase(Locale.ROOT))) {
            throw refusal("too_common", "This password is one of the first that are guessed.");
        }
        return new Password(text);
    }

    /** The same password if it suits the mailbox, too. */
    Password suiting(Address mailbox, int minBytes) {
        if (text.getBytes(StandardCharsets.UTF_8).length < minBytes) {
            throw new Fault.Malformed(
                            "/password", "too_short", "A password has %d bytes of UTF-8 or more.".formatted(minBytes))
                    .toException();
        }
        String folded = text.toLowerCase(Locale.ROOT);
        if (folded.equals(mailbox.text())
                || folded.equals(mailbox.localPart())
                || folded.equals(mailbox.domain().value())) {
            throw new Fault.Malformed("/password", "too_common", "The password is the address, or a part of it.")
                    .toException();
        }
        return this;
    }

    /** The characters, for the one answer that shows them and for the hash. */
    @JsonValue
    String reveal() {
        return text;
    }

    /** The SHA-256 of its UTF-8 in hexadecimal: enough for a password that was made here, and for no other. */
    public String sha256() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Password password && text.equals(password.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return "***";
    }

    private static boolean isBlank(int character) {
        return Character.isWhitespace(character) || Character.isSpaceChar(character);
    }

    private static RuntimeException refusal(String code, String message) {
        return new Fault.Malformed(code, message).toException();
    }

    /** A password may be left out; but null, or a number, is a mistake that must not look like leaving it out. */
    static final class Given extends StdDeserializer<Optional<Password>> {

        private static final long serialVersionUID = 1L;

        Given() {
            super(Optional.class);
        }

        @Override
        public Optional<Password> deserialize(JsonParser json, DeserializationContext context) throws IOException {
            if (!json.hasToken(JsonToken.VALUE_STRING)) {
                throw required();
            }
            return Optional.of(parse(json.getText()));
        }

        @Override
        public Optional<Password> getNullValue(DeserializationContext context) {
            throw required();
        }

        @Override
        public Object getAbsentValue(DeserializationContext context) {
            return Optional.empty();
        }

        private static RuntimeException required() {
            return refusal("required", "A password is a string; leave the field out and one is made.");
        }
    }
}
