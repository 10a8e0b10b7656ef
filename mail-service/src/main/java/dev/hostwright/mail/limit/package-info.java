/** How much a mail domain may have, and that no two requests take the last of it. */
@NullMarked
package dev.hostwright.mail.limit;

import org.jspecify.annotations.NullMarked;
