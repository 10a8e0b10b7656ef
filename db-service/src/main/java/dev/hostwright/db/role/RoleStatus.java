package dev.hostwright.db.role;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** How a login is. */
@Schema(
        type = SchemaType.STRING,
        enumeration = {"active", "failed", "deleting"})
public enum RoleStatus {
    ACTIVE,
    /** It is in our books and not on the server any more. */
    FAILED,
    /** On its way out; DELETE may be sent again. */
    DELETING;

    @JsonValue
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static RoleStatus of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
