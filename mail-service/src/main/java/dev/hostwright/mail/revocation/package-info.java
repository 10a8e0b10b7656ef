/** Ending what is open for a mailbox that was switched off, deleted or given a new password. */
@NullMarked
package dev.hostwright.mail.revocation;

import org.jspecify.annotations.NullMarked;
