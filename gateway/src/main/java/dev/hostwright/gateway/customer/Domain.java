package dev.hostwright.gateway.customer;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.ibm.icu.text.IDNA;
import dev.hostwright.gateway.problem.Fault;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A host name of two labels or more, in lower case and without the last dot; an internationalized one, which may come
 * as people write it, as A-labels (RFC 1123 section 2.1, RFC 5890). The services say more about what may be a zone or a
 * mail domain.
 */
@Schema(type = SchemaType.STRING, maxLength = 254, examples = "acme.example")
@RegisterForReflection
public record Domain(@JsonValue String name) {

    private static final int LONGEST = 253;
    private static final Pattern LABELS =
            Pattern.compile("(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?");

    public Domain {
        name = ascii(name);
        if (name.endsWith(".")) {
            name = name.substring(0, name.length() - 1);
        }
        if (name.length() > LONGEST || !LABELS.matcher(name).matches()) {
            throw new Fault.Malformed(
                            "domain",
                            "A domain is two labels or more of letters, digits and hyphens, 253 characters at most.")
                    .toException();
        }
    }

    /** Reads JSON. */
    @JsonCreator
    public static Domain fromString(String name) {
        return new Domain(name);
    }

    /** The name in lower case, labels in other scripts as A-labels. */
    private static String ascii(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.chars().allMatch(c -> c < 0x80) || lower.length() > LONGEST ? lower : Idn.ascii(lower);
    }

    /** An address whose domain is as people write it, with the domain as this type has it. */
    static String inAscii(String address) {
        int at = address.lastIndexOf('@');
        return address.chars().skip(at + 1L).allMatch(c -> c < 0x80)
                ? address
                : address.substring(0, at + 1) + ascii(address.substring(at + 1));
    }

    /** Apart, so that the tables of Unicode are loaded for those who need them. */
    private static final class Idn {

        private static final IDNA UTS46 = IDNA.getUTS46Instance(IDNA.NONTRANSITIONAL_TO_ASCII
                | IDNA.NONTRANSITIONAL_TO_UNICODE
                | IDNA.CHECK_BIDI
                | IDNA.CHECK_CONTEXTJ
                | IDNA.CHECK_CONTEXTO);

        /** UTS 46 without its mapping: a name that would become another one than was seen is refused. */
        static String ascii(String lower) {
            String given = Normalizer.normalize(lower, Normalizer.Form.NFC);
            IDNA.Info info = new IDNA.Info();
            String ascii = UTS46.nameToASCII(given, new StringBuilder(), info).toString();
            String shown = UTS46.nameToUnicode(ascii, new StringBuilder(), new IDNA.Info())
                    .toString();
            if (info.hasErrors() || !shown.equals(given)) {
                throw new Fault.Malformed("domain", "This is no internationalized domain name (RFC 5891, UTS 46).")
                        .toException();
            }
            return ascii;
        }
    }

    /** The address is in this domain itself, not in one below. */
    boolean has(String address) {
        return address.endsWith("@" + name);
    }

    @Override
    public String toString() {
        return name;
    }
}
