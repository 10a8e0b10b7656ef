package dev.hostwright.db.role;

import com.fasterxml.jackson.annotation.JsonCreator;
import dev.hostwright.db.name.Identifier;
import dev.hostwright.db.problem.Fault;
import java.security.SecureRandom;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The password of a login, as a person or a program types it: 12 to 128 characters (code points), no control
 * characters. It is never stored, logged or sent to PostgreSQL; see {@link ScramVerifier}.
 */
@Schema(type = SchemaType.STRING, minLength = 12, maxLength = 128, example = "correct horse battery")
public record Password(String plain) {

    private static final int MIN = 12;
    private static final int MAX = 128;
    private static final int GENERATED = 32;
    private static final String BASE62 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public Password {
        int length = plain.codePointCount(0, plain.length());
        if (length < MIN) {
            throw malformed("password_too_short", "A password has 12 characters or more.");
        }
        if (length > MAX) {
            throw malformed("password_too_long", "A password has 128 characters at most.");
        }
        if (plain.codePoints().anyMatch(Character::isISOControl)) {
            throw malformed("control_character", "A password has no control characters.");
        }
        // codePoints() gives a half of a surrogate pair as it is; no UTF-8 can carry it.
        if (plain.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
            throw malformed("unpaired_surrogate", "The password is not well-formed Unicode.");
        }
        if (ScramVerifier.isEmptyOncePrepared(plain)) {
            throw malformed("nothing_to_type", "The password has no visible characters.");
        }
    }

    /** A new random password: 32 letters and digits, 190 bits. */
    public static Password generate() {
        SecureRandom random = new SecureRandom();
        StringBuilder password = new StringBuilder(GENERATED);
        for (int i = 0; i < GENERATED; i++) {
            password.append(BASE62.charAt(random.nextInt(BASE62.length())));
        }
        return new Password(password.toString());
    }

    /** Refuses a password that is the name of what it protects. */
    public void mustNotBe(Identifier name) {
        if (plain.equals(name.value())) {
            throw new Fault.Malformed("/password", "equals_name", "The password is a name.").toException();
        }
    }

    private static RuntimeException malformed(String code, String message) {
        return new Fault.Malformed(code, message).toException();
    }

    @Override
    public String toString() {
        return "***";
    }
}
