/** Lists a page at a time, by key and never by offset. */
@NullMarked
package dev.hostwright.mail.page;

import org.jspecify.annotations.NullMarked;
