package dev.hostwright.db.quota;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** How far a database has come with its quota. */
@Schema(
        type = SchemaType.STRING,
        enumeration = {"within", "warned", "restricted", "suspended"})
public enum QuotaStep {
    WITHIN,
    /** It is nearly full; nothing is taken away. */
    WARNED,
    /** It is full: its logins may read and delete, and nothing else. */
    RESTRICTED,
    /** It is much too full, or has been full for too long: nobody gets in. */
    SUSPENDED;

    @JsonValue
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static QuotaStep of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }

    /** Whether nothing is to be added. */
    public boolean isOver() {
        return this == RESTRICTED || this == SUSPENDED;
    }
}
