package dev.hostwright.dns.zone;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Cuts a master file into entries (RFC 1035 section 5.1): comments, parentheses and line ends are understood here, and
 * are never part of what is read as record data.
 */
final class ZoneFileLexer {

    /** Where something is in the file, from 1; a tab is one column. */
    record Place(int line, int column) {}

    /**
     * A word, or what is between quotes.
     *
     * @param text with its escapes, without its quotes
     */
    record Token(String text, boolean quoted, Place place) {}

    /**
     * A line, or as many as parentheses make one.
     *
     * @param continued it begins with a blank, so it is about the owner before it
     */
    record Entry(boolean continued, List<Token> tokens) {}

    private final String file;
    private final BiConsumer<Place, String> errors;
    private int at;
    private int line = 1;
    private int lineStart;

    /** @param errors told of each place that cannot be read, and why; the entry is left out */
    ZoneFileLexer(String file, BiConsumer<Place, String> errors) {
        this.file = file;
        this.errors = errors;
    }

    boolean hasNext() {
        return at < file.length();
    }

    /** The next entry, perhaps of no words. */
    Entry next() {
        boolean continued = isBlank(file.charAt(at));
        List<Token> tokens = new ArrayList<>();
        List<Place> open = new ArrayList<>();
        boolean broken = false;
        while (at < file.length()) {
            char c = file.charAt(at);
            if (c == '\n') {
                newLine();
                if (open.isEmpty()) {
                    break;
                }
            } else if (isBlank(c) || isLineEnd()) {
                at++;
            } else if (c == ';') {
                skipComment();
            } else if (c == '(') {
                open.add(place());
                at++;
            } else if (c == ')') {
                broken |= open.isEmpty();
                if (open.isEmpty()) {
                    errors.accept(place(), "A parenthesis is closed that was not opened.");
                } else {
                    open.removeLast();
                }
                at++;
            } else {
                broken |= !(c == '"' ? quoted(tokens) : bare(tokens));
            }
        }
        if (!open.isEmpty()) {
            errors.accept(open.getLast(), "The parenthesis is not closed.");
            broken = true;
        }
        return new Entry(continued, broken ? List.of() : tokens);
    }

    private boolean quoted(List<Token> tokens) {
        Place start = place();
        int from = ++at;
        while (at < file.length() && file.charAt(at) != '"' && file.charAt(at) != '\n') {
            at += escapes() ? 2 : 1;
        }
        if (at >= file.length() || file.charAt(at) != '"') {
            errors.accept(start, "The quote is not closed on its line.");
            return false;
        }
        tokens.add(new Token(file.substring(from, at++), true, start));
        if (at < file.length() && !ends()) {
            errors.accept(place(), "A blank follows the closing quote.");
            skipWord();
            return false;
        }
        return true;
    }

    private boolean bare(List<Token> tokens) {
        Place start = place();
        int from = at;
        while (at < file.length() && !ends()) {
            char c = file.charAt(at);
            if (c == '"' || c < ' ' || c == 0x7f) {
                errors.accept(place(), "A quote within a word, or a control character, is not taken.");
                skipWord();
                return false;
            }
            at += escapes() ? 2 : 1;
        }
        tokens.add(new Token(file.substring(from, at), false, start));
        return true;
    }

    /** A backslash with something behind it on its line. */
    private boolean escapes() {
        return file.charAt(at) == '\\' && at + 1 < file.length() && file.charAt(at + 1) != '\n';
    }

    private void skipWord() {
        while (at < file.length() && !isBlank(file.charAt(at)) && file.charAt(at) != '\n') {
            at++;
        }
    }

    private void skipComment() {
        while (at < file.length() && file.charAt(at) != '\n') {
            at++;
        }
    }

    private void newLine() {
        at++;
        line++;
        lineStart = at;
    }

    private Place place() {
        return new Place(line, at - lineStart + 1);
    }

    private boolean isLineEnd() {
        return file.charAt(at) == '\r' && (at + 1 == file.length() || file.charAt(at + 1) == '\n');
    }

    /** Here a word is over. */
    private boolean ends() {
        char c = file.charAt(at);
        return isBlank(c) || c == '\n' || c == ';' || c == '(' || c == ')' || isLineEnd();
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
