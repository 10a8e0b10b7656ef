package dev.hostwright.local;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Makes records of every type but SOA, in forms in which people write them, and knows what each is in a message: it
 * builds both from the same values, and reads neither.
 */
final class RandomRecords {

    static final List<String> TYPES = List.of("A", "AAAA", "CAA", "CNAME", "MX", "NS", "PTR", "SRV", "TXT");

    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz";
    private static final String LETTERS_AND_DIGITS = LETTERS + "0123456789";

    /** What a reader of record data could stumble over. */
    private static final String STUMBLING = "\"\\;()@#$ .*\t-_:/'`<>\u00e9\u200b\u00000189aA";

    private final RandomGenerator random;

    RandomRecords(RandomGenerator random) {
        this.random = random;
    }

    /**
     * A record to send.
     *
     * @param prio when it is not in the content
     * @param wire its data in a message, names in lower case and not compressed
     */
    record Given(String type, String content, Optional<Integer> prio, byte[] wire) {}

    Given next() {
        return next(TYPES.get(random.nextInt(TYPES.size())));
    }

    /** One that somebody mistyped: a character more, less, or another. */
    Given mistyped() {
        Given right = next();
        StringBuilder content = new StringBuilder(right.content);
        int at = random.nextInt(content.length());
        char slip = STUMBLING.charAt(random.nextInt(STUMBLING.length()));
        switch (random.nextInt(3)) {
            case 0 -> content.insert(at, slip);
            case 1 -> content.setCharAt(at, slip);
            default -> content.deleteCharAt(at);
        }
        return new Given(right.type, content.toString(), right.prio, new byte[0]);
    }

    private Given next(String type) {
        return switch (type) {
            case "A" -> address4();
            case "AAAA" -> address6();
            case "CAA" -> caa();
            case "MX" -> mx();
            case "SRV" -> srv();
            case "TXT" -> random.nextInt(4) == 0 ? plainText() : quotedText();
            default -> name(type);
        };
    }

    private Given address4() {
        byte[] octets = octets(4);
        List<String> numbers = new ArrayList<>();
        for (byte octet : octets) {
            numbers.add(String.valueOf(octet & 0xff));
        }
        return new Given("A", String.join(".", numbers), Optional.empty(), octets);
    }

    private Given address6() {
        int[] groups = random.ints(8, 0, 0x10000).toArray();
        int zeros = random.nextInt(8);
        int first = random.nextInt(9 - zeros);
        for (int i = first; i < first + zeros; i++) {
            groups[i] = 0;
        }
        ByteBuffer wire = ByteBuffer.allocate(16);
        for (int group : groups) {
            wire.putShort((short) group);
        }
        boolean shortened = zeros > 1 && random.nextBoolean();
        String text =
                shortened ? groups(groups, 0, first) + "::" + groups(groups, first + zeros, 8) : groups(groups, 0, 8);
        return new Given(
                "AAAA", random.nextBoolean() ? text.toUpperCase(Locale.ROOT) : text, Optional.empty(), wire.array());
    }

    private String groups(int[] groups, int from, int to) {
        List<String> text = new ArrayList<>();
        for (int i = from; i < to; i++) {
            text.add(String.format(random.nextInt(4) == 0 ? "%04x" : "%x", groups[i]));
        }
        return String.join(":", text);
    }

