package dev.hostwright.dns.rdata;

import dev.hostwright.dns.problem.Fault;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Octets as character strings have them (RFC 1035 section 5.1); in memory one char for each octet. */
final class Octets {

    /** Of one character string (RFC 1035 section 3.3). */
    static final int MAX_STRING = 255;

    private Octets() {}

    /** Reads text with escapes; what is not ASCII becomes the octets of its UTF-8 form. */
    static String read(String text) {
        StringBuilder octets = new StringBuilder();
        String utf8 = utf8(text);
        for (int i = 0; i < utf8.length(); i++) {
            char c = utf8.charAt(i);
            if (c < ' ' && c != '\t' || c == 0x7f) {
                throw new Fault.Malformed("control_character", "A control character is written as \\DDD.")
                        .toException();
            }
            if (c != '\\') {
                octets.append(c);
            } else if (i + 1 < utf8.length() && !isDigit(utf8.charAt(i + 1))) {
                octets.append(utf8.charAt(++i));
            } else {
                octets.append((char) number(utf8, i + 1));
                i += 3;
            }
        }
        return octets.toString();
    }

    /** The one form in which a character string is stored: quoted, in printable ASCII. */
    static String quote(String octets) {
        StringBuilder text = new StringBuilder("\"");
        for (int i = 0; i < octets.length(); i++) {
            char c = octets.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                text.append('\\')
                        .append((char) ('0' + c / 100))
                        .append((char) ('0' + c / 10 % 10))
                        .append((char) ('0' + c % 10));
            } else {
                text.append(c);
            }
        }
        return text.append('"').toString();
    }

    /** Cuts into strings of the length that the wire has room for; nothing is one empty string. */
    static List<String> split(String octets) {
        List<String> strings = new ArrayList<>();
        for (int at = 0; at < octets.length(); at += MAX_STRING) {
            strings.add(octets.substring(at, Math.min(at + MAX_STRING, octets.length())));
        }
        return strings.isEmpty() ? List.of("") : strings;
    }

    private static int number(String text, int at) {
        if (text.length() >= at + 3
                && isDigit(text.charAt(at))
                && isDigit(text.charAt(at + 1))
                && isDigit(text.charAt(at + 2))) {
            int octet = Integer.parseInt(text.substring(at, at + 3));
            if (octet < 256) {
                return octet;
            }
        }
        throw new Fault.Malformed("escape", "A backslash is followed by a character, or by three digits up to 255.")
                .toException();
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static String utf8(String text) {
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8
                    .newEncoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .encode(CharBuffer.wrap(text));
            return StandardCharsets.ISO_8859_1.decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new Fault.Malformed("unicode", "The text has half a character in it.").toException();
        }
    }
}
