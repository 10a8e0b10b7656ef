/** The mail service: mail domains, mailboxes and forwarders, kept in PostgreSQL. */
@NullMarked
package dev.hostwright.mail;

import org.jspecify.annotations.NullMarked;
