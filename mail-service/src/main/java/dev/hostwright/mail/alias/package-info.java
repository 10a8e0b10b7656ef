/** Domains that stand for others. */
@NullMarked
package dev.hostwright.mail.alias;

import org.jspecify.annotations.NullMarked;
