/** Extensions of PostgreSQL that a customer may have in his database. */
@NullMarked
package dev.hostwright.db.extension;

import org.jspecify.annotations.NullMarked;
