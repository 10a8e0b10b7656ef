package dev.hostwright.dns.rdata;

import com.google.common.net.InetAddresses;
import dev.hostwright.dns.DnsName;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The data of one resource record; each case holds what its RFC says, and nothing else can be stored. */
public sealed interface Rdata {

    /** RFC 1035 section 3.4.1. */
    record A(Inet4Address address) implements Rdata {}

    /** RFC 3596 section 2.2. */
    record Aaaa(Inet6Address address) implements Rdata {}

    /**
     * RFC 8659 section 4.1.
     *
     * @param tag letters and digits, lower case
     * @param octets the value, one char for each octet
     */
    record Caa(int flags, String tag, String octets) implements Rdata {}

    /** RFC 1035 section 3.3.1. */
    record Cname(DnsName target) implements Rdata {}

    /** RFC 1035 section 3.3.9; with the root for an exchange, no mail is taken (RFC 7505), and the preference is 0. */
    record Mx(int preference, DnsName exchange) implements Rdata {}

    /** RFC 1035 section 3.3.11. */
    record Ns(DnsName host) implements Rdata {}

    /** RFC 1035 section 3.3.12. */
    record Ptr(DnsName target) implements Rdata {}

    /**
     * RFC 1035 section 3.3.13.
     *
     * @param mailbox of the zone's master: the local part as the first label, dots in it escaped, with the final dot
     * @param serial the service's own, whatever was sent
     */
    record Soa(DnsName primary, String mailbox, long serial, long refresh, long retry, long expire, long minimum)
            implements Rdata {}

    /** RFC 2782. */
    record Srv(int priority, int weight, int port, DnsName target) implements Rdata {}

    /**
     * RFC 1035 section 3.3.14.
     *
     * @param strings 255 octets each at most, one char for each octet
     */
    record Txt(List<String> strings) implements Rdata {
        public Txt {
            strings = List.copyOf(strings);
        }
    }

    default RRType type() {
        return switch (this) {
            case A a -> RRType.A;
            case Aaaa aaaa -> RRType.AAAA;
            case Caa caa -> RRType.CAA;
            case Cname cname -> RRType.CNAME;
            case Mx mx -> RRType.MX;
            case Ns ns -> RRType.NS;
            case Ptr ptr -> RRType.PTR;
            case Soa soa -> RRType.SOA;
            case Srv srv -> RRType.SRV;
            case Txt txt -> RRType.TXT;
        };
    }

    /**
     * What the data is stored as: one form for each value, without the preference of an MX and the priority of an SRV.
     */
    default String content() {
        return switch (this) {
            case A(var address) -> InetAddresses.toAddrString(address);
            case Aaaa(var address) -> InetAddresses.toAddrString(address);
            case Caa(var flags, var tag, var octets) -> flags + " " + tag + " " + Octets.quote(octets);
            case Cname(var target) -> target.absolute();
            case Mx(var preference, var exchange) -> exchange.absolute();
            case Ns(var host) -> host.absolute();
            case Ptr(var target) -> target.absolute();
            case Soa soa ->
                "%s %s %d %d %d %d %d"
                        .formatted(
                                soa.primary.absolute(),
                                soa.mailbox,
                                soa.serial,
                                soa.refresh,
                                soa.retry,
                                soa.expire,
                                soa.minimum);
            case Srv(var priority, var weight, var port, var target) -> weight + " " + port + " " + target.absolute();
            case Txt(var strings) -> strings.stream().map(Octets::quote).collect(Collectors.joining(" "));
        };
    }

    /** The preference of an MX, the priority of an SRV: the column {@code prio}. */
    default Optional<Integer> prio() {
        return switch (this) {
            case Mx mx -> Optional.of(mx.preference);
            case Srv srv -> Optional.of(srv.priority);
            case A a -> Optional.empty();
            case Aaaa aaaa -> Optional.empty();
            case Caa caa -> Optional.empty();
            case Cname cname -> Optional.empty();
            case Ns ns -> Optional.empty();
            case Ptr ptr -> Optional.empty();
            case Soa soa -> Optional.empty();
            case Txt txt -> Optional.empty();
        };
    }

    /** The content without the serial of a SOA, which is not the user's to say. */
    default String undated() {
        return undated(type(), content());
    }

    /** The content of a SOA without its serial, and of any other type as it is. */
    static String undated(RRType type, String content) {
        return type == RRType.SOA ? content.replaceFirst("^(\\S+ \\S+) [0-9]+", "$1") : content;
    }
}
