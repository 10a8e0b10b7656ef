package dev.hostwright.mail;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.google.common.net.InternetDomainName;
import com.ibm.icu.text.IDNA;
import com.ibm.icu.text.Normalizer2;
import dev.hostwright.mail.problem.Fault;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The host name after the {@code @}: two A-labels or more, lower case, without a final dot (RFC 5321 section 4.1.2, RFC
 * 5890 section 2.3.2.1).
 *
 * <p>U-labels are taken and converted (UTS 46, nontransitional), but only when nothing but upper case and the Unicode
 * normal form is lost by it: a name that would silently become another is refused.
 *
 * @param value for example {@code xn--bcher-kva.example}
 */
@Schema(
        type = SchemaType.STRING,
        description = "A domain name of two labels or more; U-labels are stored as A-labels.",
        maxLength = 253,
        pattern = "^[^\\s@.]+(\\.[^\\s@.]+)+$",
        examples = "acme.example")
public record MailDomain(@JsonValue String value) {

    static final int MAX_LENGTH = 253;

    /** More characters than any name of 253 octets has, so that nobody makes the conversion work hard. */
    private static final int MAX_INPUT = 1000;

    private static final int ZERO_WIDTH_NON_JOINER = 0x200C;
    private static final int ZERO_WIDTH_JOINER = 0x200D;
    private static final String ACE_PREFIX = "xn--";
    private static final String LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
    private static final Pattern NAME = Pattern.compile(LABEL + "(?:\\." + LABEL + ")+");
    private static final Pattern DIGITS = Pattern.compile("[0-9]+");
    private static final IDNA UTS46 = IDNA.getUTS46Instance(
            IDNA.USE_STD3_RULES | IDNA.CHECK_BIDI | IDNA.CHECK_CONTEXTJ | IDNA.NONTRANSITIONAL_TO_ASCII);

    public MailDomain {
        if (value.length() > MAX_LENGTH || !NAME.matcher(value).matches()) {
            throw new IllegalArgumentException("not a host name in A-labels: " + value);
        }
    }

    /**
     * Reads what a person wrote.
     *
     * @throws dev.hostwright.mail.problem.FaultException {@link Fault.Malformed} that says which rule is broken
     */
    @JsonCreator
    public static MailDomain parse(String text) {
        refuseInvisible(text);
        if (text.length() > MAX_INPUT) {
            throw refusal("domain_too_long", "A domain has 253 octets at most.");
        }
        if (text.startsWith("[")) {
            throw refusal("domain_literal", "A domain is a name, not an address in brackets.");
        }
        refuseCharacters(text);
        if (text.isEmpty() || text.startsWith(".") || text.endsWith(".") || text.contains("..")) {
            throw refusal("domain_dot", "The labels of a domain are not empty, and it has no final dot.");
        }
        String ascii = toAscii(text);
        if (ascii.indexOf('.') < 0) {
            throw refusal("domain_not_fqdn", "A domain has two labels or more.");
        }
        if (ascii.length() > MAX_LENGTH) {
            throw refusal("domain_too_long", "A domain has 253 octets at most.");
        }
        if (DIGITS.matcher(ascii.substring(ascii.lastIndexOf('.') + 1)).matches()) {
            throw refusal("domain_not_fqdn", "The last label of a domain is not a number.");
        }
        if (!NAME.matcher(ascii).matches()) {
            throw refusal("domain_char", "A label has letters, digits, and hyphens between them.");
        }
        return new MailDomain(ascii);
    }

    /**
     * The part of the name that somebody registers: one label more than its public suffix. Where no rule of the public
     * suffix list matches, the last label is the suffix.
     *
     * @throws dev.hostwright.mail.problem.FaultException {@link Fault.Malformed} when the name is itself a public
     *     suffix
     */
    public MailDomain registrable() {
        String[] labels = value.split("\\.");
        int suffix = suffixLabels(toUnicode(value));
        if (suffix >= labels.length) {
            throw refusal("public_suffix", "Nobody owns a public suffix: names are registered below it.");
        }
        return new MailDomain(String.join(".", List.of(labels).subList(labels.length - suffix - 1, labels.length)));
    }

