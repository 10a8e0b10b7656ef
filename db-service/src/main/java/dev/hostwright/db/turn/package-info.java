/** Work that only a few may be at, and whose turn it is. */
@NullMarked
package dev.hostwright.db.turn;

import org.jspecify.annotations.NullMarked;
