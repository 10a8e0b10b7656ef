/** Whose rows a request may see, and the transaction that shows no others. */
@NullMarked
package dev.hostwright.db.tenant;

import org.jspecify.annotations.NullMarked;
