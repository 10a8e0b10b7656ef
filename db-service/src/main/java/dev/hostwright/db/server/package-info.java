/** The PostgreSQL server that the customers' databases are on. */
@NullMarked
package dev.hostwright.db.server;

import org.jspecify.annotations.NullMarked;
