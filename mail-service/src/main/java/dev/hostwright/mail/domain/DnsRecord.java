package dev.hostwright.mail.domain;

import dev.hostwright.mail.MailDomain;
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

    /**
     * What makes a domain receive mail here, and be believed when it sends: MX, SPF (RFC 7208) and DMARC (RFC 7489).
     * SPF says that nobody else sends for it; DMARC only asks to be told, as its own section 6.3 advises for a start.
     */
    static List<DnsRecord> of(MailDomain domain, Optional<MailDomain> mxHost) {
        String host = mxHost.map(MailDomain::value).orElse("mail." + domain.value());
        return List.of(
                new DnsRecord("@", "MX", host + ".", Optional.empty(), Optional.of(MX_PREFERENCE)),
                text("@", "v=spf1 mx -all"),
                text("_dmarc", "v=DMARC1; p=none"));
    }

    private static DnsRecord text(String name, String text) {
        return new DnsRecord(name, "TXT", "\"" + text + "\"", Optional.empty(), Optional.empty());
    }

    /** All of them. */
    @Schema(name = "DnsRecords", requiredProperties = "items")
    public record Records(List<DnsRecord> items) {}
}
