/** Whose rows a request may see. */
@NullMarked
package dev.hostwright.db.tenant;

import org.jspecify.annotations.NullMarked;
