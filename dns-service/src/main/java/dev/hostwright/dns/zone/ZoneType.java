package dev.hostwright.dns.zone;

/** How a zone's data gets to its name servers. */
public enum ZoneType {
    /** Kept here, and told to secondaries by NOTIFY. */
    MASTER,
    /** Kept here; the name servers read our database. */
    NATIVE,
    /** Transferred from a master elsewhere. */
    SLAVE
}
