package dev.hostwright.dns;

import com.ibm.icu.text.IDNA;
import dev.hostwright.dns.problem.Fault;
import java.text.Normalizer;
import java.util.Locale;

/**
 * Labels in other scripts, by UTS 46 nontransitional processing with stricter rules of our own.
 *
 * <p>UTS 46 maps and deletes characters, so that another name comes out than was seen; here only case is folded, and a
 * label that would change otherwise is refused. Symbols, which IDNA 2008 does not know, are refused too.
 */
final class IdnLabel {

    private static final IDNA UTS46 = IDNA.getUTS46Instance(IDNA.NONTRANSITIONAL_TO_ASCII
            | IDNA.NONTRANSITIONAL_TO_UNICODE
            | IDNA.CHECK_BIDI
            | IDNA.CHECK_CONTEXTJ
            | IDNA.CHECK_CONTEXTO);

    /** What IDNA 2008 takes by context only; UTS 46 looks at the context. */
    private static final String CONTEXTUAL = "\u200c\u200d\u00b7\u0375\u05f3\u05f4\u30fb";

    private static final String ACE_PREFIX = "xn--";

    /**
     * Characters before normalising, which takes quadratic time: 63 octets are no more code points, each of which a
     * keyboard may send as up to four characters.
     */
    private static final int MAX_INPUT = 4 * 63;

    private IdnLabel() {}

    /** The label in lower case and in ASCII; an ASCII label is only folded, but for an A-label, which must be one. */
    static String toAscii(String label) {
        if (label.length() > MAX_INPUT) {
            throw new Fault.Malformed("label_too_long", "A label has 63 octets at most.").toException();
        }
        if (label.chars().allMatch(c -> c < 128)) {
            String folded = label.toLowerCase(Locale.ROOT);
            if (folded.startsWith(ACE_PREFIX)) {
                checkAce(folded);
            }
            return folded;
        }
        String folded = Normalizer.normalize(label.toLowerCase(Locale.ROOT), Normalizer.Form.NFC);
        if (!folded.codePoints().allMatch(IdnLabel::isOfLanguage)) {
            throw invalid(label);
        }
        IDNA.Info info = new IDNA.Info();
        String ascii = UTS46.labelToASCII(folded, new StringBuilder(), info).toString();
        if (info.hasErrors() || !toUnicode(ascii).equals(folded)) {
            throw invalid(label);
        }
        return ascii;
    }

    /** The label as people write it, or as it is when it is no A-label. */
    static String toUnicode(String ascii) {
        IDNA.Info info = new IDNA.Info();
        String text = UTS46.labelToUnicode(ascii, new StringBuilder(), info).toString();
        return info.hasErrors() ? ascii : text;
    }

    private static void checkAce(String ace) {
        String text = toUnicode(ace);
        if (text.equals(ace) || !text.codePoints().allMatch(IdnLabel::isOfLanguage)) {
            throw invalid(ace);
        }
        IDNA.Info info = new IDNA.Info();
        String again = UTS46.labelToASCII(text, new StringBuilder(), info).toString();
        if (info.hasErrors() || !again.equals(ace)) {
            throw invalid(ace);
        }
    }

    private static boolean isOfLanguage(int c) {
        return c == '-'
                || c == '_'
                || CONTEXTUAL.indexOf(c) >= 0
                || switch (Character.getType(c)) {
                    case Character.LOWERCASE_LETTER,
                            Character.OTHER_LETTER,
                            Character.MODIFIER_LETTER,
                            Character.NON_SPACING_MARK,
                            Character.COMBINING_SPACING_MARK,
                            Character.DECIMAL_DIGIT_NUMBER -> true;
                    default -> false;
                };
    }

    private static RuntimeException invalid(String label) {
        return new Fault.Malformed("idn", "'%s' is no label of an internationalised name.".formatted(label))
                .toException();
    }
}
