package dev.hostwright.dns.rrset;

import dev.hostwright.dns.DnsName;
import dev.hostwright.dns.problem.Fault;
import dev.hostwright.dns.rdata.RRType;
import dev.hostwright.dns.rdata.RecordDraft;
import dev.hostwright.dns.rdata.RecordRules;
import dev.hostwright.dns.rdata.ResourceRecord;
import dev.hostwright.dns.rdata.ResourceRecord.Statement;
import dev.hostwright.dns.zone.Serial;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The records of a zone, as far as a change is about them: all of each name that it touches, and all of the apex.
 *
 * <p>A change is a function from these to others; what has to be written is the difference.
 */
record ZoneRecords(DnsName apex, int defaultTtl, List<ResourceRecord> records) {

    private static final int GUARDED_SIZE = 10;

    private static final List<String> POLICIES = List.of("v=spf1", "v=dmarc1", "v=tlsrptv1", "v=stsv1");

    ZoneRecords {
        records = List.copyOf(records);
    }

    private ZoneRecords of(List<ResourceRecord> changed) {
        return new ZoneRecords(apex, defaultTtl, changed);
    }

    /** These and some others. */
    ZoneRecords with(List<ResourceRecord> others) {
        return of(Stream.concat(records.stream(), others.stream()).toList());
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
        ZoneRecords others = of(except(each -> each.id().equals(id)));
        int ttl = others.ttl(draft.name(), draft.type())
                .or(() -> find(id).filter(each -> each.isOf(draft.name(), draft.type()))
                        .map(ResourceRecord::ttl))
                .orElse(defaultTtl);
        ResourceRecord record = draft.toRecord(id, ttl);
        if (find(id).filter(old -> old.equals(record.inGroup(old.group()))).isPresent()) {
            return this;
        }
        return of(plus(others.records, record));
    }

    private ZoneRecords putSoa(UUID id, RecordDraft draft) {
        ResourceRecord soa = rrset(apex, RRType.SOA).getFirst();
        if (find(id).filter(each -> each.type() != RRType.SOA).isPresent()) {
            throw new Fault.Conflict("/type", "soa_alone", "The zone has a SOA already.").toException();
        }
        ResourceRecord record = sameSerial(draft.toRecord(soa.id(), soa.ttl()), soa);
        return of(plus(except(each -> each.type() == RRType.SOA), record));
    }

    ZoneRecords remove(UUID id) {
        return of(except(each -> each.id().equals(id)));
    }

    /**
     * Each of the RRsets has exactly this data; a record that says the same keeps its id, and so does one that is of a
     * kind.
     */
    ZoneRecords replace(List<RRsetDrafts> sets) {
        Set<Key> keys =
                sets.stream().map(each -> new Key(each.name(), each.type())).collect(Collectors.toSet());
        Map<Object, ResourceRecord> old = new HashMap<>();
        Map<Key, Integer> ttls = new HashMap<>();
        List<ResourceRecord> changed = new ArrayList<>();
        for (ResourceRecord each : records) {
            Key key = new Key(each.name(), each.type());
            if (keys.contains(key)) {
                old.put(identity(each), each);
                ttls.putIfAbsent(key, each.ttl());
            } else {
                changed.add(each);
            }
        }
        for (RRsetDrafts set : sets) {
            int seconds = set.ttl().orElseGet(() -> ttls.getOrDefault(new Key(set.name(), set.type()), defaultTtl));
            set.drafts().forEach(draft -> changed.add(inPlace(draft.toRecord(UUID.randomUUID(), seconds), old)));
        }
        return of(changed);
    }

    /** The zone has exactly these records, but for the SOA, which stays when there is none among them. */
    ZoneRecords replaceAll(List<RecordDraft> drafts) {
        Map<Object, ResourceRecord> old = new HashMap<>();
        records.forEach(each -> old.put(identity(each), each));
        List<ResourceRecord> changed = new ArrayList<>();
        if (drafts.stream().noneMatch(each -> each.type() == RRType.SOA)) {
            changed.addAll(rrset(apex, RRType.SOA));
        }
        drafts.forEach(draft -> changed.add(inPlace(draft.toRecord(UUID.randomUUID(), defaultTtl), old)));
        return of(changed);
    }

    /** Refuses to lose more than three in ten records of a zone that has ten or more; other data is a loss too. */
    void checkLossSince(ZoneRecords before) {
        int size = before.records.size();
        int lost = since(before).removed().size();
        if (size >= GUARDED_SIZE && lost * 10L > size * 3L) {
            throw new Fault.Conflict(
                            "",
                            "deletions",
                            "Of %d records %d would be deleted; if that is meant, say allowDeletions=true."
                                    .formatted(size, lost))
                    .toException();
        }
    }

