/** Finishes what was begun and not ended, by this replica or another. */
@NullMarked
package dev.hostwright.db.reconcile;

import org.jspecify.annotations.NullMarked;
