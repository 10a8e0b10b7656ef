package dev.hostwright.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** Asks the name server, by UDP, and by TCP what is too long for it. */
public final class Questions {

    private final SimpleResolver server;

    public Questions(int port) {
        server = new SimpleResolver(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        server.setTimeout(Duration.ofSeconds(10));
    }

    public Reply ask(String name, int type) {
        try {
            return new Reply(server.send(Message.newQuery(Record.newRecord(name(name), type, DClass.IN))));
        } catch (IOException e) {
            throw new UncheckedIOException(name + " " + Type.string(type), e);
        }
    }

    static Name name(String name) {
        try {
            return Name.fromString(name, Name.root);
        } catch (TextParseException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What came back. */
    public record Reply(Message message) {

        /**
         * The response code, and with it what is in the answer, without TTLs: {@code NOERROR www.a.test. A 192.0.2.1}.
         */
        public List<String> lines() {
            return Stream.concat(
                            Stream.of(rcode()),
                            message.getSection(Section.ANSWER).stream().map(Reply::line))
                    .toList();
        }

        String rcode() {
            return Rcode.string(message.getRcode());
        }

        /** Data of that name and type, wherever in the message: that of a delegation is in its authority. */
        List<Record> records(String name, int type) {
            return Stream.of(Section.ANSWER, Section.AUTHORITY)
                    .flatMap(section -> message.getSection(section).stream())
                    .filter(each -> each.getType() == type && each.getName().equals(Questions.name(name)))
                    .toList();
        }

        private static String line(Record each) {
            return "%s %s %s"
                    .formatted(
                            each.getName().toString().toLowerCase(Locale.ROOT),
                            Type.string(each.getType()),
                            each.rdataToString());
        }
    }
}
