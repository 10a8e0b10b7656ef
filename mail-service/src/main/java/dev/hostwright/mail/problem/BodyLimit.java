package dev.hostwright.mail.problem;

import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;
import jakarta.ws.rs.ext.ReaderInterceptor;
import jakarta.ws.rs.ext.ReaderInterceptorContext;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Reads no more of a body than it may be long, when the body did not say its length before. */
@Provider
class BodyLimit implements ReaderInterceptor {

    /** The bytes of a request's body. */
    static final int BYTES = 1024 * 1024;

    @Override
    public Object aroundReadFrom(ReaderInterceptorContext context) throws IOException {
        Counted body = new Counted(context.getInputStream());
        context.setInputStream(body);
        try {
            return context.proceed();
        } catch (IOException | RuntimeException e) {
            // Whoever was reading has wrapped what the stream threw, or wants no more of a body that is broken anyway.
            if (body.isTooLong()) {
                throw new ClientErrorException(Response.Status.REQUEST_ENTITY_TOO_LARGE);
            }
            throw e;
        }
    }

    private static final class Counted extends FilterInputStream {

        private long count;

        Counted(InputStream body) {
            super(body);
        }

        boolean isTooLong() {
            return count > BYTES;
        }

        @Override
        public int read() throws IOException {
            int octet = super.read();
            count(octet < 0 ? 0 : 1);
            return octet;
        }

        @Override
        public int read(byte[] into, int from, int most) throws IOException {
            int read = super.read(into, from, most);
            count(Math.max(0, read));
            return read;
        }

        private void count(int read) throws IOException {
            count += read;
            if (isTooLong()) {
                throw new IOException("body over " + BYTES + " bytes");
            }
        }

        /** A reader that gives up early leaves the rest, which the server's own stream would wait for without end. */
        @Override
        public void close() throws IOException {
            byte[] rest = new byte[8192];
            while (!isTooLong() && read(rest, 0, rest.length) >= 0) {
                // only counted
            }
        }
    }
}
