/** Customers' databases: made from the pool in one transaction, suspended, dropped. */
@NullMarked
package dev.hostwright.db.database;

import org.jspecify.annotations.NullMarked;
