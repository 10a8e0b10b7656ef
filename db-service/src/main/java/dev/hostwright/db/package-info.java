/** The database service: PostgreSQL databases and roles of customers. */
@NullMarked
package dev.hostwright.db;

import org.jspecify.annotations.NullMarked;
