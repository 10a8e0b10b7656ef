package dev.hostwright.dns.rdata;

import dev.hostwright.dns.DnsName;
import dev.hostwright.dns.problem.Fault;
import dev.hostwright.dns.problem.FaultException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A record as a request has it; what it means depends on the zone.
 *
 * @param name relative to the zone, {@code @} for its apex, or absolute
 * @param content the data as in a zone file; a name without its final dot is meant to have one, a text needs no quotes
 * @param ttl seconds, 0 to 2147483647 (RFC 2181 section 8)
 * @param prio preference of an MX, priority of an SRV, when the content does not begin with it
 */
@Schema(requiredProperties = {"name", "type", "content"})
public record RecordInput(
        @Schema(examples = "www") String name,
        RRType type,
        @Schema(examples = "192.0.2.10") String content,

        @Schema(minimum = "0", maximum = "2147483647", examples = "3600")
        Optional<Long> ttl,

        @Schema(minimum = "0", maximum = "65535", examples = "10")
        Optional<Long> prio) {

    /** One record's data, where owner and type are said elsewhere. */
    @Schema(requiredProperties = "content")
    public record Data(
            @Schema(examples = "192.0.2.10") String content,

            @Schema(minimum = "0", maximum = "65535", examples = "10")
            Optional<Long> prio) {}

    /** Refuses a request with too many records. */
    public static void checkCount(int count, int max) {
        if (count > max) {
            throw new Fault.Malformed("/records", "too_many", "A request has %d records at most.".formatted(max))
                    .toException();
        }
    }

    /** Reads a list of records; a fault points below {@code pointer}. */
    public static List<RecordDraft> readAll(List<RecordInput> inputs, DnsName zone, String pointer) {
        List<RecordDraft> drafts = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            drafts.add(inputs.get(i).read(zone, pointer + "/" + i));
        }
        return drafts;
    }

    /**
     * Reads the record.
     *
     * @param pointer where it is in the body, for what is refused
     */
    public RecordDraft read(DnsName zone, String pointer) {
        DnsName owner = owner(name, zone, pointer);
        return new RecordDraft(owner, seconds(ttl, pointer), data(zone, owner, type, content, prio, pointer));
    }

    /** Reads the owner of a record or an RRset. */
    public static DnsName owner(String name, DnsName zone, String pointer) {
        return at(pointer + "/name", pointer, () -> DnsName.owner(name, zone));
    }

    /** Reads the records of an RRset, and refuses those that contradict each other. */
    public static List<RecordDraft> rrset(
            DnsName zone, DnsName owner, RRType type, Optional<Long> ttl, List<Data> records, String pointer) {
        Optional<Integer> seconds = seconds(ttl, pointer);
        List<RecordDraft> drafts = new ArrayList<>();
        for (int i = 0; i < records.size(); i++) {
            Data each = records.get(i);
            drafts.add(new RecordDraft(
                    owner, seconds, data(zone, owner, type, each.content(), each.prio(), pointer + "/records/" + i)));
        }
        checkTogether(drafts, pointer + "/records");
        return drafts;
    }

    /** Reads the seconds of a TTL. */
    public static Optional<Integer> seconds(Optional<Long> ttl, String pointer) {
        return ttl.map(seconds -> inRange(seconds, Integer.MAX_VALUE, pointer + "/ttl"));
    }

    /** Reads the data of a record, and checks what depends on its owner only. */
    public static Rdata data(
            DnsName zone, DnsName owner, RRType type, String content, Optional<Long> prio, String pointer) {
        Optional<Integer> preference = prio.map(value -> inRange(value, 0xffff, pointer + "/prio"));
        Rdata data = at(pointer + "/content", pointer, () -> RdataReader.read(type, content, preference, zone));
        boolean apex = owner.equals(zone);
        if (type == RRType.SOA && !apex) {
            throw new Fault.Invalid(pointer + "/name", "soa_not_at_apex", "A SOA is at the apex only.").toException();
        }
        if (type == RRType.CNAME && apex) {
            throw new Fault.Invalid(
                            pointer + "/type", "cname_at_apex", "The apex has a SOA, beside which no CNAME can be.")
                    .toException();
        }
        if (data instanceof Rdata.Cname(var target) && target.equals(owner)) {
            throw new Fault.Invalid(pointer + "/content", "loop", "The CNAME would lead to itself.").toException();
        }
        return data;
    }

    /** Refuses records that contradict each other, in whatever zone they are. */
    public static void checkTogether(List<RecordDraft> drafts, String pointer) {
        List<ResourceRecord> records = drafts.stream()
                .map(draft -> draft.toRecord(UUID.randomUUID(), 0))
                .toList();
        RecordRules.check(records).ifPresent(breach -> {
            throw new Fault.Invalid(pointer, breach.code(), breach.message()).toException();
        });
    }

    private static int inRange(long value, int max, String pointer) {
        if (value < 0 || value > max) {
            throw new Fault.Malformed(pointer, "number", "The number is from 0 to %d.".formatted(max)).toException();
        }
        return (int) value;
    }

    /** Runs a reader; a fault without a pointer gets {@code here}, one with a pointer gets it below {@code base}. */
    private static <T> T at(String here, String base, Supplier<T> reader) {
        try {
            return reader.get();
        } catch (FaultException e) {
            throw switch (e.fault()) {
                case Fault.Malformed(var pointer, var code, var message) ->
                    new Fault.Malformed(pointer.isEmpty() ? here : base + pointer, code, message).toException();
                case Fault.Invalid(var pointer, var code, var message) ->
                    new Fault.Invalid(base + pointer, code, message).toException();
                default -> e;
            };
        }
    }
}
