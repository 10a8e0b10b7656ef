package dev.hostwright.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** PgBouncer as {@code deploy/pgbouncer} sets it up, on a free port of 127.0.0.1, in front of a stack's PostgreSQL. */
final class Pooler {

    static final String ROLE = "hostwright_pgbouncer";

    private static final String PROGRAM = "pgbouncer";
    private static final int OLDEST = 19;

    private final ServiceProcess process;
    private final int port;

    private Pooler(ServiceProcess process, int port) {
        this.process = process;
        this.port = port;
    }

    /** In CI its absence is a failure, which its start says. */
    static boolean isWanted() throws IOException {
        return SharedStack.isCi() || isNewEnough();
    }

    private static boolean isNewEnough() throws IOException {
        if (SystemProgram.find(PROGRAM).isEmpty()) {
            return false;
        }
        Process process = new ProcessBuilder(program(), "--version").start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Matcher version = Pattern.compile("PgBouncer 1\\.(\\d+)").matcher(said);
        return version.find() && Integer.parseInt(version.group(1)) >= OLDEST;
    }

    private static String program() {
        return SystemProgram.find(PROGRAM).orElseThrow().toString();
    }

    static Pooler start(LocalStack stack, Path folder) {
        // its log beside those of the stack
        Options options = Options.anyPorts(
                Options.findRoot(), stack.log(PROGRAM).resolveSibling("..").normalize());
        int port = Ports.choose(0, PROGRAM, "");
        // it does not want to be root, and systemd starts it as another, who has to get at these files
        boolean root = System.getProperty("user.name").equals("root");
        String group = root ? "nogroup" : "";
        if (root) {
            SystemProgram.run("chmod", "755", folder.toString());
        }
        Path userlist = folder.resolve("userlist.txt");
        Path hba = folder.resolve("pg_hba.conf");
        ConfigurationFile.read(options, "pgbouncer/userlist.txt")
                .replace("change-me", stack.postgres().password(ROLE))
                .write(userlist, group);
        ConfigurationFile.read(options, "pgbouncer/pg_hba.conf").write(hba, group);
        Path configuration = folder.resolve("pgbouncer.ini");
        ConfigurationFile.read(options, "pgbouncer/pgbouncer.ini")
                .replace("port=5432", "port=" + stack.postgres().port())
                .with("listen_port", String.valueOf(port))
                .with("auth_file", userlist.toString())
                .with("auth_hba_file", hba.toString())
                .and(root ? "user = nobody\n" : "")
                .write(configuration, group);
        ServiceProcess process =
                ServiceProcess.start(PROGRAM, options, List.of(program(), configuration.toString()), Map.of(), http -> {
                    try (Socket socket = new Socket()) {
                        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
                    }
                    return true;
                });
        process.awaitReady(stack.http());
        return new Pooler(process, port);
    }

    Connection connect(String database, String user, String password) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port, database), user, password);
    }

    void stop() {
        process.askToStop();
        process.awaitStop();
    }
}
