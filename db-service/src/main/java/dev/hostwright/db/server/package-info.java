/** The PostgreSQL servers that the customers' databases are on, and which tenant is on which. */
@NullMarked
package dev.hostwright.db.server;

import org.jspecify.annotations.NullMarked;
