package dev.hostwright.dns.rdata;

import com.fasterxml.jackson.annotation.JsonCreator;
import dev.hostwright.dns.problem.Fault;
import java.util.Arrays;
import java.util.Locale;

/** The types of records that are taken. */
public enum RRType {
    A,
    AAAA,
    CAA,
    CNAME,
    MX,
    NS,
    PTR,
    SOA,
    SRV,
    TXT;

    /** Reads a type's mnemonic in any case; the numbers of RFC 3597 and what only servers make are refused. */
    @JsonCreator
    public static RRType fromString(String text) {
        String name = text.toUpperCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(type -> type.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new Fault.Malformed("type", "The type is one of " + Arrays.toString(values()) + ".")
                        .toException());
    }

    /** The number of records of this type at one name is one at most. */
    public boolean isSingle() {
        return this == CNAME || this == SOA;
    }
}
