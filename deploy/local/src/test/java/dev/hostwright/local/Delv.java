package dev.hostwright.local;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** BIND's resolver that validates, asked to trust a zone by the DS record that its parent would have. */
final class Delv {

    static final String POSITIVE = "; fully validated";
    static final String NEGATIVE = "; negative response, fully validated";

    private static final String PROGRAM = "delv";

    private final String domain;
    private final int port;
    private final Path anchor;

    private Delv(String domain, int port, Path anchor) {
        this.domain = domain;
        this.port = port;
        this.anchor = anchor;
    }

    /** In CI its absence is a failure, which its start says. */
    static void assume() {
        Assumptions.assumeTrue(
                SystemProgram.find(PROGRAM).isPresent() || SharedStack.isCi(), "there is no delv on this machine");
    }

    /**
     * Trusts the first of those DS records.
     *
     * @param parentRecords the answer to {@code GET /v1/zones/…/ds}
     */
    static Delv trusting(LocalStack stack, String domain, JsonNode parentRecords) {
        JsonNode ds = parentRecords.path("ds").path(0);
        String text = "trust-anchors { \"%s.\" static-ds %d %d %d \"%s\"; };\n"
                .formatted(
                        domain,
                        ds.path("keyTag").asInt(),
                        ds.path("algorithm").asInt(),
                        ds.path("digestType").asInt(),
                        ds.path("digest").asText());
        try {
            Path anchor = Files.createTempFile(stack.nameServer().folder(), domain, ".anchor");
            Files.writeString(anchor, text);
            return new Delv(domain, stack.nameServer().port(), anchor);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same, of another name server. */
    Delv at(int otherPort) {
        return new Delv(domain, otherPort, anchor);
    }

    /** What it says about the answer, and the answer. */
    List<String> ask(String name, String type) {
        return run(
                PROGRAM,
                "@127.0.0.1",
                "-p",
                String.valueOf(port),
                "-a",
                anchor.toString(),
                "+root=" + domain + ".",
                "+multi",
                name + ".",
                type);
    }

    static List<String> run(String... command) {
        try {
            List<String> words = new ArrayList<>(List.of(command));
            words.set(0, SystemProgram.find(command[0]).orElseThrow().toString());
            Process process =
                    new ProcessBuilder(words).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor(30, TimeUnit.SECONDS);
            return output.lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted", e);
        }
    }
}
