package dev.hostwright.mail;

import dev.hostwright.mail.problem.Fault;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One bare e-mail address: a local part of 64 octets at most, and a domain.
 *
 * <p>What is taken is what the API, Postfix, Dovecot and a file system all take: anything else would be accepted and
 * then bounced. Which characters a local part may have depends on what the address is for, see {@link Grammar}.
 */
public record Address(String localPart, MailDomain domain) {

    /** The characters that RFC 5322 gives a meaning of their own outside a local part, and the blank. */
    static final String SPECIALS = " ()<>[]:;,\\\"@";

    private static final int MAX_LOCAL_PART = 64;

    /** A domain of 253 octets leaves room for one character before the {@code @}. */
    private static final int MAX_LENGTH = 255;

    private static final Set<String> NEVER_REACHED = Set.of("invalid", "localhost", "local", "onion");

    /** What an address is for. */
    public enum Grammar {
        /** Also a folder name and a login name, which Dovecot takes without being set up for more. */
        MAILBOX("[a-z0-9_][a-z0-9_.-]*", true),
        /** Looked up, but no login and no folder. */
        SOURCE("[a-z0-9_][a-z0-9_.'&=-]*", true),
        /** Sent to, anywhere; {@code %}, {@code !} and {@code |} are left out because mail servers rewrite them. */
        DESTINATION("[A-Za-z0-9.#$&'*+=?^_{}~][A-Za-z0-9.#$&'*+/=?^_{}~-]*", false);

        private final Pattern localPart;
        private final boolean folded;

        Grammar(String localPart, boolean folded) {
            this.localPart = Pattern.compile(localPart);
            this.folded = folded;
        }
    }

    /**
     * Reads one address; nothing is trimmed or repaired.
     *
     * @throws dev.hostwright.mail.problem.FaultException {@link Fault.Malformed} that says which rule is broken
     */
    public static Address parse(String text, Grammar grammar) {
        int at = text.lastIndexOf('@');
        text.substring(0, Math.max(at, 0)).codePoints().forEach(Address::refuseControl);
        if (at < 0) {
            text.codePoints().forEach(Address::refuseControl);
        }
        if (text.startsWith("\"")) {
            throw refusal("quoted", "A quoted local part is not supported.");
        }
        if (at < 0
                && grammar == Grammar.DESTINATION
                && grammar.localPart.matcher(text).matches()) {
            throw refusal("domain_not_fqdn", "An address has a domain after an @.");
        }
        String local = text.substring(0, Math.max(at, 0));
        MailDomain.refuseInvisible(text.substring(at + 1));
        if (at < 1 || at == text.length() - 1 || local.chars().anyMatch(c -> SPECIALS.indexOf(c) >= 0)) {
            throw refusal("syntax", "This is one bare address, local-part@domain, without blanks, names or brackets.");
        }
        Address address = new Address(localPart(local, grammar), MailDomain.parse(text.substring(at + 1)));
        if (address.text().length() > MAX_LENGTH) {
            throw refusal("address_too_long", "An address has 255 octets at most.");
        }
        if (grammar == Grammar.DESTINATION && address.domain.endsIn(NEVER_REACHED)) {
            throw refusal("domain_reserved", "No mail is delivered below this name (RFC 6761, RFC 7686).");
        }
        return address;
    }

    public String text() {
        return localPart + "@" + domain.value();
    }

    /** The address without upper case and detail ({@code info+x@…} is {@code info@…}): what finds a mailbox here. */
    public String delivered() {
        String local = localPart.toLowerCase(Locale.ROOT);
        int detail = local.indexOf('+', 1);
        return (detail < 0 ? local : local.substring(0, detail)) + "@" + domain.value();
    }

    /** Control and format characters, half surrogates, line and paragraph separators. */
    public static boolean isControl(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }

    private static String localPart(String given, Grammar grammar) {
        if (given.chars().anyMatch(c -> c > 0x7E)) {
            throw refusal("local_non_ascii", "A local part is ASCII.");
        }
        if (given.length() > MAX_LOCAL_PART) {
            throw refusal("local_too_long", "A local part has 64 octets at most.");
        }
        if (given.startsWith(".") || given.endsWith(".") || given.contains("..")) {
            throw refusal("local_dot", "A dot in a local part stands alone between two other characters.");
        }
        String local = grammar.folded ? given.toLowerCase(Locale.ROOT) : given;
        if (!grammar.localPart.matcher(local).matches()) {
            throw refusal("local_char", "A local part here matches %s.".formatted(grammar.localPart.pattern()));
        }
        return local;
    }

    private static void refuseControl(int character) {
        if (isControl(character)) {
            throw refusal("control_char", "An address has no control or invisible characters.");
        }
    }

    private static RuntimeException refusal(String code, String message) {
        return new Fault.Malformed(code, message).toException();
    }
}
