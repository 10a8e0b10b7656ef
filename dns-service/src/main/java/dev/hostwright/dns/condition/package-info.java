/** Requests that are carried out only while something is still what the caller saw (RFC 9110 section 13). */
@NullMarked
package dev.hostwright.dns.condition;

import org.jspecify.annotations.NullMarked;
