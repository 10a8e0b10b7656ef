/** The logins of customers, and their passwords. */
@NullMarked
package dev.hostwright.db.role;

import org.jspecify.annotations.NullMarked;