    private Given caa() {
        int flags = random.nextInt(256);
        String tag = mixed(word(LETTERS_AND_DIGITS, 1, 15));
        byte[] value = octets(random.nextInt(256));
        Wire wire = new Wire().octet(flags).string(tag.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII));
        wire.octets(value);
        return new Given("CAA", flags + blank() + tag + blank() + quoted(value), Optional.empty(), wire.bytes());
    }

    private Given mx() {
        int preference = random.nextInt(0x10000);
        Name exchange = new Name();
        byte[] wire = new Wire().number(preference).octets(exchange.wire).bytes();
        return random.nextBoolean()
                ? new Given("MX", exchange.text, Optional.of(preference), wire)
                : new Given("MX", preference + blank() + exchange.text, Optional.empty(), wire);
    }

    private Given srv() {
        int priority = random.nextInt(0x10000);
        int weight = random.nextInt(0x10000);
        int port = random.nextInt(0x10000);
        Name target = new Name();
        byte[] wire = new Wire()
                .number(priority)
                .number(weight)
                .number(port)
                .octets(target.wire)
                .bytes();
        String rest = weight + blank() + port + blank() + target.text;
        return random.nextBoolean()
                ? new Given("SRV", rest, Optional.of(priority), wire)
                : new Given("SRV", priority + blank() + rest, Optional.empty(), wire);
    }

    private Given name(String type) {
        Name target = new Name();
        return new Given(type, target.text, Optional.empty(), target.wire);
    }

    private Given plainText() {
        String text = "v="
                + random.ints(random.nextInt(600), ' ', '~' + 1)
                        .filter(c -> c != '"' && c != '\\')
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                + ".";
        Wire wire = new Wire();
        for (int at = 0; at < text.length(); at += 255) {
            wire.string(text.substring(at, Math.min(text.length(), at + 255)).getBytes(StandardCharsets.US_ASCII));
        }
        return new Given("TXT", text, Optional.empty(), wire.bytes());
    }

    private Given quotedText() {
        Wire wire = new Wire();
        List<String> strings = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            byte[] octets = octets(random.nextInt(256));
            wire.string(octets);
            strings.add(quoted(octets));
        }
        return new Given("TXT", String.join(blank(), strings), Optional.empty(), wire.bytes());
    }

    private String quoted(byte[] octets) {
        StringBuilder text = new StringBuilder("\"");
        for (byte octet : octets) {
            int c = octet & 0xff;
            if (c < ' ' || c > '~' || random.nextInt(20) == 0) {
                text.append(String.format("\\%03d", c));
            } else if (c == '"' || c == '\\') {
                text.append('\\').append((char) c);
            } else {
                text.append((char) c);
            }
        }
        return text.append('"').toString();
    }

    private byte[] octets(int count) {
        byte[] octets = new byte[count];
        random.nextBytes(octets);
        return octets;
    }

    private String blank() {
        return random.nextInt(10) == 0 ? " \t " : " ";
    }

    private String word(String characters, int min, int max) {
        return random.ints(random.nextInt(min, max + 1), 0, characters.length())
                .collect(StringBuilder::new, (text, i) -> text.append(characters.charAt(i)), StringBuilder::append)
                .toString();
    }

    private String mixed(String word) {
        return random.nextInt(4) == 0 ? word.toUpperCase(Locale.ROOT) : word;
    }

    /** An absolute name of a host of one to six labels, of which one may be as long as a label can be. */
    private final class Name {

        private final String text;
        private final byte[] wire;

        Name() {
            List<String> labels = new ArrayList<>();
            Wire octets = new Wire();
            int count = random.nextInt(1, 7);
            for (int i = 0; i < count; i++) {
                String label = word(LETTERS, 1, 1) + word(LETTERS_AND_DIGITS, 0, i == 0 ? 62 : 12);
                if (random.nextInt(5) == 0 && label.length() < 50) {
                    label += "-" + word(LETTERS_AND_DIGITS, 1, 5);
                }
                labels.add(mixed(label));
                octets.string(label.getBytes(StandardCharsets.US_ASCII));
            }
            text = String.join(".", labels) + (count > 1 && random.nextBoolean() ? "" : ".");
            wire = octets.octet(0).bytes();
        }
    }

    private static final class Wire {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Wire octet(int octet) {
            bytes.write(octet);
            return this;
        }

        Wire number(int number) {
            return octet(number >> 8).octet(number);
        }

        Wire octets(byte[] octets) {
            bytes.writeBytes(octets);
            return this;
        }

        Wire string(byte[] octets) {
            return octet(octets.length).octets(octets);
        }

        byte[] bytes() {
            return bytes.toByteArray();
        }
    }
}
