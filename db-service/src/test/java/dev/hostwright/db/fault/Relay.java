package dev.hostwright.db.fault;

import dev.hostwright.contract.PostgresResource.Superuser;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/**
 * Stands between a service and PostgreSQL, reads what they say to each other (the frontend/backend protocol, version
 * 3), and does at a chosen statement what a fault would do.
 *
 * <p>BEGIN is no statement here, since nothing has happened yet; and the sessions in which the service ends holdups are
 * not listened to, since they have no part in any request.
 */
final class Relay implements AutoCloseable {

    private static final int SSL_REQUEST = 80877103;
    private static final Trap NO_TRAP = new Trap(Cut.NONE, 0, sql -> false);
    private static final String MARK_OF_HOLDUPS = "set_config('app.tenant', '*', true)";

    private final int target;
    private final ServerSocket door;
    private final List<Link> links = new CopyOnWriteArrayList<>();
    private Trap trap = NO_TRAP;

    /** What happens at the statement. */
    enum Cut {
        NONE,
        /** It waits in the relay until it is let go, like the service that has sent it. */
        HELD,
        /** The backend is ended before it gets the statement, as an administrator would do it. */
        BACKEND_ENDED,
        /** The statement is done, and its answer is lost with the connection. */
        ANSWER_LOST,
        /** The backend is killed with the statement in its hands: the server ends all sessions and recovers. */
        BACKEND_KILLED
    }

    /** Where a cut is made: at that one of the statements that match which comes as the n-th. */
    static final class Trap {
        private final Cut cut;
        private int left;
        private final Predicate<String> which;
        private final CompletableFuture<String> sprung = new CompletableFuture<>();
        private final CompletableFuture<Void> gate = new CompletableFuture<>();

        private Trap(Cut cut, int n, Predicate<String> which) {
            this.cut = cut;
            this.left = n;
            this.which = which;
        }

        /** Completes with the statement. */
        CompletableFuture<String> sprung() {
            return sprung;
        }

        /** Lets go what is held. */
        void letGo() {
            gate.complete(null);
        }
    }

