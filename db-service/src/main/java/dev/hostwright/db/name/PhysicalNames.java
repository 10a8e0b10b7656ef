package dev.hostwright.db.name;

import dev.hostwright.db.DbConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;

/** The names that things have on the server. */
@ApplicationScoped
public class PhysicalNames {

    /** RFC 4648's base 32, in lower case: nothing in it is ever quoted or folded. */
    private static final String BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

    private static final int LENGTH = 20;

    private final SecureRandom random = new SecureRandom();
    private final DbConfig config;

    PhysicalNames(DbConfig config) {
        this.config = config;
    }

    /** What a customer's database or login is called on the server. */
    public PhysicalName of(Identifier name) {
        return switch (config.names()) {
            case EXACT -> new PhysicalName(name.value());
            case OPAQUE -> new PhysicalName("c_" + random());
        };
    }

    /** A name for a database that is made ahead of need, never used before: 100 random bits. */
    public PhysicalName ofPoolItem() {
        return new PhysicalName("pool_" + random());
    }

    /** A name for a login that is there for one export or import; no customer's name begins so. */
    public PhysicalName ofTransfer() {
        return new PhysicalName("zz_" + random());
    }

    private String random() {
        StringBuilder name = new StringBuilder(LENGTH);
        for (int i = 0; i < LENGTH; i++) {
            name.append(BASE32.charAt(random.nextInt(BASE32.length())));
        }
        return name.toString();
    }
}