    /** The old record that this one is put in place of, with the new data; without an old one the new one. */
    private static ResourceRecord inPlace(ResourceRecord record, Map<Object, ResourceRecord> old) {
        return Optional.ofNullable(old.remove(identity(record)))
                .map(each ->
                        each.withContent(sameSerial(record, each).content()).withTtl(record.ttl()))
                .orElse(record);
    }

    ZoneRecords removeRRset(DnsName name, RRType type) {
        return of(except(each -> each.isOf(name, type)));
    }

    /**
     * The group has exactly these records, less what the user has of his own: the same record, or an SPF or DMARC
     * policy, of which there is one at a name.
     */
    ZoneRecords putGroup(String group, List<RecordDraft> drafts) {
        Map<Statement, ResourceRecord> old = new HashMap<>();
        group(group).forEach(each -> old.put(each.statement(), each));
        List<ResourceRecord> changed = except(each -> isIn(each, group));
        Set<Statement> said = new HashSet<>();
        Set<Policy> policies = new HashSet<>();
        Map<Key, Integer> ttls = new HashMap<>();
        for (ResourceRecord users : changed) {
            said.add(users.statement());
            policy(users).ifPresent(policies::add);
            ttls.putIfAbsent(new Key(users.name(), users.type()), users.ttl());
        }
        for (RecordDraft draft : drafts) {
            Key key = new Key(draft.name(), draft.type());
            int ttl = Optional.ofNullable(ttls.get(key)).or(draft::ttl).orElse(defaultTtl);
            ResourceRecord record = draft.toRecord(UUID.randomUUID(), ttl).withTtl(ttl);
            if (policy(record).filter(policies::contains).isPresent() || !said.add(record.statement())) {
                continue;
            }
            ttls.putIfAbsent(key, ttl);
            ResourceRecord same = old.get(record.statement());
            changed.add(same == null ? record.inGroup(Optional.of(group)) : same.withTtl(ttl));
        }
        return of(changed);
    }

    ZoneRecords removeGroup(String group) {
        return of(except(each -> isIn(each, group)));
    }

    /** With the serial in the SOA. */
    ZoneRecords dated(Serial serial) {
        return of(records.stream()
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

    /** Refuses a CNAME where an MX, NS or SRV leads. */
    void checkHosts() {
        RecordRules.checkHosts(records).ifPresent(breach -> {
            throw new Fault.Conflict("", breach.code(), breach.message()).toException();
        });
    }

    /** What has to be written to get from {@code before} to this. */
    Difference since(ZoneRecords before) {
        Map<UUID, ResourceRecord> gone = new LinkedHashMap<>();
        before.records.forEach(each -> gone.put(each.id(), each));
        List<ResourceRecord> added = new ArrayList<>();
        List<ResourceRecord> changed = new ArrayList<>();
        for (ResourceRecord each : records) {
            ResourceRecord old = gone.remove(each.id());
            if (old == null) {
                added.add(each);
            } else if (!old.equals(each)) {
                changed.add(each);
            }
        }
        return new Difference(List.copyOf(gone.keySet()), changed, added);
    }

    /** Rows to delete, to update and to insert. */
    record Difference(List<UUID> removed, List<ResourceRecord> changed, List<ResourceRecord> added) {

        /** As they are to be, other than before. */
        List<ResourceRecord> written() {
            return Stream.concat(changed.stream(), added.stream()).toList();
        }

        boolean isNothing() {
            return removed.isEmpty() && changed.isEmpty() && added.isEmpty();
        }

        /** By how many records the zone becomes larger; below 0 when it becomes smaller. */
        int growth() {
            return added.size() - removed.size();
        }
    }

    /** Of an RRset. */
    private record Key(DnsName name, RRType type) {}

    /**
     * Of which there is one at a name: SPF (RFC 7208 section 3.2), DMARC (RFC 7489 section 6.6.3), TLS-RPT (RFC 8460
     * section 3), MTA-STS (RFC 8461 section 3.1), or where a service is.
     */
    private record Policy(DnsName name, String version) {}

    /** What makes a new record take the place, and the id, of an old one of its RRset. */
    private static Object identity(ResourceRecord record) {
        return record.type().isSingle() ? new Key(record.name(), record.type()) : record.statement();
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

    private static Optional<Policy> policy(ResourceRecord record) {
        return switch (record.type()) {
            // whoever looks for a service at two places is sent to either
            case SRV -> Optional.of(new Policy(record.name(), "srv"));
            case TXT ->
                POLICIES.stream()
                        .filter(version -> record.content().regionMatches(true, 1, version, 0, version.length()))
                        .findFirst()
                        .map(version -> new Policy(record.name(), version));
            default -> Optional.empty();
        };
    }
}
