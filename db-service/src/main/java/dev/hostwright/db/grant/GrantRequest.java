package dev.hostwright.db.grant;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What a login should be able to do in a database. */
@Schema(requiredProperties = "privilege")
public record GrantRequest(Privilege privilege) {}
