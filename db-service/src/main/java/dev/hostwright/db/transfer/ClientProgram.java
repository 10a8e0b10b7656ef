package dev.hostwright.db.transfer;

import dev.hostwright.db.DbConfig;
import dev.hostwright.db.name.PhysicalName;
import dev.hostwright.db.role.Password;
import dev.hostwright.db.server.Server;
import io.quarkus.logging.Log;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One run of PostgreSQL's {@code pg_dump} or {@code pg_restore}, in an environment of its own: it has nothing of this
 * service's but where the server is, and the password of a login that is there for this run. Archives are read and
 * written here, byte by byte, so that there is an end to them. Everything blocks; {@link #stop} is for other threads.
 */
final class ClientProgram {

    private static final Pattern VERSION = Pattern.compile("\\(PostgreSQL\\) (\\d+)");
    private static final FileAttribute<?> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final String DUMP = "pg_dump";
    private static final int CHUNK = 64 * 1024;
    private static final int MOST_SAID = 16 * 1024;
    private static final int MOST_TOLD = 1000;

    /** What goes with the database that it was in: its owner, what others may do, and who listens to whom. */
    private static final List<String> COMMON = List.of(
            "--no-password",
            "--no-owner",
            "--no-privileges",
            "--no-subscriptions",
            "--no-security-labels",
            "--no-tablespaces");

    private final DbConfig config;
    private final Server server;
    private final Path passfile;
    private final Instant end;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicReference<@Nullable Process> running = new AtomicReference<>();
    private final AtomicReference<@Nullable TransferError> stopped = new AtomicReference<>();

    ClientProgram(DbConfig config, Server server, Path passfile) {
        this.config = config;
        this.server = server;
        this.passfile = passfile;
        this.end = Instant.now().plus(config.transfer().longest());
    }

    /** The major version of the programs; empty where there are none. */
    static Optional<Integer> version(DbConfig config) {
        return config.transfer().programs().map(folder -> version(folder.resolve(DUMP)));
    }

    private static int version(Path program) {
        try {
            ProcessBuilder builder = new ProcessBuilder(program.toString(), "--version");
            builder.environment().clear();
            Process process = builder.start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            Matcher version = VERSION.matcher(said);
            return version.find() ? Integer.parseInt(version.group(1)) : 0;
        } catch (IOException e) {
            Log.errorf("event=client-program-missing program=%s cause=\"%s\"", program, e.getMessage());
            return 0;
        }
    }

    /** Of the archive, written or read so far. */
    long bytes() {
        return bytes.get();
    }

    boolean isOverdue() {
        return Instant.now().isAfter(end);
    }

    /** Ends the run, for that reason. */
    void stop(String code, String message) {
        stopped.compareAndSet(null, new TransferError(code, message));
        Process process = running.get();
        if (process != null) {
            kill(process);
        }
    }

    /** What it was confined by does not take it along. */
    private static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /** Writes a database into a file that is not there yet; empty when all of it is. */
    Optional<TransferError> dump(PhysicalName database, PhysicalName login, Password password, Path file) {
        long most = config.transfer().maxSize().asLongValue();
        return run(DUMP, List.of("--format=custom", "--lock-wait-timeout=10s"), database, login, password, process -> {
            try (FileChannel archive = FileChannel.open(
                            file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), PRIVATE);
                    InputStream written = process.getInputStream()) {
                byte[] chunk = new byte[CHUNK];
                for (int read = written.read(chunk); read >= 0; read = written.read(chunk)) {
                    if (bytes.addAndGet(read) > most) {
                        stop("too-large", "The export is larger than %d bytes.".formatted(most));
                        return;
                    }
                    writeAll(archive, ByteBuffer.wrap(chunk, 0, read));
                }
                archive.force(true);
            }
        });
    }

    private static void writeAll(FileChannel archive, ByteBuffer chunk) throws IOException {
        while (chunk.hasRemaining()) {
            archive.write(chunk);
        }
    }

    /** Reads a file into a database, in one transaction: all of it, or nothing. */
    Optional<TransferError> restore(PhysicalName database, PhysicalName login, Password password, Path file) {
        List<String> arguments = List.of("--single-transaction", "--exit-on-error", "--dbname=" + database.value());
        return run("pg_restore", arguments, database, login, password, process -> {
            try (InputStream archive = Files.newInputStream(file);
                    OutputStream read = process.getOutputStream()) {
                byte[] chunk = new byte[CHUNK];
                for (int length = archive.read(chunk); length >= 0; length = archive.read(chunk)) {
                    read.write(chunk, 0, length);
                    bytes.addAndGet(length);
                }
            }
        });
    }

    private interface Copying {
        void with(Process process) throws IOException;
    }

    private Optional<TransferError> run(
            String program,
            List<String> arguments,
            PhysicalName database,
            PhysicalName login,
            Password password,
            Copying copying) {
        try {
            writePassfile(password);
            Process process = start(program, arguments, database, login);
            return ended(process, program, copying);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            Process process = running.get();
            if (process != null) {
                kill(process);
            }
            deletePassfile();
        }
    }

    private void deletePassfile() {
        try {
            Files.deleteIfExists(passfile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Process start(String program, List<String> arguments, PhysicalName database, PhysicalName login)
            throws IOException {
        List<String> command = new ArrayList<>(config.transfer().sandbox().orElse(List.of()));
        command.add(config.transfer().programs().orElseThrow().resolve(program).toString());
        command.addAll(COMMON);
        command.addAll(arguments);
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(Path.of("/").toFile());
        builder.environment().clear();
        builder.environment()
                .putAll(Map.of(
                        "PGHOST", server.settings().host(),
                        "PGPORT", String.valueOf(server.settings().port()),
                        "PGDATABASE", database.value(),
                        "PGUSER", login.value(),
                        "PGPASSFILE", passfile.toString(),
                        "PGCONNECT_TIMEOUT", "10",
                        "PGAPPNAME", "hostwright-" + program,
                        "LC_ALL", "C.UTF-8"));
        Process process = builder.start();
        running.set(process);
        if (stopped.get() != null) {
            kill(process);
        }
        return process;
    }

    /** The password is made here, so nothing in it needs an escape; no other login has it. */
    private void writePassfile(Password password) throws IOException {
        Files.deleteIfExists(passfile);
        Files.createFile(passfile, PRIVATE);
        Files.writeString(passfile, "*:*:*:*:" + password.plain() + "\n");
    }

    private Optional<TransferError> ended(Process process, String program, Copying copying) throws IOException {
        FutureTask<String> listener = new FutureTask<>(() -> listen(process));
        Thread.ofVirtual().start(listener);
        IOException broken = null;
        try {
            copying.with(process);
        } catch (IOException e) {
            broken = e; // pg_restore is gone, and says why itself, or the disk is full
        }
        try {
            int status = broken == null ? process.waitFor() : waitShortly(process);
            TransferError reason = stopped.get();
            if (reason != null) {
                return Optional.of(reason);
            }
            if (broken != null && (status == 0 || program.equals(DUMP))) {
                throw broken;
            }
            if (status != 0) {
                return Optional.of(refused(program, listener.get(5, TimeUnit.SECONDS)));
            }
            return Optional.empty();
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("what %s said cannot be read".formatted(program), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the service is being stopped", e);
        }
    }

    private static int waitShortly(Process process) throws InterruptedException {
        if (!process.waitFor(5, TimeUnit.SECONDS)) {
            kill(process);
            return 0;
        }
        return process.exitValue();
    }

    /** Reads all it says, and gives the beginning. */
    private static String listen(Process process) throws IOException {
        StringBuilder said = new StringBuilder();
        char[] chunk = new char[1024];
        try (Reader errors = process.errorReader(StandardCharsets.UTF_8)) {
            for (int read = errors.read(chunk); read >= 0; read = errors.read(chunk)) {
                if (said.length() < MOST_SAID) {
                    said.append(chunk, 0, read);
                }
            }
        }
        return said.toString();
    }

    /** What PostgreSQL has against it is about the customer's own things; where the server is, is nobody's business. */
    private static TransferError refused(String program, String said) {
        if (said.contains("connection to server") || said.contains("server version")) {
            Log.warnf("event=client-program-failed program=%s said=\"%s\"", program, oneLine(said));
            return new TransferError("failed", "The database could not be reached.");
        }
        String told = said.lines()
                .filter(line -> line.contains("error:") || line.contains("ERROR:") || line.contains("DETAIL:"))
                .map(ClientProgram::oneLine)
                .collect(Collectors.joining(" "));
        return new TransferError("refused", told.substring(0, Math.min(told.length(), MOST_TOLD)));
    }

    private static String oneLine(String text) {
        return text.replaceAll("[\\p{Cntrl}]+", " ").strip();
    }
}
