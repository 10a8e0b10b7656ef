package dev.hostwright.mail.domain;

import dev.hostwright.mail.MailDomain;
import dev.hostwright.mail.dkim.DkimKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A record to publish in the domain's zone.
 *
 * @param name relative to the zone, {@code @} for its apex
 * @param content in presentation form (RFC 1035 section 5.1), host names with their final dot
 */
@Schema(requiredProperties = {"name", "type", "content"})
public record DnsRecord(String name, String type, String content, Optional<Integer> ttl, Optional<Integer> prio) {

    private static final int MX_PREFERENCE = 10;

    /** Of one string in a TXT record (RFC 1035 section 3.3.14); who reads it joins them (RFC 6376 section 3.6.2.2). */
    private static final int MAX_STRING = 255;

    private static final int SUBMISSIONS = 465;
    private static final int SUBMISSION = 587;
    private static final int IMAPS = 993;

    /**
     * What makes a domain receive mail here, be believed when it sends, and be found by mail programs: MX, SPF (RFC
     * 7208), DKIM (RFC 6376), DMARC (RFC 7489), SRV (RFC 6186, RFC 8314), TLS-RPT (RFC 8460), and MTA-STS (RFC 8461)
     * when its policy is served. SPF says that nobody else sends for it; DMARC only asks to be told, as its own section
     * 6.3 advises for a start. IMAP without TLS is said not to be there.
     */
    static List<DnsRecord> of(MailDomain domain, MailServers servers, List<DkimKey> keys) {
        String client = servers.client(domain) + ".";
        List<DnsRecord> records = new ArrayList<>();
        records.add(new DnsRecord("@", "MX", servers.mx(domain) + ".", Optional.empty(), Optional.of(MX_PREFERENCE)));
        records.add(text("@", "v=spf1 mx -all"));
        keys.forEach(key -> records.add(text(key.name(), key.text())));
        records.add(text("_dmarc", "v=DMARC1; p=none"));
        records.add(text("_smtp._tls", "v=TLSRPTv1; rua=" + servers.reports(domain)));
        servers.mtaStsHost().ifPresent(host -> {
            records.add(text("_mta-sts", "v=STSv1; id=" + servers.policy(domain).id()));
            records.add(new DnsRecord("mta-sts", "CNAME", host + ".", Optional.empty(), Optional.empty()));
        });
        records.add(server("_submissions._tcp", SUBMISSIONS, client));
        records.add(server("_submission._tcp", SUBMISSION, client));
        records.add(server("_imaps._tcp", IMAPS, client));
        records.add(service("_imap._tcp", "0 0 ."));
        return List.copyOf(records);
    }

    private static DnsRecord server(String name, int port, String host) {
        return service(name, "1 " + port + " " + host);
    }

    private static DnsRecord service(String name, String content) {
        return new DnsRecord(name, "SRV", content, Optional.empty(), Optional.of(0));
    }

    /** None of our texts has a quote or a backslash in it, or what is not ASCII. */
    private static DnsRecord text(String name, String text) {
        List<String> strings = new ArrayList<>();
        for (int i = 0; i < text.length(); i += MAX_STRING) {
            strings.add('"' + text.substring(i, Math.min(i + MAX_STRING, text.length())) + '"');
        }
        return new DnsRecord(name, "TXT", String.join(" ", strings), Optional.empty(), Optional.empty());
    }

    /** All of them. */
    @Schema(name = "DnsRecords", requiredProperties = "items")
    public record Records(List<DnsRecord> items) {}
}
