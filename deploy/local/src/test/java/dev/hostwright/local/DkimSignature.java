package dev.hostwright.local;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A DKIM signature as a receiver looks at it (RFC 6376 section 6): {@code rsa-sha256}, {@code relaxed/relaxed}.
 *
 * @param value of the header field {@code DKIM-Signature}, folded as it came
 */
record DkimSignature(String value) {

    private static final Pattern SIGNATURE_TAG = Pattern.compile("(^|;)(\\s*b\\s*=)[^;]*");

    /** Where the public key is. */
    String name() {
        return tag("s") + "._domainkey." + tag("d");
    }

    String tag(String name) {
        return tags(value).getOrDefault(name, "");
    }

    /**
     * Whether it is of that message.
     *
     * @param message with CRLF at the end of each line
     * @param record the TXT at {@link #name()}, its strings joined
     */
    boolean isOf(String message, String record) throws GeneralSecurityException {
        int end = message.indexOf("\r\n\r\n");
        byte[] hash = MessageDigest.getInstance("SHA-256")
                .digest(relaxedBody(message.substring(end + 4)).getBytes(StandardCharsets.US_ASCII));
        if (!tag("a").equals("rsa-sha256")
                || !tag("c").equals("relaxed/relaxed")
                || !Arrays.equals(hash, Base64.getDecoder().decode(tag("bh")))) {
            return false;
        }
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initVerify(key(record));
        signature.update(signed(message.substring(0, end)).getBytes(StandardCharsets.US_ASCII));
        return signature.verify(Base64.getDecoder().decode(tag("b")));
    }

    private static PublicKey key(String record) throws GeneralSecurityException {
        Map<String, String> tags = tags(record);
        if (!"DKIM1".equals(tags.get("v")) || !"rsa".equals(tags.get("k"))) {
            throw new GeneralSecurityException("no key for RSA: " + record);
        }
        byte[] encoded = Base64.getDecoder().decode(tags.getOrDefault("p", ""));
        return KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(encoded));
    }

    /** The fields that it names, the last of a name first (section 5.4.2), and itself without the signature. */
    private String signed(String head) {
        List<String> left =
                new ArrayList<>(Arrays.asList(head.replaceAll("\r\n[ \t]+", " ").split("\r\n")));
        StringBuilder text = new StringBuilder();
        for (String name : tag("h").split(":")) {
            for (int i = left.size() - 1; i >= 0; i--) {
                if (left.get(i).toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":")) {
                    text.append(relaxedField(left.remove(i))).append("\r\n");
                    break;
                }
            }
        }
        return text
                + relaxedField("DKIM-Signature:" + SIGNATURE_TAG.matcher(value).replaceFirst("$1$2"));
    }

    /** Section 3.4.2. */
    private static String relaxedField(String field) {
        int colon = field.indexOf(':');
        return field.substring(0, colon).strip().toLowerCase(Locale.ROOT)
                + ":"
                + field.substring(colon + 1).replaceAll("\\s+", " ").strip();
    }

    /** Section 3.4.4. */
    private static String relaxedBody(String body) {
        String text = Arrays.stream(body.split("\r\n", -1))
                .map(line -> line.replaceAll("[ \t]+", " ").replaceAll(" $", ""))
                .collect(Collectors.joining("\r\n"));
        String lines = text.replaceAll("(\r\n)+$", "");
        return lines.isEmpty() ? "" : lines + "\r\n";
    }

    private static Map<String, String> tags(String list) {
        Map<String, String> tags = new HashMap<>();
        for (String tag : list.split(";")) {
            int is = tag.indexOf('=');
            if (is > 0) {
                tags.put(tag.substring(0, is).strip(), tag.substring(is + 1).replaceAll("\\s", ""));
            }
        }
        return tags;
    }
}
