package dev.hostwright.dns.dnssec;

import dev.hostwright.dns.DnsName;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.xbill.DNS.DClass;
import org.xbill.DNS.DNSKEYRecord;
import org.xbill.DNS.DNSSEC;
import org.xbill.DNS.DSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.TextParseException;

/**
 * What the parent of a signed zone publishes, so that resolvers trust the zone's signatures.
 *
 * @param dnskey the key, which some registries ask for instead
 * @param ds of that key, one for each digest; any one is enough
 */
@Schema(requiredProperties = {"dnskey", "ds"})
public record ParentRecords(Dnskey dnskey, List<DelegationSigner> ds) {

    private static final int FLAGS = DNSKEYRecord.Flags.ZONE_KEY | DNSKEYRecord.Flags.SEP_KEY;
    private static final int ALGORITHM = DNSSEC.Algorithm.ECDSAP256SHA256;

    /** SHA-256 is what everybody takes (RFC 8624 section 3.3); SHA-384 is there for those who want it. */
    private static final List<Integer> DIGESTS = List.of(DNSSEC.Digest.SHA256, DNSSEC.Digest.SHA384);

    /**
     * The key of a zone (RFC 4034 section 2).
     *
     * @param publicKey in base64
     * @param text the record as master files have it
     */
    @Schema(requiredProperties = {"flags", "protocol", "algorithm", "publicKey", "text"})
    public record Dnskey(
            @Schema(examples = "257") int flags,
            @Schema(examples = "3") int protocol,
            @Schema(examples = "13") int algorithm,
            String publicKey,
            String text) {}

    /**
     * A DS record (RFC 4034 section 5).
     *
     * @param digestType 2 for SHA-256, 4 for SHA-384
     * @param digest in hexadecimal, upper case
     * @param text the record as master files have it
     */
    @Schema(
            name = "DS",
            requiredProperties = {"keyTag", "algorithm", "digestType", "digest", "text"})
    public record DelegationSigner(
            @Schema(examples = "60485") int keyTag,
            @Schema(examples = "13") int algorithm,
            @Schema(examples = "2") int digestType,
            String digest,
            String text) {}

    /**
     * The records for the key of a zone.
     *
     * @param publicKey in base64
     */
    public static ParentRecords of(DnsName zone, String publicKey) {
        DNSKEYRecord key = new DNSKEYRecord(
                name(zone),
                DClass.IN,
                0,
                FLAGS,
                DNSKEYRecord.Protocol.DNSSEC,
                ALGORITHM,
                Base64.getDecoder().decode(publicKey));
        String text = "%s IN DNSKEY %d %d %d %s"
                .formatted(zone.absolute(), FLAGS, DNSKEYRecord.Protocol.DNSSEC, ALGORITHM, publicKey);
        return new ParentRecords(
                new Dnskey(FLAGS, DNSKEYRecord.Protocol.DNSSEC, ALGORITHM, publicKey, text),
                DIGESTS.stream()
                        .map(digest -> signer(zone, new DSRecord(key.getName(), DClass.IN, 0, digest, key)))
                        .toList());
    }

    private static DelegationSigner signer(DnsName zone, DSRecord ds) {
        String digest = HexFormat.of().formatHex(ds.getDigest()).toUpperCase(Locale.ROOT);
        return new DelegationSigner(
                ds.getFootprint(),
                ds.getAlgorithm(),
                ds.getDigestID(),
                digest,
                "%s IN DS %d %d %d %s"
                        .formatted(zone.absolute(), ds.getFootprint(), ds.getAlgorithm(), ds.getDigestID(), digest));
    }

    private static Name name(DnsName zone) {
        try {
            return Name.fromString(zone.absolute());
        } catch (TextParseException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