    Relay(int target) {
        this.target = target;
        try {
            this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        run(this::accept);
    }

    int port() {
        return door.getLocalPort();
    }

    /** From now on, and instead of what was set before. */
    synchronized Trap set(Cut cut, int n, Predicate<String> which) {
        trap = new Trap(cut, n, which);
        return trap;
    }

    /** Waits until PostgreSQL has ended the sessions of all who came through here. */
    void awaitEnds() {
        links.forEach(link -> link.ended.join());
        links.clear();
    }

    private void accept() {
        while (!door.isClosed()) {
            try {
                link(door.accept());
            } catch (IOException e) {
                // closed
            }
        }
    }

    /** While PostgreSQL is away, whoever connects is sent away. */
    private void link(Socket service) throws IOException {
        try {
            Link link = new Link(service, new Socket(InetAddress.getLoopbackAddress(), target));
            links.add(link);
            run(link::fromService);
            run(link::fromServer);
        } catch (IOException e) {
            service.close();
        }
    }

    private static void run(Runnable work) {
        Thread.ofPlatform().daemon().start(work);
    }

    /** Whether it is this statement at which the cut is made, and which. */
    private synchronized Trap at(Link link, String sql) {
        link.ofHoldups |= sql.contains(MARK_OF_HOLDUPS);
        boolean counts = !sql.isEmpty() && !sql.equals("BEGIN") && !link.ofHoldups && trap.which.test(sql);
        return counts && trap.left > 0 && --trap.left == 0 ? trap : NO_TRAP;
    }

    private void closeDoor() {
        try {
            door.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        closeDoor();
        links.forEach(Link::close);
    }

    /** One connection of the service, and ours to PostgreSQL for it. */
    private final class Link {
        private final Socket service;
        private final Socket server;
        private final CompletableFuture<Void> ended = new CompletableFuture<>();
        private final Map<String, String> prepared = new HashMap<>();
        private volatile int pid;
        private volatile boolean muted;
        private boolean ofHoldups;

        /** What was sent and is not answered yet, at first the startup packet; changed under this object's lock. */
        private int unanswered = 1;

        private Link(Socket service, Socket server) throws IOException {
            this.service = service;
            this.server = server;
            service.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
        }

        private void fromService() {
            try (DataInputStream in = new DataInputStream(service.getInputStream())) {
                OutputStream out = server.getOutputStream();
                greet(in, out);
                readMessages(in, out);
                server.shutdownOutput();
            } catch (IOException e) {
                // the service is gone, or PostgreSQL is
                shutServer();
            }
        }

        private void greet(DataInputStream in, OutputStream out) throws IOException {
            while (true) {
                int length = in.readInt();
                byte[] body = in.readNBytes(length - 4);
                if (ByteBuffer.wrap(body).getInt() != SSL_REQUEST) {
                    out.write(
                            ByteBuffer.allocate(length).putInt(length).put(body).array());
                    return;
                }
                service.getOutputStream().write('N');
            }
        }

        /** Up to a Sync, messages belong together. */
        private void readMessages(DataInputStream in, OutputStream out) throws IOException {
            ByteArrayOutputStream together = new ByteArrayOutputStream();
            String sql = "";
            boolean executes = false;
            for (int type = in.read(); type >= 0; type = in.read()) {
                int length = in.readInt();
                byte[] body = in.readNBytes(length - 4);
                DataOutputStream copy = new DataOutputStream(together);
                copy.writeByte(type);
                copy.writeInt(length);
                copy.write(body);
                switch (type) {
                    case 'P' -> prepared.put(text(body, 0), text(body, 1));
                    case 'B' -> sql = prepared.getOrDefault(text(body, 1), "");
                    case 'E' -> executes = true;
                    case 'Q' -> pass(text(body, 0), together, out);
                    case 'S' -> pass(executes ? sql : "", together, out);
                    case 'D', 'C' -> {}
                    default -> send(together, out);
                }
                if (type == 'S') {
                    executes = false;
                }
            }
        }

        /** The n-th of the texts at the beginning, each of which ends with a zero. */
        private static String text(byte[] body, int n) {
            return new String(body, StandardCharsets.UTF_8).split("\0", -1)[n];
        }

        private void pass(String sql, ByteArrayOutputStream together, OutputStream out) throws IOException {
            Trap here = at(this, sql);
            if (here.cut != Cut.NONE) {
                awaitAnswers();
            }
            synchronized (this) {
                unanswered++;
            }
            switch (here.cut) {
                case NONE -> send(together, out);
                case HELD -> {
                    here.sprung.complete(sql);
                    here.gate.join();
                    send(together, out);
                }
                case BACKEND_ENDED -> {
                    here.sprung.complete(sql);
                    endBackend();
                    send(together, out);
                }
                case ANSWER_LOST -> {
                    muted = true;
                    send(together, out);
                    awaitAnswers();
                    here.sprung.complete(sql);
                    close();
                }
                case BACKEND_KILLED -> {
                    send(together, out);
                    ProcessHandle.of(pid).orElseThrow().destroyForcibly();
                    here.sprung.complete(sql);
                }
            }
        }

        private static void send(ByteArrayOutputStream together, OutputStream out) throws IOException {
            together.writeTo(out);
            together.reset();
        }

        private synchronized void awaitAnswers() {
            try {
                while (unanswered > 0 && !ended.isDone()) {
                    wait();
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        private void endBackend() {
            try (Connection superuser = Superuser.connect("postgres");
                    PreparedStatement end = superuser.prepareStatement("SELECT pg_terminate_backend(?, 5000)")) {
                end.setInt(1, pid);
                end.execute();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        /** What cannot be told to the service any more is read all the same, so that PostgreSQL is not kept waiting. */
        private void fromServer() {
            try (DataInputStream in = new DataInputStream(server.getInputStream())) {
                DataOutputStream out = new DataOutputStream(service.getOutputStream());
                for (int type = in.read(); type >= 0; type = in.read()) {
                    int length = in.readInt();
                    byte[] body = in.readNBytes(length - 4);
                    if (type == 'K') {
                        pid = ByteBuffer.wrap(body).getInt();
                    }
                    tell(out, type, length, body);
                    if (type == 'Z') {
                        answered();
                    }
                }
            } catch (IOException e) {
                // killed, or closed by us
            } finally {
                ended.complete(null);
                answered();
                close();
            }
        }

        private void tell(DataOutputStream out, int type, int length, byte[] body) {
            if (muted) {
                return;
            }
            try {
                out.write(ByteBuffer.allocate(length + 1)
                        .put((byte) type)
                        .putInt(length)
                        .put(body)
                        .array());
            } catch (IOException e) {
                muted = true;
            }
        }

        private synchronized void answered() {
            unanswered--;
            notifyAll();
        }

        private void shutServer() {
            try {
                server.shutdownOutput();
            } catch (IOException e) {
                close();
            }
        }

        private void close() {
            try {
                service.close();
                server.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
