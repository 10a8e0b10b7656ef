package dev.hostwright.dns.zone;

import com.google.common.net.InternetDomainName;
import com.ibm.icu.text.IDNA;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The public suffix list that Guava carries: below which names many owners are. */
final class PublicSuffix {

    /**
     * What Guava takes for a label; any other is no part of a suffix, so it is looked up as if it were another word.
     */
    private static final Pattern ORDINARY = Pattern.compile("[a-z0-9]([a-z0-9_-]*[a-z0-9])?");

    private static final IDNA UTS46 = IDNA.getUTS46Instance(IDNA.NONTRANSITIONAL_TO_UNICODE);

    private PublicSuffix() {}

    /** The number of labels of the suffix; when no rule matches it is the last label. */
    static int labels(List<String> labels) {
        String name = labels.stream().map(PublicSuffix::asListed).collect(Collectors.joining("."));
        InternetDomainName suffix = InternetDomainName.from(name).publicSuffix();
        return suffix == null ? 1 : suffix.parts().size();
    }

    /** The list has names in their own script. */
    private static String asListed(String label) {
        if (!ORDINARY.matcher(label).matches()) {
            return "x";
        }
        return label.startsWith("xn--")
                ? UTS46.labelToUnicode(label, new StringBuilder(), new IDNA.Info())
                        .toString()
                : label;
    }
}
