package dev.hostwright.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.xbill.DNS.DNSKEYRecord;
import org.xbill.DNS.DNSSEC;
import org.xbill.DNS.NSECRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.RRSIGRecord;
import org.xbill.DNS.RRset;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;
import org.xbill.DNS.ZoneTransferIn;

/** A whole signed zone, as a secondary gets it, looked at by the rules of RFC 4035 section 2. */
final class SignedZone {

    private final Name apex;
    private final List<NSECRecord> chain = new ArrayList<>();
    private final List<RRSIGRecord> signatures = new ArrayList<>();

    /** By name in canonical order, then by type. */
    private final Map<Name, Map<Integer, RRset>> sets = new TreeMap<>();

    private SignedZone(Name apex) {
        this.apex = apex;
    }

    static SignedZone transferred(int port, String domain) throws Exception {
        SignedZone zone = new SignedZone(Questions.name(domain));
        ZoneTransferIn transfer =
                ZoneTransferIn.newAXFR(zone.apex, new InetSocketAddress(InetAddress.getLoopbackAddress(), port), null);
        transfer.run();
        transfer.getAXFR().forEach(zone::add);
        zone.chain.sort(null);
        return zone;
    }

    private void add(Record record) {
        if (record instanceof RRSIGRecord signature) {
            signatures.add(signature);
            return;
        }
        if (record instanceof NSECRecord link) {
            chain.add(link);
        }
        sets.computeIfAbsent(record.getName(), name -> new TreeMap<>())
                .computeIfAbsent(record.getType(), type -> new RRset())
                .addRR(record);
    }

    /** Each name of the zone's authority is in the chain, and leads to the next; the last leads to the first. */
    void assertChainIsWhole() {
        List<Name> names =
                sets.keySet().stream().filter(name -> !isBelowACut(name)).toList();

        assertThat(chain).extracting(Record::getName).containsExactlyElementsOf(names);
        for (int i = 0; i < names.size(); i++) {
            assertThat(chain.get(i).getNext()).isEqualTo(names.get((i + 1) % names.size()));
        }
    }

    /** A link says which types its name has; of a delegation, those that the parent has a say in. */
    void assertChainTellsTheTypes() {
        for (NSECRecord link : chain) {
            Set<Integer> types = new TreeSet<>(at(link.getName()).keySet());
            types.add(Type.RRSIG);
            if (isCut(link.getName())) {
                types.retainAll(Set.of(Type.NS, Type.DS, Type.NSEC, Type.RRSIG));
            }
            assertThat(link.getTypes())
                    .as(link.getName().toString())
                    .containsExactlyInAnyOrder(
                            types.stream().mapToInt(Integer::intValue).toArray());
        }
    }

    /** What is of the zone's authority has one signature, which is right; nothing else has one. */
    void assertSignaturesAreRight() throws DNSSEC.DNSSECException {
        DNSKEYRecord key = (DNSKEYRecord) set(apex, Type.DNSKEY).first();
        for (Map.Entry<Name, Map<Integer, RRset>> name : sets.entrySet()) {
            for (Map.Entry<Integer, RRset> set : name.getValue().entrySet()) {
                String what = name.getKey() + " " + Type.string(set.getKey());
                List<RRSIGRecord> own = signatures.stream()
                        .filter(each -> each.getName().equals(name.getKey()) && each.getTypeCovered() == set.getKey())
                        .toList();
                if (isOfAuthority(name.getKey(), set.getKey())) {
                    assertThat(own).as(what).hasSize(1);
                    DNSSEC.verify(set.getValue(), own.getFirst(), key);
                } else {
                    assertThat(own).as(what).isEmpty();
                }
            }
        }
    }

    private boolean isOfAuthority(Name name, int type) {
        return !isBelowACut(name) && (!isCut(name) || type == Type.DS || type == Type.NSEC);
    }

    private boolean isBelowACut(Name name) {
        return sets.keySet().stream().filter(this::isCut).anyMatch(cut -> !name.equals(cut) && name.subdomain(cut));
    }

    private boolean isCut(Name name) {
        return !name.equals(apex) && at(name).containsKey(Type.NS);
    }

    private RRset set(Name name, int type) {
        return at(name).getOrDefault(type, new RRset());
    }

    private Map<Integer, RRset> at(Name name) {
        return sets.getOrDefault(name, Map.of());
    }
}
