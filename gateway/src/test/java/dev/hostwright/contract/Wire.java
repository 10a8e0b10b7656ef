package dev.hostwright.contract;

import io.restassured.RestAssured;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** HTTP/1.1 as bytes on a socket, for requests that no client library sends. */
public final class Wire {

    private static final int PATIENCE_MILLIS = 20_000;

    private Wire() {}

    /**
     * What the service answered first.
     *
     * @param headers by their names in lower case
     */
    public record Answer(int status, Map<String, String> headers, String body) {

        public String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }
    }

    /** The lines of a request's head, with the end of it. */
    public static String head(String... lines) {
        return String.join("\r\n", lines) + "\r\n\r\n";
    }

    /** A body as one chunk and the end. */
    public static byte[] chunked(String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes("%x\r\n".formatted(bytes.length).getBytes(StandardCharsets.US_ASCII));
        all.writeBytes(bytes);
        all.writeBytes("\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return all.toByteArray();
    }

    /** Sends all of it, and reads the answer. */
    public static Answer send(String head, byte[] body) {
        return send(head, body, 1);
    }

    /** Sends the part of a body again and again until there is an answer, that often at most, and reads it. */
    public static Answer send(String head, byte[] part, int most) {
        try (Socket socket = new Socket("127.0.0.1", RestAssured.port)) {
            return send(socket, head, part, most);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether the service closes the connection, by and by, on a client that got its answer and has not sent all. */
    public static boolean isClosedAfterTheAnswer(String head, byte[] part, int most) {
        try (Socket socket = new Socket("127.0.0.1", RestAssured.port)) {
            send(socket, head, part, most);
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Answer send(Socket socket, String head, byte[] part, int most) throws IOException {
        socket.setSoTimeout(PATIENCE_MILLIS);
        OutputStream out = socket.getOutputStream();
        InputStream in = socket.getInputStream();
        out.write(head.getBytes(StandardCharsets.ISO_8859_1));
        for (int sent = 0; sent < most && in.available() == 0; sent++) {
            out.write(part);
        }
        out.flush();
        return read(in);
    }

    private static Answer read(InputStream in) throws IOException {
        String status = line(in);
        Map<String, String> headers = new HashMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        return new Answer(Integer.parseInt(status.split(" ")[1]), headers, body);
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                throw new IOException("the connection ended in a line: " + line);
            }
            line.write(octet);
        }
        return line.toString(StandardCharsets.ISO_8859_1).strip();
    }
}
