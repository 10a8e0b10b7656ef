package dev.hostwright.db.transfer;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** In which direction. */
@Schema(
        type = SchemaType.STRING,
        enumeration = {"export", "import"})
public enum TransferKind {
    EXPORT,
    IMPORT;

    @JsonValue
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static TransferKind of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
