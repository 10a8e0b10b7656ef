/** The DNS service: authoritative zones and their RRsets, kept in PostgreSQL. */
@NullMarked
package dev.hostwright.dns;

import org.jspecify.annotations.NullMarked;
