/** Databases made ahead of need, so that to give one to a customer is a single transaction. */
@NullMarked
package dev.hostwright.db.pool;

import org.jspecify.annotations.NullMarked;
