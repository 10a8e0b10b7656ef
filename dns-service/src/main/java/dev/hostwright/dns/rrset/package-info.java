/** Changes to the records of a zone: by record, by RRset and by group, over one store. */
@NullMarked
package dev.hostwright.dns.rrset;

import org.jspecify.annotations.NullMarked;
