/** Mail for the addresses of a domain that nobody has. */
@NullMarked
package dev.hostwright.mail.catchall;

import org.jspecify.annotations.NullMarked;
