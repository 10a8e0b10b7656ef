/** Zones: one resource, one repository, and the values they exchange. */
@NullMarked
package dev.hostwright.dns.zone;

import org.jspecify.annotations.NullMarked;
