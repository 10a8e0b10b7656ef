/** Lists a page at a time, by key and never by offset. */
@NullMarked
package dev.hostwright.gateway.page;

import org.jspecify.annotations.NullMarked;
