package dev.hostwright.db.transfer;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Why an export or import failed.
 *
 * @param code {@code refused} (by PostgreSQL, the message says why), {@code too-large}, {@code too-long},
 *     {@code interrupted}, {@code closed}, {@code export-gone}, or {@code failed}: this service could not, and its log
 *     says why
 * @param message for a person
 */
@Schema(requiredProperties = {"code", "message"})
public record TransferError(String code, String message) {

    /** Nobody knows whether the last thing that an import did was its commit. */
    static TransferError interrupted(TransferKind kind) {
        return new TransferError(
                "interrupted",
                switch (kind) {
                    case EXPORT -> "The service was stopped in the middle; ask for it again.";
                    case IMPORT ->
                        "The service was stopped in the middle. All of it is in the database, or nothing: look which.";
                });
    }
}
