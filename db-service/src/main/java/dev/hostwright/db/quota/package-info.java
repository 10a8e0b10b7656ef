/** How much a database holds against how much it may, and what is done when it is too much. */
@NullMarked
package dev.hostwright.db.quota;

import org.jspecify.annotations.NullMarked;
