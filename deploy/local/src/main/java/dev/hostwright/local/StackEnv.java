package dev.hostwright.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;

/** A file of settings that a shell reads with {@code .}: one NAME='value' a line. */
final class StackEnv {

    private StackEnv() {}

    static void write(Path file, Map<String, String> values) {
        StringBuilder text = new StringBuilder();
        values.forEach((name, value) ->
                text.append(name).append('=').append(quoted(value)).append('\n'));
        try {
            SigningKey.SecretFile.write(file, text.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As one word of a shell, whatever is in it. */
    static String quoted(String value) {
        return "'" + value.replace("'", "'\\''") + "'";
    }
}
