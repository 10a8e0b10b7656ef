/** Customers who keep others waiting for a lock. */
@NullMarked
package dev.hostwright.db.holdup;

import org.jspecify.annotations.NullMarked;
