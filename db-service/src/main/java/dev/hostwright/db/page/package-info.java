/** Lists a page at a time, by key and never by offset. */
@NullMarked
package dev.hostwright.db.page;

import org.jspecify.annotations.NullMarked;
