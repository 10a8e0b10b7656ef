package dev.hostwright.db.database;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A URI that libpq, JDBC-less drivers and Vert.x take as it is (PostgreSQL manual 34.1.1.2, RFC 3986). */
final class ConnectionString {

    private static final String UNRESERVED = "-._~";
    private static final String HEX = "0123456789ABCDEF";

    private ConnectionString() {}

    static String of(Optional<String> user, Optional<String> password, String host, int port, String database) {
        StringBuilder uri = new StringBuilder("postgresql://");
        user.ifPresent(name -> {
            encode(uri, name);
            password.ifPresent(secret -> encode(uri.append(':'), secret));
            uri.append('@');
        });
        uri.append(host.indexOf(':') < 0 ? host : "[" + host + "]");
        encode(uri.append(':').append(port).append('/'), database);
        return uri.toString();
    }

    /** All but the unreserved characters (RFC 3986 section 2.3); a space is %20, never a plus. */
    private static void encode(StringBuilder uri, String text) {
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (octet & 0xFF);
            boolean plain = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (plain || UNRESERVED.indexOf(c) >= 0) {
                uri.append(c);
            } else {
                uri.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 0xF));
            }
        }
    }
}
