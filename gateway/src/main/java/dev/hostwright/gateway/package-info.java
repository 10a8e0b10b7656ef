/** The public API: customers, the operations that make and unmake them, and the way to the services behind. */
@NullMarked
package dev.hostwright.gateway;

import org.jspecify.annotations.NullMarked;
