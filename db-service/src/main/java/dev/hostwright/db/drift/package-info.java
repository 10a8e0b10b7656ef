/** Where the server is not as our books say. */
@NullMarked
package dev.hostwright.db.drift;

import org.jspecify.annotations.NullMarked;
