package dev.hostwright.dns;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.hostwright.dns.problem.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * An absolute domain name: lower case, A-labels, without its final dot; empty is the root.
 *
 * <p>Labels are 1 to 63 octets and the name at most 255 on the wire (RFC 1035 section 2.3.4); names compare without
 * case (RFC 4343), so they are folded once, when they are read. Underscore labels are allowed (RFC 8552), a star as the
 * whole leftmost label (RFC 4592), and a slash below {@code in-addr.arpa} (RFC 2317).
 *
 * @param value for example {@code _dmarc.example.org}
 */
@Schema(type = SchemaType.STRING, maxLength = 253, examples = "www.example.org")
public record DnsName(@JsonValue String value) {

    /** 255 on the wire, less the first length octet and the root label, each of which has no dot here. */
    public static final int MAX_LENGTH = 253;

    private static final int MAX_LABEL = 63;

    /** Characters of a name before it is cut and folded; in the longest one each octet is escaped with four. */
    private static final int MAX_INPUT = 1024;

    private static final String REVERSE4 = "in-addr.arpa";
    private static final Pattern NAME_LABEL = Pattern.compile("[a-z0-9_-]+");
    private static final Pattern REVERSE_LABEL = Pattern.compile("[a-z0-9_/-]+");
    private static final Pattern HOST_LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?");
    private static final Pattern NUMERIC = Pattern.compile("[0-9]+");
    private static final Pattern ADDRESS = Pattern.compile("[0-9]+(\\.[0-9]+){3}");

    /**
     * Reads the owner name of a record: {@code @} or nothing for the apex, relative to the zone, or absolute with a
     * final dot. A name that ends in the zone's own is absolute too, dot or not.
     */
    public static DnsName owner(String text, DnsName zone) {
        checkInput(text);
        if (text.isEmpty() || text.equals("@")) {
            return zone;
        }
        boolean dotted = text.endsWith(".");
        DnsName name = checked(split(dotted ? text.substring(0, text.length() - 1) : text), zone.isReverse4());
        if (name.isAtOrBelow(zone)) {
            return name;
        }
        if (dotted) {
            throw new Fault.Malformed("out_of_zone", "The name is not in the zone %s.".formatted(zone.value))
                    .toException();
        }
        return name.below(zone);
    }

    /** Reads a name as record data has it, escapes included; see {@link #targetLabels}. */
    public static DnsName target(String text, DnsName zone) {
        checkInput(text);
        if (text.equals(".")) {
            return new DnsName("");
        }
        if (text.equals("@")) {
            return zone;
        }
        boolean dotted = text.endsWith(".") && !text.endsWith("\\.");
        List<String> labels = unescape(dotted ? text.substring(0, text.length() - 1) : text);
        if (!dotted && (ADDRESS.matcher(text).matches() || labels.size() == 1 && isNumeric(labels.getFirst()))) {
            throw new Fault.Malformed("name", "Here is a name, not a number or an address.").toException();
        }
        DnsName name = checked(labels, true);
        if (name.value.indexOf('/') >= 0 && !name.isReverse4()) {
            throw label("/");
        }
        return dotted || labels.size() > 1 ? name : name.below(zone);
    }

    /**
     * Reads the name of a host as record data has it (RFC 1123 section 2.1): letters, digits and inner hyphens only.
     */
    public static DnsName host(String text, DnsName zone) {
        DnsName name = target(text, zone);
        for (String label : name.labels()) {
            if (!HOST_LABEL.matcher(label).matches()) {
                throw new Fault.Malformed("host_name", "'%s' cannot be part of a host's name.".formatted(label))
                        .toException();
            }
        }
        return name;
    }

    /** Refuses what is too long to be a name in any form, before any work is done on it. */
    public static String checkInput(String text) {
        if (text.length() > MAX_INPUT) {
            throw tooLong();
        }
        return text;
    }

    /** One label in its stored form: lower case, and an A-label when it is not ASCII. */
    public static String fold(String label) {
        String ascii = IdnLabel.toAscii(label);
        if (ascii.length() > MAX_LABEL) {
            throw new Fault.Malformed("label_too_long", "A label has 63 octets at most.").toException();
        }
        return ascii;
    }

    public List<String> labels() {
        return value.isEmpty() ? List.of() : List.of(value.split("\\.", -1));
    }

    /** With its final dot, as record data and zone files have it. */
    public String absolute() {
        return value + ".";
    }

    /** Compared by label: {@code evilexample.org} is not below {@code example.org}. */
    public boolean isAtOrBelow(DnsName zone) {
        return value.equals(zone.value) || value.endsWith("." + zone.value);
    }

    public DnsName prepend(String label) {
        return new DnsName(label + "." + value);
    }

    /** Without its first label; of a single label the root. */
    public DnsName parent() {
        return new DnsName(value.substring(value.indexOf('.') < 0 ? value.length() : value.indexOf('.') + 1));
    }

    boolean isReverse4() {
        return value.endsWith("." + REVERSE4);
    }

    private DnsName below(DnsName zone) {
        return sized(value + "." + zone.value);
    }

    private static DnsName checked(List<String> labels, boolean slash) {
        List<String> folded = new ArrayList<>();
        for (String label : labels) {
            if (label.isEmpty()) {
                throw new Fault.Malformed("empty_label", "There is nothing between two dots.").toException();
            }
            boolean star = label.equals("*") && folded.isEmpty();
            String ascii = star ? label : fold(label);
            if (!star && !(slash ? REVERSE_LABEL : NAME_LABEL).matcher(ascii).matches()) {
                throw label(label);
            }
            folded.add(ascii);
        }
        return sized(String.join(".", folded));
    }

    private static DnsName sized(String value) {
        if (value.length() > MAX_LENGTH) {
            throw tooLong();
        }
        return new DnsName(value);
    }

    private static RuntimeException tooLong() {
        return new Fault.Malformed("name_too_long", "A name has 253 characters at most.").toException();
    }

    private static List<String> split(String text) {
        return List.of(text.split("\\.", -1));
    }

    /** The labels of a name in which a backslash may escape a character or an octet (RFC 1035 section 5.1). */
    private static List<String> unescape(String text) {
        if (text.indexOf('\\') < 0) {
            return split(text);
        }
        List<String> labels = new ArrayList<>();
        StringBuilder label = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.') {
                labels.add(label.toString());
                label.setLength(0);
            } else if (c != '\\') {
                label.append(c);
            } else {
                int octet = octet(text, i + 1);
                label.append((char) octet);
                i += Character.isDigit(text.charAt(i + 1)) ? 3 : 1;
                if (octet == '.') {
                    throw label(label.toString());
                }
            }
        }
        labels.add(label.toString());
        return labels;
    }

    private static int octet(String text, int at) {
        if (text.length() > at && !Character.isDigit(text.charAt(at))) {
            return text.charAt(at);
        }
        if (text.length() >= at + 3 && isNumeric(text.substring(at, at + 3))) {
            int octet = Integer.parseInt(text.substring(at, at + 3));
            if (octet < 128) {
                return octet;
            }
        }
        throw new Fault.Malformed("escape", "A backslash is followed by a character, or by three digits.")
                .toException();
    }

    private static boolean isNumeric(String text) {
        return NUMERIC.matcher(text).matches();
    }

    private static RuntimeException label(String label) {
        return new Fault.Malformed("label", "'%s' cannot be part of a name here.".formatted(label)).toException();
    }

    @Override
    public String toString() {
        return value;
    }
}
