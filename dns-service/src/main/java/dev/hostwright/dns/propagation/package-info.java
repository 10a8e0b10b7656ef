/** How name servers learn of a change: told after the commit, from rows, and asked until they answer it. */
@NullMarked
package dev.hostwright.dns.propagation;

import org.jspecify.annotations.NullMarked;
