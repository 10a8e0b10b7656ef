package dev.hostwright.db.transfer;

import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What is to be imported: an export of any database of the same tenant.
 *
 * @param databaseId the database that was exported; it may be gone
 * @param exportId the export
 */
@Schema(requiredProperties = {"databaseId", "exportId"})
public record ImportRequest(UUID databaseId, UUID exportId) {}
