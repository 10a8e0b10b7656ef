/** What a login may do in a database. */
@NullMarked
package dev.hostwright.db.grant;

import org.jspecify.annotations.NullMarked;
