/**
 * The whole system on one machine: an embedded PostgreSQL, a signing key and the four packaged services as child
 * processes. What {@code deploy/up}, {@code deploy/token} and {@code deploy/bench/customer} run, and what the
 * end-to-end tests test against.
 */
@NullMarked
package dev.hostwright.local;

import org.jspecify.annotations.NullMarked;
