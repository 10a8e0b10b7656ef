package dev.hostwright.db.database;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.hostwright.db.problem.Fault;
import java.util.Arrays;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** How a database is; making one is a single transaction, so none is seen on the way in. */
@Schema(
        type = SchemaType.STRING,
        enumeration = {"active", "failed", "deleting", "deleted"})
public enum DatabaseStatus {
    ACTIVE,
    /** It is in our books and not on the server any more, or unusable there. */
    FAILED,
    /** On its way out; DELETE may be sent again. */
    DELETING,
    /** Deleted, and kept for a while; nobody gets in, and it is seen in the list of these only. */
    DELETED;

    @JsonValue
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The status that a list is asked for. */
    static DatabaseStatus fromString(String word) {
        return Arrays.stream(values())
                .filter(status -> status.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new Fault.Malformed("status", "A status is active, failed, deleting or deleted.")
                        .toException());
    }

    static DatabaseStatus of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