    /** The number of labels of the public suffix; the list has U-labels, and converting keeps their number. */
    private static int suffixLabels(String name) {
        InternetDomainName suffix =
                InternetDomainName.isValid(name) ? InternetDomainName.from(name).publicSuffix() : null;
        return suffix == null ? 1 : suffix.parts().size();
    }

    /** Whether the last label is one of these. */
    boolean endsIn(Set<String> topLevel) {
        return topLevel.contains(value.substring(value.lastIndexOf('.') + 1));
    }

    @Override
    public String toString() {
        return value;
    }

    /** Invisible characters are refused; but the joiners mean something in some scripts, which UTS 46 knows. */
    static void refuseInvisible(String text) {
        if (text.codePoints()
                .anyMatch(c -> c != ZERO_WIDTH_JOINER && c != ZERO_WIDTH_NON_JOINER && Address.isControl(c))) {
            throw refusal("control_char", "A domain has no control or invisible characters.");
        }
    }

    private static void refuseCharacters(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Address.SPECIALS.indexOf(c) >= 0) {
                throw refusal("syntax", "This is one bare domain, without blanks, names or brackets.");
            }
            if (c < 0x80 && c != '.' && c != '-' && !Character.isLetterOrDigit(c)) {
                throw refusal("domain_char", "A label has letters, digits, and hyphens between them.");
            }
        }
    }

    private static String toAscii(String text) {
        IDNA.Info info = new IDNA.Info();
        String ascii = UTS46.nameToASCII(text, new StringBuilder(), info).toString();
        if (info.hasErrors()) {
            throw explain(info.getErrors());
        }
        String[] given = text.split("\\.", -1);
        String[] asciiLabels = ascii.split("\\.", -1);
        String[] shown = toUnicode(ascii).split("\\.", -1);
        for (int i = 0; i < given.length; i++) {
            String folded = fold(given[i]);
            boolean kept = given.length == asciiLabels.length
                    && folded.equals(folded.startsWith(ACE_PREFIX) ? asciiLabels[i] : shown[i]);
            if (!kept) {
                throw refusal("idna_mapped", "The domain would become another one (%s): send that.".formatted(ascii));
            }
        }
        return ascii;
    }

    private static String toUnicode(String ascii) {
        return ascii.contains(ACE_PREFIX)
                ? UTS46.nameToUnicode(ascii, new StringBuilder(), new IDNA.Info())
                        .toString()
                : ascii;
    }

    /** Lower case and NFC, the only two things that may be lost. */
    private static String fold(String label) {
        StringBuilder lower = new StringBuilder(label.length());
        label.codePoints().map(Character::toLowerCase).forEach(lower::appendCodePoint);
        return Normalizer2.getNFCInstance().normalize(lower.toString()).toString();
    }

    private static RuntimeException explain(Set<IDNA.Error> errors) {
        if (errors.contains(IDNA.Error.LEADING_HYPHEN) || errors.contains(IDNA.Error.TRAILING_HYPHEN)) {
            return refusal("domain_hyphen", "A label neither begins nor ends with a hyphen.");
        }
        EnumSet<IDNA.Error> lengths = EnumSet.of(IDNA.Error.LABEL_TOO_LONG, IDNA.Error.DOMAIN_NAME_TOO_LONG);
        if (lengths.containsAll(errors)) {
            return errors.contains(IDNA.Error.LABEL_TOO_LONG)
                    ? refusal("label_too_long", "A label has 63 octets at most.")
                    : refusal("domain_too_long", "A domain has 253 octets at most.");
        }
        if (errors.contains(IDNA.Error.EMPTY_LABEL)) {
            return refusal("domain_dot", "The labels of a domain are not empty, and it has no final dot.");
        }
        return refusal("idna_invalid", "This is not a valid internationalised domain name (RFC 5891, UTS 46).");
    }

    private static RuntimeException refusal(String code, String message) {
        return new Fault.Malformed(code, message).toException();
    }
}
