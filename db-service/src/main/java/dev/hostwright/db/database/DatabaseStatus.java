package dev.hostwright.db.database;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** How a database is; making one is a single transaction, so none is seen on the way in. */
@Schema(
        type = SchemaType.STRING,
        enumeration = {"active", "failed", "deleting"})
public enum DatabaseStatus {
    ACTIVE,
    /** It is in our books and not on the server any more, or unusable there. */
    FAILED,
    /** On its way out; DELETE may be sent again. */
    DELETING;

    @JsonValue
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static DatabaseStatus of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
