package dev.hostwright.db.transfer;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** How far an export or import is. */
@Schema(
        type = SchemaType.STRING,
        enumeration = {"queued", "running", "done", "failed"})
public enum TransferStatus {
    /** Until it is its turn: so many run at once, and one of a tenant's. */
    QUEUED,
    RUNNING,
    DONE,
    /** There is no file, and nothing in the database, unless the error is {@code interrupted}. */
    FAILED;

    @JsonValue
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static TransferStatus of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
