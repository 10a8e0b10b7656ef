/** Keys that sign zones, and the records that are made of them for the parent (RFC 4034, RFC 6605). */
@NullMarked
package dev.hostwright.dns.dnssec;

import org.jspecify.annotations.NullMarked;
