package dev.hostwright.dns.rdata;

import dev.hostwright.dns.DnsName;
import dev.hostwright.dns.problem.Fault;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.xbill.DNS.Address;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/**
 * Reads record data as people write it: cut by our own lexer, each part checked here, and the whole once more by
 * dnsjava.
 */
final class RdataReader {

    private static final int MAX_RDATA = 64_000;
    private static final long MAX_SERIAL = 0xffff_ffffL;

    /** Eight groups of four digits, of which the last two may be an IPv4 address. */
    private static final int MAX_ADDRESS = 45;

    private static final Pattern OCTET_DOTS =
            Pattern.compile("(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\\.(?!$)|$)){4}");
    private static final Pattern HEX_COLONS =
            Pattern.compile("(?=.*:)[0-9a-fA-F]{0,4}(:[0-9a-fA-F]{0,4}(?![0-9a-fA-F.]))*+(:[0-9.]+)?");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,10}");
    private static final Pattern CAA_TAG = Pattern.compile("[a-zA-Z0-9]{1,15}");
    private static final Pattern LOCAL_PART = Pattern.compile("[!-~&&[^\"();@\\\\]]+(\\\\\\.[!-~&&[^\"();@\\\\]]+)*");

    private final RRType type;
    private final DnsName zone;
    private final List<Lexer.Word> words;

    private RdataReader(RRType type, DnsName zone, List<Lexer.Word> words) {
        this.type = type;
        this.zone = zone;
        this.words = words;
    }

    /**
     * Reads the data of a record.
     *
     * @param prio of an MX or SRV when it is not the first word of the content
     * @param zone what a target without any dot is below
     */
    static Rdata read(RRType type, String content, Optional<Integer> prio, DnsName zone) {
        Rdata data = type == RRType.TXT ? text(content) : new RdataReader(type, zone, Lexer.words(content)).read(prio);
        if (prio.isPresent() && data.prio().isEmpty()) {
            throw new Fault.Invalid("/prio", "prio", "Only an MX and an SRV have a prio.").toException();
        }
        if (wireLength(data) > MAX_RDATA) {
            throw new Fault.Malformed("too_long", "The data has more than 64000 octets.").toException();
        }
        return data;
    }

    /** Octets of the data in a message, by dnsjava, which thereby confirms that our form can be read. */
    static int wireLength(Rdata data) {
        String text = data.prio().map(prio -> prio + " ").orElse("") + data.content();
        try {
            return Record.fromString(Name.root, Type.value(data.type().name()), DClass.IN, 0, text, null)
                    .rdataToWireCanonical()
                    .length;
        } catch (IOException | IllegalArgumentException e) {
            throw new Fault.Malformed("content", "This is no data of a record of type %s.".formatted(data.type()))
                    .toException();
        }
    }

    private Rdata read(Optional<Integer> prio) {
        return switch (type) {
            case A -> new Rdata.A(address4(only()));
            case AAAA -> new Rdata.Aaaa(address6(only()));
            case CAA -> caa();
            case CNAME -> new Rdata.Cname(DnsName.target(only(), zone));
            case MX -> mx(prio);
            case NS -> new Rdata.Ns(notRoot(DnsName.host(only(), zone)));
            case PTR -> new Rdata.Ptr(DnsName.target(only(), zone));
            case SOA -> soa();
            case SRV -> srv(prio);
            case TXT -> throw new IllegalStateException("text is not cut into words");
        };
    }

    private Rdata mx(Optional<Integer> prio) {
        int first = first(prio, 1);
        int preference = preference(prio, first);
        DnsName exchange = DnsName.host(bare(first), zone);
        return new Rdata.Mx(exchange.value().isEmpty() ? 0 : preference, exchange);
    }

    private Rdata srv(Optional<Integer> prio) {
        int first = first(prio, 3);
        return new Rdata.Srv(
                preference(prio, first),
                (int) number(bare(first), 0xffff),
                (int) number(bare(first + 1), 0xffff),
                DnsName.host(bare(first + 2), zone));
    }

    /** 1 when the first word is the prio, or 0 when only the field is; {@code count} words come after it. */
    private int first(Optional<Integer> prio, int count) {
        int extra = words.size() - count;
        if (extra == 0 && prio.isPresent()) {
            return 0;
        }
        if (extra == 0) {
            throw new Fault.Malformed("prio", "The prio is missing: send it as a field, or before the rest.")
                    .toException();
        }
        expect(count + 1);
        return 1;
    }

    private int preference(Optional<Integer> prio, int first) {
        if (first == 0) {
            return prio.orElseThrow();
        }
        int given = (int) number(bare(0), 0xffff);
        if (prio.isPresent() && prio.get() != given) {
            throw new Fault.Invalid("/prio", "prio", "The prio is not the one that the content begins with.")
                    .toException();
        }
        return given;
    }

    private Rdata soa() {
        expect(7);
        return new Rdata.Soa(
                notRoot(DnsName.host(bare(0), zone)),
                mailbox(bare(1)),
                number(bare(2), MAX_SERIAL),
                number(bare(3), Integer.MAX_VALUE),
                number(bare(4), Integer.MAX_VALUE),
                number(bare(5), Integer.MAX_VALUE),
                number(bare(6), Integer.MAX_VALUE));
    }

    /** A mailbox as a name (RFC 1035 section 8): the local part may have escaped dots. */
    private String mailbox(String text) {
        int dot = 0;
        while (dot < text.length() && text.charAt(dot) != '.') {
            dot += text.charAt(dot) == '\\' ? 2 : 1;
        }
        String local = text.substring(0, Math.min(dot, text.length())).toLowerCase(Locale.ROOT);
        if (local.length() > 63 || !LOCAL_PART.matcher(local).matches()) {
            throw new Fault.Malformed("mailbox", "The mailbox is a name: its dots before the domain are escaped.")
                    .toException();
        }
        DnsName domain = dot < text.length() ? DnsName.host(text.substring(dot + 1), zone) : zone;
        if (local.length() + 1 + domain.value().length() > DnsName.MAX_LENGTH) {
            throw new Fault.Malformed("name_too_long", "A name has 253 characters at most.").toException();
        }
        return local + "." + notRoot(domain).absolute();
    }

    private Rdata caa() {
        expect(3);
        String tag = words.get(1).text().toLowerCase(Locale.ROOT);
        if (!CAA_TAG.matcher(tag).matches()) {
            throw new Fault.Malformed("caa_tag", "A tag is made of letters and digits.").toException();
        }
        String value = Octets.read(words.get(2).text());
        if (value.length() > Octets.MAX_STRING) {
            throw new Fault.Malformed("caa_value", "A value has 255 octets at most.").toException();
        }
        return new Rdata.Caa((int) number(bare(0), 0xff), tag, value);
    }

    private static Rdata text(String content) {
        String trimmed = trim(content);
        if (trimmed.isEmpty()) {
            throw new Fault.Malformed("content", "There is no text.").toException();
        }
        if (!trimmed.startsWith("\"")) {
            if (trimmed.startsWith("\\#") || trimmed.indexOf('"') >= 0) {
                throw new Fault.Malformed("quote", "A text with quotes in it is quoted as a whole.").toException();
            }
            return new Rdata.Txt(Octets.split(Octets.read(trimmed)));
        }
        List<String> strings = new ArrayList<>();
        for (Lexer.Word word : Lexer.words(trimmed)) {
            if (!word.quoted()) {
                throw new Fault.Malformed("quote", "Nothing stands beside the quoted strings.").toException();
            }
            strings.addAll(Octets.split(Octets.read(word.text())));
        }
        return new Rdata.Txt(strings);
    }

    private static String trim(String content) {
        int start = 0;
        int end = content.length();
        while (start < end && Lexer.isBlank(content.charAt(start))) {
            start++;
        }
        while (end > start && Lexer.isBlank(content.charAt(end - 1))) {
            end--;
        }
        return content.substring(start, end);
    }

    private String only() {
        expect(1);
        return bare(0);
    }

    private void expect(int count) {
        if (words.size() != count) {
            throw new Fault.Malformed(
                            "content", "Data of type %s has %d parts, not %d.".formatted(type, count, words.size()))
                    .toException();
        }
    }

    private String bare(int index) {
        Lexer.Word word = words.get(index);
        if (word.quoted()) {
            throw new Fault.Malformed("quote", "There are no quotes in data of type %s.".formatted(type)).toException();
        }
        return word.text();
    }

    private static long number(String text, long max) {
        if (!NUMBER.matcher(text).matches() || Long.parseLong(text) > max) {
            throw new Fault.Malformed("number", "'%s' is no number from 0 to %d.".formatted(text, max)).toException();
        }
        return Long.parseLong(text);
    }

    private static DnsName notRoot(DnsName name) {
        if (name.value().isEmpty()) {
            throw new Fault.Malformed("name", "The root cannot be meant here.").toException();
        }
        return name;
    }

    private static Inet4Address address4(String text) {
        if (!OCTET_DOTS.matcher(text).matches()) {
            throw new Fault.Malformed("address", "An IPv4 address is four numbers, without leading zeros.")
                    .toException();
        }
        String[] octets = text.split("\\.");
        byte[] bytes = new byte[4];
        for (int i = 0; i < 4; i++) {
            bytes[i] = (byte) Integer.parseInt(octets[i]);
        }
        return (Inet4Address) address(bytes);
    }

    private static Inet6Address address6(String text) {
        byte[] bytes = text.length() <= MAX_ADDRESS && HEX_COLONS.matcher(text).matches()
                ? Address.toByteArray(text, Address.IPv6)
                : null;
        if (bytes == null) {
            throw new Fault.Malformed("address", "This is no IPv6 address.").toException();
        }
        try {
            return Inet6Address.getByAddress(null, bytes, -1);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of octets, so that nothing is looked up. */
    private static InetAddress address(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
