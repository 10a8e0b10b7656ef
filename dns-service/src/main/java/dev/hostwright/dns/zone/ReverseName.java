package dev.hostwright.dns.zone;

import dev.hostwright.dns.DnsName;
import dev.hostwright.dns.problem.Fault;
import java.util.List;
import java.util.regex.Pattern;

/** Zones of addresses: {@code in-addr.arpa} (RFC 1035 section 3.5, RFC 2317) and {@code ip6.arpa} (RFC 3596). */
final class ReverseName {

    private static final DnsName IP4 = new DnsName("in-addr.arpa");
    private static final DnsName IP6 = new DnsName("ip6.arpa");
    private static final Pattern OCTET = Pattern.compile("25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9]");
    private static final Pattern PART = Pattern.compile("[0-9]{1,3}[/-][0-9]{1,3}");
    private static final Pattern NIBBLE = Pattern.compile("[0-9a-f]");

    private static final int WIDEST4 = 24;
    private static final int WIDEST6 = 32;

    private ReverseName() {}

    static boolean isReverse(DnsName domain) {
        return domain.isAtOrBelow(IP4) || domain.isAtOrBelow(IP6);
    }

    /** The network whose addresses the zone is for; a part of a /24 (RFC 2317) belongs to the owner of the whole. */
    static String network(DnsName domain) {
        List<String> labels = domain.labels();
        List<String> own = labels.subList(0, labels.size() - 2).reversed();
        if (own.isEmpty()) {
            throw malformed();
        }
        return domain.isAtOrBelow(IP4) ? network4(own) : network6(own);
    }

    /** More than a /24, or in IPv6 more than a /32. */
    static boolean isWide(String network) {
        int length = Integer.parseInt(network.substring(network.indexOf('/') + 1));
        return length < (network.indexOf(':') < 0 ? WIDEST4 : WIDEST6);
    }

    private static String network4(List<String> octets) {
        StringBuilder network = new StringBuilder();
        for (int i = 0; i < octets.size(); i++) {
            String octet = octets.get(i);
            boolean part = i == 3 && PART.matcher(octet).matches();
            if (i > 4
                    || !part && !OCTET.matcher(octet).matches()
                    || i == 4 && !octets.get(3).matches(PART.pattern())) {
                throw malformed();
            }
            if (i < 3) {
                network.append(i == 0 ? "" : ".").append(octet);
            }
        }
        int given = Math.min(octets.size(), 3);
        return network.append(".0".repeat(4 - given))
                .append('/')
                .append(8 * given)
                .toString();
    }

    private static String network6(List<String> nibbles) {
        if (nibbles.size() > 32 || !nibbles.stream().allMatch(NIBBLE.asMatchPredicate())) {
            throw malformed();
        }
        String hex = String.join("", nibbles) + "0".repeat(32 - nibbles.size());
        return hex.replaceAll("(.{4})(?=.)", "$1:") + "/" + 4 * nibbles.size();
    }

    private static RuntimeException malformed() {
        return new Fault.Malformed("/domain", "reverse", "That is not the reverse of a network.").toException();
    }
}
