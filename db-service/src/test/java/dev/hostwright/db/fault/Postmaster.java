package dev.hostwright.db.fault;

import static dev.hostwright.db.Customers.seen;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The process that all of PostgreSQL comes from. */
final class Postmaster {

    private Postmaster() {}

    /**
     * Stops the server and starts it again, on the same port and with the same options.
     *
     * @param mode fast ends all sessions first, immediate is as good as a crash
     */
    static void restart(String mode) throws Exception {
        Path data = Path.of(seen("postgres", "SHOW data_directory").getFirst());
        long postmaster = Long.parseLong(
                Files.readAllLines(data.resolve("postmaster.pid")).getFirst());
        Path program = Path.of(
                ProcessHandle.of(postmaster).orElseThrow().info().command().orElseThrow());
        List<String> command = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            // PostgreSQL does not want to be root, so it was started as nobody in a namespace of its own
            command.addAll(List.of("unshare", "-U"));
        }
        command.addAll(List.of(
                program.resolveSibling("pg_ctl").toString(), "-D", data.toString(), "-m", mode, "-w", "restart"));
        Process restart = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (restart.waitFor() != 0) {
            throw new IllegalStateException("PostgreSQL was not started again");
        }
    }
}
