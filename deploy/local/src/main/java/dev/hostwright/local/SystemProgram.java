package dev.hostwright.local;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Programs that the system has, which Hostwright does not bring along. */
final class SystemProgram {

    /** Where servers are for somebody who is not root. */
    private static final List<String> USUAL_FOLDERS = List.of("/usr/sbin", "/usr/local/sbin");

    private SystemProgram() {}

    static Optional<Path> find(String name) {
        String path = System.getenv().getOrDefault("PATH", "");
        return Stream.concat(Stream.of(path.split(File.pathSeparator)), USUAL_FOLDERS.stream())
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
