package dev.hostwright.db;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** Programs of the system, as customers have them. A test that needs one is left out where it is not, but not in CI. */
public final class SystemProgram {

    private SystemProgram() {}

    public static Path need(String name) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseGet(() -> {
                    assumeTrue("true".equals(System.getenv("CI")), "there is no " + name + " on this machine");
                    throw new AssertionError("there is no " + name + ", which CI must have");
                });
    }

    /** Runs one to its end in an environment of nothing but these, and gives what it said. */
    public static String run(Map<String, String> environment, String... command) throws Exception {
        try {
            ProcessBuilder program = new ProcessBuilder(command).redirectErrorStream(true);
            program.environment().clear();
            program.environment().putAll(environment);
            Process process = program.start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError(said);
            }
            return said.strip();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
