package dev.hostwright.db;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The newest PostgreSQL that the system has, as Debian packs it: with {@code pg_dump} and {@code pg_restore} of the
 * same version, which the usual server comes without; and a service that makes exports by these.
 */
public class SystemPostgres extends DbPostgres {

    private static final Path VERSIONS = Path.of("/usr/lib/postgresql");
    private static final List<String> NEEDED = List.of("initdb", "postgres", "pg_ctl", "pg_dump", "pg_restore");

    /** The largest file of an export here. */
    public static final int MAX_SIZE = 2 * 1024 * 1024;

    /** Where the files are: known to the packaged service and to the tests of it. */
    public static Path folder() {
        try {
            return Files.createDirectories(Path.of("target", "exports").toAbsolutePath());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether the tests that need it are run; in CI they are, and fail without it. */
    public static boolean isWanted() {
        return programs().isPresent() || "true".equals(System.getenv("CI"));
    }

    private static Optional<Path> programs() {
        if (!Files.exists(VERSIONS)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(VERSIONS)) {
            return versions.max(
                            Comparator.comparingInt(version -> Integer.parseInt(String.valueOf(version.getFileName()))))
                    .map(version -> version.resolve("bin"))
                    .filter(bin -> NEEDED.stream().allMatch(name -> Files.isExecutable(bin.resolve(name))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path bin() {
        return programs()
                .orElseThrow(() -> new IllegalStateException("there is no PostgreSQL server in " + VERSIONS
                        + ", which CI must have (Debian: apt install postgresql)"));
    }

    @Override
    protected Map<String, String> serverSettings() {
        Map<String, String> settings = new HashMap<>(super.serverSettings());
        settings.put("unix_socket_directories", "");
        return settings;
    }

    /** What starts the usual server takes it from an archive; in this one are scripts that call the system's. */
    @Override
    protected void configure(EmbeddedPostgres.Builder server) throws IOException {
        Path home = Files.createTempDirectory("system-postgres");
        Path scripts = Files.createDirectory(home.resolve("bin"));
        for (String name : NEEDED) {
            Path script = Files.writeString(
                    scripts.resolve(name), "#!/bin/sh\nexec %s \"$@\"\n".formatted(bin().resolve(name)));
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Path archive = home.resolve("system.txz");
        try {
            SystemProgram.run(
                    Map.of("PATH", System.getenv("PATH")),
                    "tar",
                    "-cJf",
                    archive.toString(),
                    "-C",
                    home.toString(),
                    "bin");
        } catch (Exception e) {
            throw new IOException(e);
        }
        server.setPgBinaryResolver((system, hardware) -> Files.newInputStream(archive));
    }

    @Override
    public Map<String, String> start() {
        Map<String, String> settings = new HashMap<>(super.start());
        settings.put("DB_CLIENT_PROGRAMS", bin().toString());
        settings.put("DB_EXPORT_FOLDER", folder().toString());
        settings.put("DB_EXPORT_MAX_SIZE", String.valueOf(MAX_SIZE));
        return settings;
    }
}
