/** Addresses that were deleted, and for a while are given to nobody else. */
@NullMarked
package dev.hostwright.mail.quarantine;

import org.jspecify.annotations.NullMarked;
