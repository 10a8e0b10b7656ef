package dev.hostwright.dns.zone;

import dev.hostwright.dns.DnsName;
import dev.hostwright.dns.problem.Fault;
import dev.hostwright.dns.problem.FaultException;
import dev.hostwright.dns.rdata.RRType;
import dev.hostwright.dns.rdata.Rdata;
import dev.hostwright.dns.rdata.RecordDraft;
import dev.hostwright.dns.rdata.RecordInput;
import dev.hostwright.dns.zone.ZoneFileLexer.Entry;
import dev.hostwright.dns.zone.ZoneFileLexer.Place;
import dev.hostwright.dns.zone.ZoneFileLexer.Token;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a master file (RFC 1035 section 5.1, RFC 2308 section 4). Every name in it that has no final dot is below the
 * origin, unlike a name in a request.
 */
public final class ZoneFileReader {

    /** More errors than these are not looked for. */
    static final int MAX_ERRORS = 100;

    /** Names of one {@code $GENERATE}: a zone of a /16 has as many, and a limit for all records is beside it. */
    private static final int MAX_GENERATED = 65_536;

    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,10}|(?:[0-9]{1,10}[smhdwSMHDW])+");
    private static final Pattern UNIT = Pattern.compile("([0-9]+)([smhdw]?)");
    private static final Pattern RANGE = Pattern.compile("([0-9]{1,9})-([0-9]{1,9})(?:/([0-9]{1,9}))?");
    private static final Pattern MARK = Pattern.compile(
            "\\\\(.)|\\$\\$|\\$(?:\\{(-?[0-9]{1,9})(?:,([0-9]{1,3})(?:,([doxX]))?)?\\}|(?!\\{))", Pattern.DOTALL);
    private static final UUID ANY = new UUID(0, 0);
    private static final Set<String> CLASSES = Set.of("IN", "CH", "CS", "HS");

    private final DnsName zone;
    private final int absentTtl;
    private final int maxRecords;
    private final ZoneFileLexer lexer;
    private final List<Fault.Malformed> errors = new ArrayList<>();
    private final List<RecordDraft> drafts = new ArrayList<>();
    private final Set<Object> statements = new HashSet<>();
    private final Map<Object, Integer> ttls = new HashMap<>();
    private final Map<DnsName, Place> aliases = new HashMap<>();
    private final Map<DnsName, Place> others = new HashMap<>();
    private final List<Host> hosts = new ArrayList<>();

    private String origin;
    private @Nullable DnsName owner;
    private @Nullable Integer defaultTtl;
    private @Nullable Integer lastTtl;

    /** What an MX, NS or SRV leads to, and where it says so. */
    private record Host(DnsName name, Place place) {}

    private record Key(DnsName name, RRType type) {}

    private ZoneFileReader(String file, DnsName zone, int absentTtl, int maxRecords) {
        this.zone = zone;
        this.absentTtl = absentTtl;
        this.maxRecords = maxRecords;
        this.origin = zone.absolute();
        this.lexer = new ZoneFileLexer(file, (place, message) -> error(place, "zone_file_syntax", message));
    }

    /**
     * The records of the file.
     *
     * @param absentTtl seconds, where the file has no TTL at all
     * @param maxRecords more are refused
     */
    public static List<RecordDraft> read(String file, DnsName zone, int absentTtl, int maxRecords) {
        return new ZoneFileReader(file, zone, absentTtl, maxRecords).read();
    }

    private List<RecordDraft> read() {
        while (lexer.hasNext() && errors.size() < MAX_ERRORS && drafts.size() <= maxRecords) {
            Entry entry = lexer.next();
            if (!entry.tokens().isEmpty()) {
                read(entry);
            }
        }
        for (Host host : hosts) {
            if (aliases.containsKey(host.name)) {
                error(
                        host.place,
                        "host_alias",
                        "%s is a CNAME; an MX, NS or SRV leads to a host itself (RFC 2181 section 10.3)."
                                .formatted(host.name));
            }
        }
        if (!errors.isEmpty()) {
            throw new Fault.MalformedFile(errors.stream().limit(MAX_ERRORS).toList()).toException();
        }
        return List.copyOf(drafts);
    }

    private void read(Entry entry) {
        Token first = entry.tokens().getFirst();
        Words words = new Words(entry.tokens());
        if (entry.continued() || first.quoted() || !first.text().startsWith("$")) {
            guarded(first.place(), () -> record(entry.continued(), words));
            return;
        }
        words.next("a directive");
        guarded(first.place(), () -> {
            switch (first.text().toUpperCase(Locale.ROOT)) {
                case "$ORIGIN" -> origin = originOf(words.only("a name"));
                case "$TTL" -> defaultTtl = seconds(words.only("a TTL"));
                case "$GENERATE" -> generate(words);
                case "$INCLUDE" -> throw refusal(first, "include", "No other file is read from here.");
                default -> throw refusal(first, "directive", "There is no directive %s.".formatted(first.text()));
            }
        });
    }

    private void record(boolean continued, Words words) {
        if (!continued) {
            Token name = words.next("an owner");
            owner = null; // what follows is not about the owner before, if this one is refused
            owner = owner(name);
        }
        DnsName name = owner;
        if (name == null) {
            if (errors.isEmpty()) {
                throw refusal(words.peek(), "owner", "The first record has an owner.");
            }
            return; // its owner was refused already
        }
        Head head = head(words);
        add(name, head, words.rest(), head.type.place());
    }

    /** What is between owner and data: TTL and class in either order, each of them perhaps absent, and the type. */
    private record Head(Optional<Integer> ttl, Token type) {}

    private Head head(Words words) {
        Optional<Integer> ttl = Optional.empty();
        boolean classed = false;
        while (true) {
            Token word = words.next("a type");
            if (ttl.isEmpty() && !word.quoted() && SECONDS.matcher(word.text()).matches()) {
                ttl = Optional.of(seconds(word));
            } else if (!classed && CLASSES.contains(word.text().toUpperCase(Locale.ROOT))) {
                if (!word.text().equalsIgnoreCase("IN")) {
                    throw refusal(word, "class", "The class is IN.");
                }
                classed = true;
            } else {
                return new Head(ttl, word);
            }
        }
    }

    private void add(DnsName name, Head head, List<Token> data, Place place) {
        RRType type = placed(head.type, () -> RRType.fromString(head.type.text()));
        Place dataPlace = data.isEmpty() ? place : data.getFirst().place();
        String content = String.join(" ", rendered(type, data));
        Rdata rdata = placed(dataPlace, () -> RecordInput.data(zone, name, type, content, Optional.empty(), ""));
        int ttl = head.ttl.orElseGet(this::absentTtl);
        head.ttl.ifPresent(seconds -> lastTtl = seconds);
        RecordDraft draft = new RecordDraft(name, Optional.of(ttl), rdata);
        check(draft, place, dataPlace);
        drafts.add(draft);
        if (drafts.size() > maxRecords) {
            throw refusal(place, "too_many", "A zone has %d records at most.".formatted(maxRecords));
        }
    }

    private int absentTtl() {
        if (defaultTtl != null) {
            return defaultTtl;
        }
        return lastTtl != null ? lastTtl : absentTtl;
    }

    /** What the record cannot be beside, of those above it. */
    private void check(RecordDraft draft, Place place, Place dataPlace) {
        var record = draft.toRecord(ANY, 0);
        RRType type = draft.type();
        if (type == RRType.CNAME ? others.containsKey(draft.name()) : aliases.containsKey(draft.name())) {
            throw refusal(
                    place,
                    "cname_alone",
                    "At %s would be a CNAME and something else; a CNAME is alone (RFC 2181 section 10.1)."
                            .formatted(draft.name()));
        }
        if (!statements.add(type.isSingle() ? new Key(draft.name(), type) : record.statement())) {
            throw refusal(dataPlace, "duplicate", "The record is there already, or is one of a kind.");
        }
        int seconds = ttls.computeIfAbsent(
                new Key(draft.name(), type), key -> draft.ttl().orElseThrow());
        if (draft.ttl().orElseThrow() != seconds) {
            throw refusal(
                    place,
                    "rrset_ttl",
                    "All records %s of %s have one TTL (RFC 2181 section 5.2), which is %d."
                            .formatted(type, draft.name(), seconds));
        }
        (type == RRType.CNAME ? aliases : others).put(draft.name(), place);
        record.host().ifPresent(host -> hosts.add(new Host(host, dataPlace)));
    }

    private void generate(Words words) {
        Token range = words.next("a range");
        Token left = words.next("an owner");
        Head head = head(words);
        List<Token> data = words.rest();
        Matcher numbers = RANGE.matcher(range.text());
        if (!numbers.matches()) {
            throw refusal(range, "range", "A range is FROM-TO or FROM-TO/STEP.");
        }
        int from = Integer.parseInt(numbers.group(1));
        int to = Integer.parseInt(numbers.group(2));
        int step = numbers.group(3) == null ? 1 : Integer.parseInt(numbers.group(3));
        if (step == 0 || to < from || (to - from) / step >= Math.min(MAX_GENERATED, maxRecords)) {
            throw refusal(range, "range", "The range is empty, or has more numbers than a zone has records.");
        }
        for (int i = from; i <= to; i += step) {
            int number = i;
            DnsName name = owner(filled(left, number));
            add(name, head, data.stream().map(word -> filled(word, number)).toList(), left.place());
        }
    }

    /** The word with the number where a dollar is. */
    private static Token filled(Token word, int number) {
        if (word.text().indexOf('$') < 0) {
            return word;
        }
        String text = MARK.matcher(word.text()).replaceAll(mark -> {
            if (mark.group(1) != null) {
                return Matcher.quoteReplacement(mark.group(1).equals("$") ? "$" : mark.group());
            }
            if (mark.group().equals("$$")) {
                return Matcher.quoteReplacement("$");
            }
            int offset = mark.group(2) == null ? 0 : Integer.parseInt(mark.group(2));
            int width = mark.group(3) == null ? 0 : Integer.parseInt(mark.group(3));
            String base = mark.group(4) == null ? "d" : mark.group(4);
            if (width > DnsName.MAX_LENGTH || number + offset < 0) {
                throw refusal(word, "range", "The number would be below 0, or wider than a name.");
            }
            return ("%" + (width == 0 ? "" : "0" + width) + base).formatted(number + offset);
        });
        return new Token(text, word.quoted(), word.place());
    }

    /** The data with every name absolute, every time in seconds, and every string of a TXT quoted. */
    private List<String> rendered(RRType type, List<Token> data) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < data.size(); i++) {
            Token word = data.get(i);
            words.add(
                    switch (type) {
                        case CNAME, NS, PTR -> name(word);
                        case MX -> i == 1 ? name(word) : plain(word);
                        case SRV -> i == 3 ? name(word) : plain(word);
                        case SOA -> i < 2 ? name(word) : i > 2 ? time(word) : plain(word);
                        case TXT -> '"' + word.text() + '"';
                        case A, AAAA, CAA -> plain(word);
                    });
        }
        return words;
    }

    private String name(Token word) {
        return word.quoted() ? plain(word) : absolute(word.text());
    }

    private static String plain(Token word) {
        return word.quoted() ? '"' + word.text() + '"' : word.text();
    }

    private static String time(Token word) {
        return word.quoted() || !SECONDS.matcher(word.text()).matches() ? plain(word) : String.valueOf(seconds(word));
    }

    private String absolute(String name) {
        if (name.equals("@")) {
            return origin;
        }
        boolean dotted = name.endsWith(".") && !name.endsWith("\\.");
        return dotted ? name : name + (origin.equals(".") ? "." : "." + origin);
    }

    private DnsName owner(Token word) {
        if (word.quoted()) {
            throw refusal(word, "quote", "An owner has no quotes.");
        }
        return placed(word, () -> DnsName.owner(absolute(word.text()), zone));
    }

    private String originOf(Token word) {
        String name = absolute(word.text());
        placed(word, () -> DnsName.target(name, zone));
        return name;
    }

    /** Seconds, or numbers with a unit: {@code 1h30m}. */
    private static int seconds(Token word) {
        if (word.quoted() || !SECONDS.matcher(word.text()).matches()) {
            throw refusal(word, "number", "A time is in seconds, or has units: 1w2d3h4m5s.");
        }
        long seconds = 0;
        Matcher parts = UNIT.matcher(word.text().toLowerCase(Locale.ROOT));
        while (parts.find() && seconds <= Integer.MAX_VALUE) {
            seconds += Long.parseLong(parts.group(1))
                    * switch (parts.group(2)) {
                        case "m" -> 60;
                        case "h" -> 3_600;
                        case "d" -> 86_400;
                        case "w" -> 604_800;
                        default -> 1;
                    };
        }
        if (seconds > Integer.MAX_VALUE) {
            throw refusal(word, "number", "A time is from 0 to %d seconds.".formatted(Integer.MAX_VALUE));
        }
        return (int) seconds;
    }

    private void guarded(Place place, Runnable work) {
        try {
            work.run();
        } catch (FaultException e) {
            errors.add(at(place, e));
        }
    }

    private static <T> T placed(Token word, Supplier<T> reader) {
        return placed(word.place(), reader);
    }

    private static <T> T placed(Place place, Supplier<T> reader) {
        try {
            return reader.get();
        } catch (FaultException e) {
            throw at(place, e).toException();
        }
    }

    /** The fault at that place; one that has its place already keeps it. */
    private static Fault.Malformed at(Place place, FaultException e) {
        return switch (e.fault()) {
            case Fault.Malformed(var pointer, var code, var message) ->
                new Fault.Malformed(pointer.startsWith("/line/") ? pointer : pointer(place), code, message);
            case Fault.Invalid(var pointer, var code, var message) ->
                new Fault.Malformed(pointer(place), code, message);
            default -> throw e;
        };
    }

    private void error(Place place, String code, String message) {
        errors.add(new Fault.Malformed(pointer(place), code, message));
    }

    private static FaultException refusal(Token word, String code, String message) {
        return refusal(word.place(), code, message);
    }

    private static FaultException refusal(Place place, String code, String message) {
        return new Fault.Malformed(pointer(place), code, message).toException();
    }

    private static String pointer(Place place) {
        return "/line/%d/column/%d".formatted(place.line(), place.column());
    }

    /** The words of an entry, one after the other. */
    private static final class Words {

        private final List<Token> tokens;
        private int at;

        Words(List<Token> tokens) {
            this.tokens = tokens;
        }

        Token peek() {
            return tokens.get(Math.min(at, tokens.size() - 1));
        }

        Token next(String what) {
            if (at == tokens.size()) {
                throw refusal(tokens.getLast(), "required", "Here ends the entry, and %s is missing.".formatted(what));
            }
            return tokens.get(at++);
        }

        Token only(String what) {
            Token word = next(what);
            if (at < tokens.size()) {
                throw refusal(tokens.get(at), "zone_file_syntax", "There is a word too many.");
            }
            return word;
        }

        List<Token> rest() {
            return tokens.subList(at, tokens.size());
        }
    }
}
