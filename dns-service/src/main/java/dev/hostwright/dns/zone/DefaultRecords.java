package dev.hostwright.dns.zone;

import dev.hostwright.dns.DnsConfig;
import dev.hostwright.dns.DnsName;
import dev.hostwright.dns.problem.Fault;
import dev.hostwright.dns.rdata.RRType;
import dev.hostwright.dns.rdata.Rdata;
import dev.hostwright.dns.rdata.RecordDraft;
import dev.hostwright.dns.rdata.RecordInput;
import dev.hostwright.dns.rdata.RecordRules;
import dev.hostwright.dns.rdata.ResourceRecord;
import io.quarkus.runtime.Startup;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The records that a new zone has: those it was asked for, and of the usual ones those that fit beside them. */
@Startup
@Singleton
class DefaultRecords {

    private static final int REFRESH = 10_800;
    private static final int RETRY = 3_600;
    private static final int EXPIRE = 604_800;
    private static final int MINIMUM = 3_600;
    private static final int MAIL_PREFERENCE = 10;

    private static final DnsName ROOT = new DnsName("");

    private final int ttl;
    private final Rdata address;
    private final Optional<List<DnsName>> servers;

    /** Reads the settings, so that the service does not start with one that cannot be. */
    DefaultRecords(DnsConfig config) {
        ttl = config.defaultTtl();
        address = RecordInput.data(ROOT, ROOT, RRType.A, config.defaultIp(), Optional.empty(), "DNS_DEFAULT_IP");
        servers = config.nameServers()
                .map(names ->
                        names.stream().map(name -> DnsName.host(name, ROOT)).toList());
    }

    /**
     * All records of the zone.
     *
     * @param asked where one is of an owner and type that is usual, or would be beside a usual CNAME, it stands instead
     */
    List<ResourceRecord> of(ZoneName zone, Serial serial, List<RecordDraft> asked) {
        List<ResourceRecord> records = new ArrayList<>(own(asked));
        RecordRules.check(records).ifPresent(DefaultRecords::refuse);
        List<ResourceRecord> given = List.copyOf(records);
        for (ResourceRecord usual : usual(zone, serial, given)) {
            if (given.stream().noneMatch(each -> excludes(each, usual))) {
                records.add(usual);
            }
        }
        RecordRules.checkHosts(records).ifPresent(DefaultRecords::refuse);
        return records.stream()
                .map(each -> each.type() == RRType.SOA ? dated(each, serial) : each)
                .toList();
    }

    /** The records asked for; one that says no TTL has that of its RRset. */
    private List<ResourceRecord> own(List<RecordDraft> asked) {
        Map<String, Integer> ttls = new HashMap<>();
        for (RecordDraft draft : asked) {
            draft.ttl().ifPresent(seconds -> ttls.putIfAbsent(draft.name() + " " + draft.type(), seconds));
        }
        return asked.stream()
                .map(draft ->
                        draft.toRecord(UUID.randomUUID(), ttls.getOrDefault(draft.name() + " " + draft.type(), ttl)))
                .toList();
    }

    private static void refuse(RecordRules.Breach breach) {
        throw new Fault.Invalid("/records", breach.code(), breach.message()).toException();
    }

    /** An NS is never given up: where its host is a CNAME of the user's, the zone is refused. */
    private static boolean excludes(ResourceRecord given, ResourceRecord usual) {
        boolean sameName = given.name().equals(usual.name())
                && (given.type() == usual.type() || given.type() == RRType.CNAME || usual.type() == RRType.CNAME);
        return sameName || leadsTo(given, usual) || usual.type() == RRType.MX && leadsTo(usual, given);
    }

    private static boolean leadsTo(ResourceRecord record, ResourceRecord cname) {
        return cname.type() == RRType.CNAME
                && record.host().filter(cname.name()::equals).isPresent();
    }

    private List<ResourceRecord> usual(ZoneName zone, Serial serial, List<ResourceRecord> given) {
        DnsName domain = zone.domain();
        List<DnsName> own = given.stream()
                .filter(each -> each.isOf(domain, RRType.NS))
                .map(each -> DnsName.target(each.content(), domain))
                .toList();
        boolean ownServers = own.isEmpty() && servers.isEmpty();
        List<DnsName> hosts = own.isEmpty() ? nameServers(domain) : own;
        List<ResourceRecord> usual = new ArrayList<>();
        usual.add(record(
                domain,
                new Rdata.Soa(
                        hosts.getFirst(),
                        domain.prepend("admin").absolute(),
                        serial.value(),
                        REFRESH,
                        RETRY,
                        EXPIRE,
                        MINIMUM)));
        if (own.isEmpty()) {
            for (DnsName host : hosts) {
                usual.add(record(domain, new Rdata.Ns(host)));
            }
        }
        if (zone.network().isEmpty()) {
            DnsName mail = domain.prepend("mail");
            usual.add(record(domain, address));
            usual.add(record(domain.prepend("www"), new Rdata.Cname(domain)));
            usual.add(record(domain, new Rdata.Mx(MAIL_PREFERENCE, mail)));
            usual.add(record(mail, address));
        }
        if (ownServers) {
            for (DnsName host : hosts) {
                usual.add(record(host, address));
            }
        }
        return usual;
    }

    private List<DnsName> nameServers(DnsName domain) {
        return servers.orElseGet(() -> List.of(domain.prepend("ns1"), domain.prepend("ns2")));
    }

    private ResourceRecord record(DnsName name, Rdata data) {
        return ResourceRecord.of(name, ttl, data);
    }

    private static ResourceRecord dated(ResourceRecord soa, Serial serial) {
        return soa.withContent(serial.in(soa.content()));
    }
}
