package dev.hostwright.dns.rrset;

import dev.hostwright.dns.DnsName;
import dev.hostwright.dns.problem.Fault;
import dev.hostwright.dns.rdata.RRType;
import dev.hostwright.dns.rdata.RecordDraft;
import dev.hostwright.dns.rdata.RecordRules;
import dev.hostwright.dns.rdata.ResourceRecord;
import dev.hostwright.dns.zone.Serial;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * The records of a zone, as far as a change is about them: all of each name that it touches, and all of the apex.
 *
 * <p>A change is a function from these to others; what has to be written is the difference.
 */
record ZoneRecords(DnsName apex, int defaultTtl, List<ResourceRecord> records) {

    ZoneRecords {
        records = List.copyOf(records);
    }

    private ZoneRecords with(List<ResourceRecord> changed) {
        return new ZoneRecords(apex, defaultTtl, changed);
    }

    Optional<ResourceRecord> find(UUID id) {
        return records.stream().filter(each -> each.id().equals(id)).findFirst();
    }

    List<ResourceRecord> rrset(DnsName name, RRType type) {
        return records.stream().filter(each -> each.isOf(name, type)).toList();
    }

    List<ResourceRecord> group(String group) {
        return records.stream().filter(each -> isIn(each, group)).toList();
    }

    /**
     * The record of the id says what is asked for, whether it is new or not; a SOA stands for the one that is there.
     */
    ZoneRecords put(UUID id, RecordDraft draft) {
        if (draft.type() == RRType.SOA) {
            return putSoa(id, draft);
        }
        ZoneRecords others = with(except(each -> each.id().equals(id)));
        int ttl = others.ttl(draft.name(), draft.type())
                .or(() -> find(id).filter(each -> each.isOf(draft.name(), draft.type()))
                        .map(ResourceRecord::ttl))
                .orElse(defaultTtl);
        ResourceRecord record = draft.toRecord(id, ttl);
        if (find(id).filter(old -> old.equals(record.inGroup(old.group()))).isPresent()) {
            return this;
        }
        return with(plus(others.records, record));
    }

    private ZoneRecords putSoa(UUID id, RecordDraft draft) {
        ResourceRecord soa = rrset(apex, RRType.SOA).getFirst();
        if (find(id).filter(each -> each.type() != RRType.SOA).isPresent()) {
            throw new Fault.Conflict("/type", "soa_alone", "The zone has a SOA already.").toException();
        }
        ResourceRecord record = sameSerial(draft.toRecord(soa.id(), soa.ttl()), soa);
        return with(plus(except(each -> each.type() == RRType.SOA), record));
    }

    ZoneRecords remove(UUID id) {
        return with(except(each -> each.id().equals(id)));
    }

    /** The RRset has exactly this data; a record that says the same keeps its id, and so does one that is alone. */
    ZoneRecords replace(DnsName name, RRType type, Optional<Integer> ttl, List<RecordDraft> drafts) {
        List<ResourceRecord> old = new ArrayList<>(rrset(name, type));
        int seconds = ttl.or(() -> ttl(name, type)).orElse(defaultTtl);
        List<ResourceRecord> changed = except(each -> each.isOf(name, type));
        for (RecordDraft draft : drafts) {
            ResourceRecord record = draft.toRecord(UUID.randomUUID(), seconds);
            Optional<ResourceRecord> same = old.stream()
                    .filter(each -> type.isSingle() || each.says(record))
                    .findFirst();
            same.ifPresent(old::remove);
            changed.add(same.map(each ->
                            each.withContent(sameSerial(record, each).content()).withTtl(seconds))
                    .orElse(record));
        }
        return with(changed);
    }

    ZoneRecords removeRRset(DnsName name, RRType type) {
        return with(except(each -> each.isOf(name, type)));
    }

