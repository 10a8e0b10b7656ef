package dev.hostwright.db.database;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * How to connect, in the words of each client, with whatever the password has in it escaped as that client wants it.
 * The password is in the answer that made the database only.
 *
 * @param uri for libpq, what is built on it, and Vert.x (PostgreSQL manual 34.1.1.2, RFC 3986)
 * @param keywords for libpq, as keywords and values (34.1.1.1)
 * @param jdbc for pgjdbc
 * @param npgsql for .NET
 * @param pgpass the line of {@code ~/.pgpass} (34.16), without which nothing asks for a password; absent where there is
 *     none to tell
 */
@Schema(requiredProperties = {"uri", "keywords", "jdbc", "npgsql"})
public record ConnectionStrings(String uri, String keywords, String jdbc, String npgsql, Optional<String> pgpass) {

    private static final String UNRESERVED = "-._~";
    private static final String HEX = "0123456789ABCDEF";

    static ConnectionStrings of(
            Optional<String> user, Optional<String> password, String host, int port, String database) {
        String place = (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port + "/" + encoded(database);
        return new ConnectionStrings(
                "postgresql://" + login(user, password) + place,
                "host=%s port=%d dbname=%s".formatted(keywordValue(host), port, keywordValue(database))
                        + user.map(name -> " user=" + keywordValue(name)).orElse("")
                        + password.map(secret -> " password=" + keywordValue(secret))
                                .orElse(""),
                "jdbc:postgresql://" + place
                        + user.map(name -> "?user=" + encoded(name)).orElse("")
                        + password.map(secret -> "&password=" + encoded(secret)).orElse(""),
                "Host=%s;Port=%d;Database=%s".formatted(npgsqlValue(host), port, npgsqlValue(database))
                        + user.map(name -> ";Username=" + npgsqlValue(name)).orElse("")
                        + password.map(secret -> ";Password=" + npgsqlValue(secret))
                                .orElse(""),
                password.flatMap(secret -> user.map(name -> String.join(
                        ":",
                        pgpassField(host),
                        String.valueOf(port),
                        pgpassField(database),
                        pgpassField(name),
                        pgpassField(secret)))));
    }

    private static String login(Optional<String> user, Optional<String> password) {
        return user.map(name -> encoded(name)
                        + password.map(secret -> ":" + encoded(secret)).orElse("") + "@")
                .orElse("");
    }

    /** All but the unreserved characters (RFC 3986 section 2.3); a space is %20, never a plus. */
    private static String encoded(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (octet & 0xFF);
            boolean plain = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (plain || UNRESERVED.indexOf(c) >= 0) {
                encoded.append(c);
            } else {
                encoded.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 0xF));
            }
        }
        return encoded.toString();
    }

    private static String keywordValue(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    /** As .NET's {@code DbConnectionStringBuilder} reads it, from which Npgsql's is derived. */
    private static String npgsqlValue(String text) {
        return "\"" + text.replace("\"", "\"\"") + "\"";
    }

    private static String pgpassField(String text) {
        return text.replace("\\", "\\\\").replace(":", "\\:");
    }

    /** Not for a log: it may hold a password. */
    @Override
    public String toString() {
        return "***";
    }
}
