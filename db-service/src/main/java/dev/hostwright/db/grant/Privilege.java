package dev.hostwright.db.grant;

/** What a login may do in a database; each holds for what is made there later, too. */
public enum Privilege {
    /** Everything but to drop, rename or open up the database itself. */
    OWNER,
    /** Read and change rows. */
    READ_WRITE,
    /** Read rows. */
    READ_ONLY,
    /** Get in, and see what the owner grants by SQL. */
    CONNECT;

    boolean isLowerThan(Privilege other) {
        return ordinal() > other.ordinal();
    }
}
