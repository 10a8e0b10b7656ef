package dev.hostwright.db;

import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Passwords made of what has a meaning to somebody who reads a connection string, the same ones in each run. */
public final class HostilePasswords {

    private static final String[] PARTS = {
        "'",
        "\"",
        "\\",
        ":",
        " ",
        "%",
        "ä",
        "ß",
        "🔑",
        ";",
        "=",
        "/",
        "?",
        "#",
        "@",
        "&",
        "+",
        "[",
        "]",
        "{",
        "}",
        "$",
        "`",
        ",",
        "|",
        "<",
        "*",
        "%25",
        "%zz",
        "''",
        "\"\"",
        "\\\\",
        "\\'",
        "${x}",
        "==",
        "password=",
        ";Host=x",
        "a",
        "Z",
        "7"
    };

    private HostilePasswords() {}

    public static Stream<String> generated(int count) {
        return Stream.concat(
                Stream.of(
                        "  both ends blank  ",
                        "'''''''''''''",
                        "\"\"\"\"\"\"\"\"\"\"\"\"\"",
                        "\\\\\\\\\\\\\\\\\\\\\\\\\\"),
                Stream.iterate(1, seed -> seed + 1).limit(count).map(HostilePasswords::of));
    }

    /** Of 12 to 45 parts, so that none is too short or too long. */
    private static String of(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        StringBuilder password = new StringBuilder();
        int parts = random.nextInt(12, 46);
        while (parts-- > 0 && password.codePointCount(0, password.length()) < 120) {
            password.append(PARTS[random.nextInt(PARTS.length)]);
        }
        return password.toString();
    }
}
