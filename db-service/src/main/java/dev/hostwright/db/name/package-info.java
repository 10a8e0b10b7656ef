/** What databases and roles may be called, and what they are called on the server. */
@NullMarked
package dev.hostwright.db.name;

import org.jspecify.annotations.NullMarked;
