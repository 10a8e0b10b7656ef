package dev.hostwright.db.pool;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What databases are made as, of which there are items in the pool: {@code encoding/locale/template}, as the settings
 * write it. An operator says which there are, so all of it may enter SQL, between quotes.
 *
 * @param encoding as PostgreSQL names it
 * @param locale one of the server's system, or {@code icu:} and one of ICU; absent is the template's
 * @param template of the databases; absent is the usual one
 */
public record DatabaseClass(String encoding, Optional<String> locale, Optional<String> template) {

    /** What is made where nothing is asked for. */
    public static final DatabaseClass USUAL = new DatabaseClass("UTF8", Optional.empty(), Optional.empty());

    private static final String ICU = "icu:";

    /**
     * Those of which every character is one in UTF-8, in which this service speaks to PostgreSQL. In another one, a
     * customer could give a table a name that cannot be told.
     */
    private static final Set<String> ENCODINGS = Set.of(
            "UTF8",
            "LATIN1",
            "LATIN2",
            "LATIN4",
            "LATIN5",
            "LATIN6",
            "LATIN7",
            "LATIN8",
            "LATIN9",
            "LATIN10",
            "ISO_8859_5",
            "KOI8R",
            "KOI8U",
            "WIN866",
            "WIN1256");

    private static final Pattern FORM = Pattern.compile(
            "([A-Z][A-Z0-9_]{1,30})(?:/((?:icu:)?[A-Za-z][A-Za-z0-9_.@-]{0,62})?)?(?:/([a-z][a-z0-9_]{0,62})?)?");

    /** Reads what the settings, or our books, say. */
    public static DatabaseClass of(String word) {
        if (word.isEmpty()) {
            return USUAL;
        }
        Matcher parts = FORM.matcher(word);
        if (!parts.matches()) {
            throw new IllegalArgumentException("not an encoding/locale/template: " + word);
        }
        if (!ENCODINGS.contains(parts.group(1))) {
            throw new IllegalArgumentException("no encoding of these, %s: %s".formatted(ENCODINGS, word));
        }
        return new DatabaseClass(
                parts.group(1), Optional.ofNullable(parts.group(2)), Optional.ofNullable(parts.group(3)));
    }

    /** The word that the books have for it; nothing for the usual one. */
    public String word() {
        return equals(USUAL) ? "" : "%s/%s/%s".formatted(encoding, locale.orElse(""), template.orElse(""));
    }

    /** The options of {@code CREATE DATABASE} for it. */
    String options() {
        String collation = locale.map(name -> name.startsWith(ICU)
                        ? "LOCALE_PROVIDER icu ICU_LOCALE '%s' LOCALE 'C'".formatted(name.substring(ICU.length()))
                        : "LOCALE_PROVIDER libc LOCALE '%s'".formatted(name))
                .orElse("");
        return "ENCODING '%s' %s".formatted(encoding, collation);
    }

    @Override
    public String toString() {
        return word();
    }
}
