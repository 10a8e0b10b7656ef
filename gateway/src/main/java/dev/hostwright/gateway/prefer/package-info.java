/** What a client says it would like and could do without (RFC 7240). */
@NullMarked
package dev.hostwright.gateway.prefer;

import org.jspecify.annotations.NullMarked;
