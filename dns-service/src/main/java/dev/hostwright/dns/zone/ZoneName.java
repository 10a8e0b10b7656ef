package dev.hostwright.dns.zone;

import dev.hostwright.dns.DnsName;
import dev.hostwright.dns.problem.Fault;
import dev.hostwright.dns.problem.FaultException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * The name of a zone that a customer may have, and whom its neighbours belong to.
 *
 * @param registrable the domain that is bought as a whole: everything at or below it has one owner
 * @param network of a reverse zone, in CIDR form: networks of different owners do not overlap
 */
record ZoneName(DnsName domain, DnsName registrable, Optional<String> network) {

    /** So that the longest name of the default records, {@code admin}, fits below it. */
    private static final int MAX_LENGTH = DnsName.MAX_LENGTH - "admin.".length();

    private static final Pattern LABEL = Pattern.compile("[a-z0-9_-]+");
    private static final Pattern TLD = Pattern.compile("[a-z]{2,}|xn--[a-z0-9-]+");

    /** Below a suffix these are looked for by mail clients, so whoever has one gets others' passwords. */
    private static final Set<String> LURES = Set.of("autoconfig", "autodiscover");

    /**
     * Reads a domain as people write it.
     *
     * @param reserved top-level domains of which there are no zones here
     */
    static ZoneName of(String text, List<String> reserved) {
        List<String> labels = fold(text.endsWith(".") ? text.substring(0, text.length() - 1) : text);
        DnsName domain = new DnsName(String.join(".", labels));
        if (domain.value().length() > MAX_LENGTH) {
            throw malformed("name_too_long", "A zone's name has %d characters at most.".formatted(MAX_LENGTH));
        }
        if (ReverseName.isReverse(domain)) {
            return new ZoneName(domain, domain, Optional.of(ReverseName.network(domain)));
        }
        for (String label : labels) {
            if (!LABEL.matcher(label).matches()) {
                throw malformed("label", "'%s' cannot be part of a domain.".formatted(label));
            }
        }
        if (!TLD.matcher(labels.getLast()).matches()) {
            throw malformed("tld", "There is no top-level domain '%s'.".formatted(labels.getLast()));
        }
        if (reserved.contains(labels.getLast())) {
            throw malformed("reserved", "Below '%s' there are no zones.".formatted(labels.getLast()));
        }
        return new ZoneName(domain, registrable(labels), Optional.empty());
    }

    private static List<String> fold(String text) {
        at(() -> DnsName.checkInput(text));
        List<String> labels = new ArrayList<>();
        for (String label : text.split("\\.", -1)) {
            if (label.isEmpty()) {
                throw malformed("empty_label", "A domain has at least two labels, and none is empty.");
            }
            labels.add(at(() -> DnsName.fold(label)));
        }
        return labels;
    }

    /** Runs a reader whose fault is about the domain. */
    private static String at(Supplier<String> reader) {
        try {
            return reader.get();
        } catch (FaultException e) {
            throw e.fault() instanceof Fault.Malformed(var pointer, var code, var message)
                    ? malformed(code, message)
                    : e;
        }
    }

    private static DnsName registrable(List<String> labels) {
        int suffix = PublicSuffix.labels(labels);
        if (labels.size() <= suffix) {
            throw malformed("public_suffix", "That is no domain but a suffix, below which there are many owners.");
        }
        List<String> registrable = labels.subList(labels.size() - suffix - 1, labels.size());
        String own = registrable.getFirst();
        if (own.startsWith("_") || LURES.contains(own)) {
            throw malformed("reserved", "'%s' directly below a public suffix has a meaning of its own.".formatted(own));
        }
        return new DnsName(String.join(".", registrable));
    }

    private static RuntimeException malformed(String code, String message) {
        return new Fault.Malformed("/domain", code, message).toException();
    }
}
