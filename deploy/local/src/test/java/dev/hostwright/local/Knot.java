package dev.hostwright.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Knot DNS, a name server of another make, on a free port of 127.0.0.1. It asks others from 127.0.0.2. */
final class Knot {

    private static final String PROGRAM = "knotd";

    private final Path folder;
    private final int port = Ports.chooseDatagram("other name server");
    private @Nullable Process process;

    Knot(LocalStack stack) throws IOException {
        folder = Files.createTempDirectory(stack.nameServer().folder(), "knot");
    }

    /** In CI its absence is a failure, which its start says. */
    static boolean isWanted() {
        return SystemProgram.find(PROGRAM).isPresent() || SharedStack.isCi();
    }

    int port() {
        return port;
    }

    /** It fetches a zone from there, with a TSIG key. */
    void fetch(String domain, int primary, String key, String secret) throws IOException {
        configure("""
                key:
                  - id: %2$s
                    algorithm: hmac-sha256
                    secret: %3$s
                remote:
                  - id: primary
                    address: 127.0.0.1@%1$d
                    via: 127.0.0.2
                    key: %2$s
                acl:
                  - id: notified
                    address: 127.0.0.1
                    action: notify
                  - id: notified-with-key
                    address: 127.0.0.1
                    key: %2$s
                    action: notify
                zone:
                  - domain: %4$s
                    master: primary
                    acl: [notified, notified-with-key]
                """.formatted(primary, key, secret, domain));
    }

    /** It is the primary of a zone. */
    void keep(String domain, String file) throws IOException {
        Files.writeString(folder.resolve("zone"), file);
        configure("""
                acl:
                  - id: anybody
                    address: 127.0.0.1
                    action: transfer
                zone:
                  - domain: %s
                    file: %s
                    zonefile-load: whole
                    acl: anybody
                """.formatted(domain, folder.resolve("zone")));
    }

    private void configure(String more) throws IOException {
        Files.writeString(folder.resolve("knot.conf"), """
                server:
                    rundir: "%1$s"
                    listen: 127.0.0.1@%2$d
                database:
                    storage: "%1$s"
                log:
                  - target: stderr
                    any: info
                template:
                  - id: default
                    storage: "%1$s"
                """.formatted(folder, port) + more);
    }

    void start() {
        try {
            process = new ProcessBuilder(
                            SystemProgram.find(PROGRAM).orElseThrow().toString(),
                            "-c",
                            folder.resolve("knot.conf").toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void stop() throws InterruptedException {
        if (process != null) {
            process.destroy();
            if (!process.waitFor(15, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }

    Path log() {
        return folder.resolve("log");
    }
}
