/** Mailboxes: addresses, passwords and quotas. */
@NullMarked
package dev.hostwright.mail.mailbox;

import org.jspecify.annotations.NullMarked;
