/** The rule that only the newest owner of an operation may write. */
@NullMarked
package dev.hostwright.dns.fence;

import org.jspecify.annotations.NullMarked;
