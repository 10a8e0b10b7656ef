package dev.hostwright.db.name;

import java.util.regex.Pattern;

/** The name of a database or a role on the server, made by this service: it may enter SQL, quoted. */
public record PhysicalName(String value) {

    private static final Pattern FORM = Pattern.compile("[a-z][a-z0-9_]{0,62}");

    public PhysicalName {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("not a name that this service gives");
        }
    }

    /** The group of this database that owns what is in it. */
    public PhysicalName owners() {
        return new PhysicalName(value + "_own");
    }

    /** The group of this database that reads and writes. */
    public PhysicalName writers() {
        return new PhysicalName(value + "_rw");
    }

    /** The group of this database that reads. */
    public PhysicalName readers() {
        return new PhysicalName(value + "_ro");
    }

    /** As an SQL identifier. */
    public String quoted() {
        return '"' + value + '"';
    }

    @Override
    public String toString() {
        return value;
    }
}
