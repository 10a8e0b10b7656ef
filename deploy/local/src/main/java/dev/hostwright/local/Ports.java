package dev.hostwright.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Ports on 127.0.0.1. */
final class Ports {

    private Ports() {}

    /** That port when it is free, or any free one for 0. */
    static int choose(int wanted, String whose, String setting) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted));
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new StackException(
                    "Port %d for the %s is taken%s. Stop that, or choose another port: %s=0 takes any free one (or deploy/up --%s 0)."
                            .formatted(
                                    wanted,
                                    whose,
                                    holder(wanted).map(who -> " by " + who).orElse(""),
                                    setting,
                                    option(setting)),
                    e);
        }
    }

    /** A free one, by UDP too. */
    static int chooseDatagram(String whose) {
        return IntStream.range(0, 100)
                .map(attempt -> choose(0, whose, ""))
                .filter(Ports::isFreeByUdp)
                .findFirst()
                .orElseThrow(() -> new StackException("There is no free port for the " + whose));
    }

    private static boolean isFreeByUdp(int port) {
        try (DatagramSocket socket =
                new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
            return socket.isBound();
        } catch (SocketException e) {
            return false;
        }
    }

    private static String option(String setting) {
        return setting.equals("PGPORT")
                ? "postgres-port"
                : setting.toLowerCase(Locale.ROOT).replace('_', '-').replace("-service", "");
    }

    /** Which process listens there, where /proc tells. */
    private static Optional<String> holder(int port) {
        String local = ":%04X".formatted(port);
        for (Path table : List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"))) {
            for (String line : lines(table)) {
                String[] words = line.trim().split("\\s+");
                if (words.length > 9 && words[1].endsWith(local) && words[3].equals("0A")) {
                    return processOf("socket:[" + words[9] + "]");
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<String> processOf(String socket) {
        return ProcessHandle.allProcesses()
                .filter(process -> hasOpen(process, socket))
                .findFirst()
                .map(process -> "process %d (%s)"
                        .formatted(process.pid(), process.info().command().orElse("unknown")));
    }

    private static boolean hasOpen(ProcessHandle process, String socket) {
        Path open = Path.of("/proc", String.valueOf(process.pid()), "fd");
        try (Stream<Path> files = Files.list(open)) {
            return files.anyMatch(file -> pointsTo(file, socket));
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }

    private static boolean pointsTo(Path link, String target) {
        try {
            return Files.readSymbolicLink(link).toString().equals(target);
        } catch (IOException e) {
            return false;
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            return List.of();
        }
    }
}