    /**
     * The group has exactly these records, less what the user has of his own: the same record, or an SPF or DMARC
     * policy, of which there is one at a name.
     */
    ZoneRecords putGroup(String group, List<RecordDraft> drafts) {
        List<ResourceRecord> old = new ArrayList<>(group(group));
        ZoneRecords users = with(except(each -> isIn(each, group)));
        List<ResourceRecord> wanted = new ArrayList<>();
        for (RecordDraft draft : drafts) {
            int ttl = users.ttl(draft.name(), draft.type())
                    .or(() -> users.with(wanted).ttl(draft.name(), draft.type()))
                    .or(draft::ttl)
                    .orElse(defaultTtl);
            ResourceRecord record = draft.toRecord(UUID.randomUUID(), ttl).withTtl(ttl);
            if (users.records.stream().anyMatch(each -> each.says(record) || isSamePolicy(each, record))
                    || wanted.stream().anyMatch(each -> each.says(record))) {
                continue;
            }
            Optional<ResourceRecord> same =
                    old.stream().filter(each -> each.says(record)).findFirst();
            wanted.add(same.map(each -> each.withTtl(ttl)).orElseGet(() -> record.inGroup(Optional.of(group))));
        }
        List<ResourceRecord> changed = new ArrayList<>(users.records);
        changed.addAll(wanted);
        return with(changed);
    }

    ZoneRecords removeGroup(String group) {
        return with(except(each -> isIn(each, group)));
    }

    /** With the serial in the SOA. */
    ZoneRecords dated(Serial serial) {
        return with(records.stream()
                .map(each -> each.type() == RRType.SOA ? each.withContent(serial.in(each.content())) : each)
                .toList());
    }

    /** Refuses what the rules of names, RRsets and the apex do not allow. */
    void check() {
        RecordRules.check(records).ifPresent(breach -> {
            throw new Fault.Conflict("", breach.code(), breach.message()).toException();
        });
        if (rrset(apex, RRType.SOA).isEmpty()) {
            throw new Fault.Conflict("", "apex_soa", "A zone cannot be without its SOA.").toException();
        }
        if (rrset(apex, RRType.NS).isEmpty()) {
            throw new Fault.Conflict("", "apex_ns", "A zone cannot be without an NS at its apex.").toException();
        }
    }

    /** What has to be written to get from {@code before} to this. */
    Difference since(ZoneRecords before) {
        Set<UUID> ids = new HashSet<>();
        List<ResourceRecord> added = new ArrayList<>();
        List<ResourceRecord> changed = new ArrayList<>();
        for (ResourceRecord each : records) {
            ids.add(each.id());
            Optional<ResourceRecord> old = before.find(each.id());
            if (old.isEmpty()) {
                added.add(each);
            } else if (!old.get().equals(each)) {
                changed.add(each);
            }
        }
        List<UUID> removed = before.records.stream()
                .map(ResourceRecord::id)
                .filter(id -> !ids.contains(id))
                .toList();
        return new Difference(removed, changed, added);
    }

    /** Rows to delete, to update and to insert. */
    record Difference(List<UUID> removed, List<ResourceRecord> changed, List<ResourceRecord> added) {

        boolean isNothing() {
            return removed.isEmpty() && changed.isEmpty() && added.isEmpty();
        }
    }

    /** A SOA that is asked for says nothing about the serial, which is ours. */
    private static ResourceRecord sameSerial(ResourceRecord wanted, ResourceRecord stored) {
        return wanted.type() == RRType.SOA
                ? wanted.withContent(Serial.of(stored.content()).in(wanted.content()))
                : wanted;
    }

    private Optional<Integer> ttl(DnsName name, RRType type) {
        return rrset(name, type).stream().map(ResourceRecord::ttl).findFirst();
    }

    private List<ResourceRecord> except(Predicate<ResourceRecord> gone) {
        return new ArrayList<>(records.stream().filter(gone.negate()).toList());
    }

    private static List<ResourceRecord> plus(List<ResourceRecord> records, ResourceRecord record) {
        List<ResourceRecord> all = new ArrayList<>(records);
        all.add(record);
        return all;
    }

    private static boolean isIn(ResourceRecord record, String group) {
        return record.group().filter(group::equals).isPresent();
    }

    private static boolean isSamePolicy(ResourceRecord users, ResourceRecord wanted) {
        return users.isOf(wanted.name(), RRType.TXT)
                && wanted.type() == RRType.TXT
                && (isPolicy(users, "v=spf1") && isPolicy(wanted, "v=spf1")
                        || isPolicy(users, "v=dmarc1") && isPolicy(wanted, "v=dmarc1"));
    }

    private static boolean isPolicy(ResourceRecord text, String version) {
        return text.content().regionMatches(true, 1, version, 0, version.length());
    }
}
