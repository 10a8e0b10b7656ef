/** Which zones are signed, and what their parents have to be told. */
@NullMarked
package dev.hostwright.dns.signing;

import org.jspecify.annotations.NullMarked;
