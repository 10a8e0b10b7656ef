package dev.hostwright.dns.zone;

import com.google.common.net.HostAndPort;
import com.google.common.net.InetAddresses;
import dev.hostwright.dns.problem.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The masters of a SLAVE zone: addresses, each with a port if it is not 53, as PowerDNS reads them. */
final class MasterAddress {

    private static final Pattern ASCII = Pattern.compile("[0-9a-fA-F:.\\[\\]]+");
    private static final int MAX = 16;

    private MasterAddress() {}

    /** Reads addresses between commas or blanks, and gives them back in one form. */
    static String readAll(String text) {
        List<String> masters = new ArrayList<>();
        for (String master : text.strip().split("[,\\s]+")) {
            masters.add(read(master));
        }
        if (masters.size() > MAX) {
            throw malformed();
        }
        return String.join(",", masters);
    }

    private static String read(String text) {
        if (!ASCII.matcher(text).matches()) {
            throw malformed();
        }
        try {
            if (InetAddresses.isInetAddress(text)) {
                return InetAddresses.toAddrString(InetAddresses.forString(text));
            }
            HostAndPort both = HostAndPort.fromString(text);
            return InetAddresses.toUriString(InetAddresses.forString(both.getHost())) + ":" + both.getPort();
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw malformed();
        }
    }

    private static RuntimeException malformed() {
        return new Fault.Malformed(
                        "/master", "address", "Send 1 to %d IP addresses, with commas between.".formatted(MAX))
                .toException();
    }
}
