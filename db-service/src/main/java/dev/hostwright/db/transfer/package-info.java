/** Exports of databases to files, and imports of these, by PostgreSQL's own programs. */
@NullMarked
package dev.hostwright.db.transfer;

import org.jspecify.annotations.NullMarked;
