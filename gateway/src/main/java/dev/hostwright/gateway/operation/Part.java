package dev.hostwright.gateway.operation;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Set;
import java.util.UUID;

/** What a customer is made of; each part is one step of an operation, and one id at one service. */
@RegisterForReflection
public enum Part {
    @JsonProperty("database")
    DATABASE("database", "databases"),
    @JsonProperty("mail")
    MAIL("mail", "mail-domains"),
    @JsonProperty("dns")
    DNS("dns", "zones"),
    @JsonProperty("mail-records")
    MAIL_RECORDS("mail-records", "zones");

    private final String word;
    private final String collection;

    Part(String word, String collection) {
        this.word = word;
        this.collection = collection;
    }

    /** The name in JSON and in the database. */
    public String word() {
        return word;
    }

    /** Where the resource is, on the gateway and on the service. */
    public String path(UUID id) {
        return "/v1/" + collection + "/" + id;
    }

    /** The parts that are there before this one can be made. */
    Set<Part> needs() {
        return this == MAIL_RECORDS ? Set.of(MAIL, DNS) : Set.of();
    }

    /**
     * The id of this part of a customer, the same whoever computes it (UUID version 5, RFC 9562 section 5.5). The mail
     * records are a part of the zone and go by its id.
     */
    public UUID resourceId(UUID customer) {
        Part named = this == MAIL_RECORDS ? DNS : this;
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            sha1.update(ByteBuffer.allocate(16)
                    .putLong(customer.getMostSignificantBits())
                    .putLong(customer.getLeastSignificantBits())
                    .array());
            ByteBuffer hash = ByteBuffer.wrap(sha1.digest(named.word.getBytes(StandardCharsets.US_ASCII)));
            return new UUID(
                    hash.getLong() & 0xffff_ffff_ffff_0fffL | 0x5000L,
                    hash.getLong() & 0x3fff_ffff_ffff_ffffL | 0x8000_0000_0000_0000L);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static Part of(String word) {
        for (Part part : values()) {
            if (part.word.equals(word)) {
                return part;
            }
        }
        throw new IllegalArgumentException(word);
    }
}
