package dev.hostwright.db.isolation;

/** The kinds of login that get into a customer's database. */
enum Attacker {
    /** As it comes in: with the rights of the group that owns what is in the database. */
    OWNER("OWNER"),
    /** The same after {@code SET ROLE NONE}. */
    OWNER_AS_HIMSELF("OWNER"),
    READ_WRITE("READ_WRITE"),
    READ_ONLY("READ_ONLY"),
    CONNECT("CONNECT");

    final String privilege;

    Attacker(String privilege) {
        this.privilege = privilege;
    }

    boolean owns() {
        return privilege.equals("OWNER");
    }
}
