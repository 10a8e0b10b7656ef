/** The keys that outgoing mail is signed with, so that other servers believe it (RFC 6376, RFC 8463). */
@NullMarked
package dev.hostwright.mail.dkim;

import org.jspecify.annotations.NullMarked;
