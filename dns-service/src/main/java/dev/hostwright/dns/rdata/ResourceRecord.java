package dev.hostwright.dns.rdata;

import dev.hostwright.dns.DnsName;
import io.vertx.mutiny.sqlclient.Row;
import java.util.Optional;
import java.util.UUID;

/**
 * A record as it is stored and served.
 *
 * @param content our own rendering of the data
 * @param prio the preference of an MX or the priority of an SRV
 * @param group the group of records it came with, if any
 */
public record ResourceRecord(
        UUID id, DnsName name, RRType type, String content, int ttl, Optional<Integer> prio, Optional<String> group) {

    public static ResourceRecord from(Row row) {
        return new ResourceRecord(
                row.getUUID("id"),
                new DnsName(row.getString("name")),
                RRType.valueOf(row.getString("type")),
                row.getString("content"),
                row.getInteger("ttl"),
                Optional.ofNullable(row.getInteger("prio")),
                Optional.ofNullable(row.getString("record_group")));
    }

    /** A new record of no group, under an id of our choice. */
    public static ResourceRecord of(DnsName name, int ttl, Rdata data) {
        return of(UUID.randomUUID(), name, ttl, data);
    }

    public static ResourceRecord of(UUID id, DnsName name, int ttl, Rdata data) {
        return new ResourceRecord(id, name, data.type(), data.content(), ttl, data.prio(), Optional.empty());
    }

    public ResourceRecord withTtl(int newTtl) {
        return new ResourceRecord(id, name, type, content, newTtl, prio, group);
    }

    public ResourceRecord withContent(String newContent) {
        return new ResourceRecord(id, name, type, newContent, ttl, prio, group);
    }

    public ResourceRecord inGroup(Optional<String> newGroup) {
        return new ResourceRecord(id, name, type, content, ttl, prio, newGroup);
    }

    public boolean isOf(DnsName otherName, RRType otherType) {
        return name.equals(otherName) && type == otherType;
    }

    /** Owner, type and data; the form stored is one for each value, so that equal text is equal data. */
    public record Statement(DnsName name, RRType type, String content, Optional<Integer> prio) {}

    public Statement statement() {
        return new Statement(name, type, content, prio);
    }

    /** Without the serial of a SOA. */
    public ResourceRecord undated() {
        return type == RRType.SOA ? withContent(Rdata.undated(type, content)) : this;
    }

    /** The host that an MX, NS or SRV leads to; the root, as no host, when it says that there is none. */
    public Optional<DnsName> host() {
        return switch (type) {
            case MX, NS, SRV ->
                Optional.of(new DnsName(content.substring(content.lastIndexOf(' ') + 1, content.length() - 1)));
            case A, AAAA, CAA, CNAME, PTR, SOA, TXT -> Optional.empty();
        };
    }

    /** The data as a zone file or an answer shows it, the prio first. */
    public String data() {
        return prio.map(value -> value + " ").orElse("") + content;
    }
}
