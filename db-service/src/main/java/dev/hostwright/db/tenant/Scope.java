package dev.hostwright.db.tenant;

import org.jspecify.annotations.Nullable;

/**
 * Whose rows are visible: one tenant's, or, for an operator and for background work, everybody's.
 *
 * @param tenant the tenant's number, or null for all; null as an SQL parameter too: {@code ($1::bigint IS NULL OR
 *     tenant_id = $1)}
 */
public record Scope(@Nullable Long tenant) {

    public static final Scope ALL = new Scope(null);

    public static Scope of(long tenant) {
        return new Scope(tenant);
    }

    /** What {@code app.tenant} is set to; the row-level security policies read it. */
    public String setting() {
        return tenant == null ? "*" : tenant.toString();
    }
}
