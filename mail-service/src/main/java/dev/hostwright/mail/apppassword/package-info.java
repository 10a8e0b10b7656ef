/** Passwords of a mailbox for one program each, that end without the others. */
@NullMarked
package dev.hostwright.mail.apppassword;

import org.jspecify.annotations.NullMarked;
