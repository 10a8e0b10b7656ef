package dev.hostwright.local;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * Delivers as another mail server does, and says what it is answered.
 *
 * @param hello how it begins: EHLO in SMTP (RFC 5321), LHLO in LMTP (RFC 2033)
 */
record Dialogue(int port, String hello) {

    static Dialogue smtp(int port) {
        return new Dialogue(port, "EHLO");
    }

    static Dialogue lmtp(int port) {
        return new Dialogue(port, "LHLO");
    }

    /**
     * The last answer, which is the first that refuses, and to what.
     *
     * @param sizeSaid whether the sender says beforehand how much it is
     */
    String deliver(String from, String to, String text, boolean sizeSaid) throws IOException {
        String size = sizeSaid ? " SIZE=" + text.length() : "";
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            OutputStream out = socket.getOutputStream();
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            answer(in);
            for (String command :
                    new String[] {hello + " test", "MAIL FROM:<" + from + ">" + size, "RCPT TO:<" + to + ">", "DATA"}) {
                say(out, command);
                String answer = answer(in);
                if (!answer.startsWith("2") && !answer.startsWith("3")) {
                    return answer + " to " + command;
                }
            }
            say(out, "Subject: a dialogue\r\n\r\n" + text + "\r\n.");
            return answer(in) + " to the DATA";
        }
    }

    private static void say(OutputStream out, String line) throws IOException {
        out.write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    /** The last line of an answer. */
    private static String answer(BufferedReader in) throws IOException {
        String line = in.readLine();
        while (line != null && line.length() > 3 && line.charAt(3) == '-') {
            line = in.readLine();
        }
        return line == null ? "" : line;
    }
}
