/** Forwarders: addresses that pass mail on, without ever going round in a circle. */
@NullMarked
package dev.hostwright.mail.forwarder;

import org.jspecify.annotations.NullMarked;
