package dev.hostwright.dns.rdata;

import dev.hostwright.dns.problem.Fault;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts record data into words. It takes much less than a zone file may have: no comment, no parentheses, no end of
 * line, because a name server reads the data as it stands, and a library for zone files would drop them without a word.
 */
final class Lexer {

    /**
     * A word.
     *
     * @param text what is between the quotes, or the bare word; escapes are still in it
     */
    record Word(String text, boolean quoted) {}

    private final String content;
    private int at;

    private Lexer(String content) {
        this.content = content;
    }

    static List<Word> words(String content) {
        return new Lexer(content).words();
    }

    static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private List<Word> words() {
        List<Word> words = new ArrayList<>();
        while (skipBlanks()) {
            words.add(content.charAt(at) == '"' ? quoted() : bare());
        }
        return words;
    }

    private boolean skipBlanks() {
        while (at < content.length() && isBlank(content.charAt(at))) {
            at++;
        }
        return at < content.length();
    }

    private Word quoted() {
        int start = ++at;
        while (at < content.length() && content.charAt(at) != '"') {
            at += content.charAt(at) == '\\' ? 2 : 1;
        }
        if (at >= content.length()) {
            throw new Fault.Malformed("quote", "A quote is not closed.").toException();
        }
        String text = content.substring(start, at++);
        if (at < content.length() && !isBlank(content.charAt(at)) && content.charAt(at) != '"') {
            throw new Fault.Malformed("quote", "A blank follows the closing quote.").toException();
        }
        return new Word(text, true);
    }

    private Word bare() {
        int start = at;
        while (at < content.length() && !isBlank(content.charAt(at))) {
            char c = content.charAt(at);
            if (c == '"' || c == ';' || c == '(' || c == ')' || c < ' ' || c == 0x7f) {
                throw new Fault.Malformed(
                                "zone_file_syntax",
                                "Quotes within a word, ';', parentheses and control characters are not taken here.")
                        .toException();
            }
            at += c == '\\' ? 2 : 1;
        }
        at = Math.min(at, content.length());
        return new Word(content.substring(start, at), false);
    }
}
