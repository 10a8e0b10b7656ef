/** What a resource record says: its type, its data, and the one form in which the data is stored. */
@NullMarked
package dev.hostwright.dns.rdata;

import org.jspecify.annotations.NullMarked;
