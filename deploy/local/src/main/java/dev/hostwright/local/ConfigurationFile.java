package dev.hostwright.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A configuration that an operator installs, with the ports, paths and passwords of a stack on one machine in the place
 * of the operator's. What is not there as expected is an error, so that what is tested is what is installed.
 *
 * @param name of the file, below {@code deploy/}
 */
record ConfigurationFile(String name, String text) {

    static ConfigurationFile read(Options options, String name) {
        try {
            return new ConfigurationFile(
                    name, Files.readString(options.root().resolve("deploy").resolve(name)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Another value for the only line {@code name = value}, with or without blanks around the sign. */
    ConfigurationFile with(String setting, String value) {
        Matcher line =
                Pattern.compile("(?m)^(" + Pattern.quote(setting) + " *= *).*$").matcher(text);
        if (!line.find()) {
            throw new StackException("deploy/%s does not set %s".formatted(name, setting));
        }
        return new ConfigurationFile(name, line.replaceAll("$1" + Matcher.quoteReplacement(value)));
    }

    /** The same for several. */
    ConfigurationFile with(Map<String, String> settings) {
        ConfigurationFile changed = this;
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            changed = changed.with(setting.getKey(), setting.getValue());
        }
        return changed;
    }

    /** Another text wherever that one is. */
    ConfigurationFile replace(String old, String other) {
        if (!text.contains(old)) {
            throw new StackException("deploy/%s does not have: %s".formatted(name, old));
        }
        return new ConfigurationFile(name, text.replace(old, other));
    }

    /** More at the end. */
    ConfigurationFile and(String more) {
        return new ConfigurationFile(name, text + more);
    }

    /** Writes it for its owner, and a group if one is named, to read. */
    void write(Path file, String group) {
        try {
            SigningKey.SecretFile.write(file, text);
            if (!group.isEmpty()) {
                SystemProgram.run("chgrp", group, file.toString());
                SystemProgram.run("chmod", "640", file.toString());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
