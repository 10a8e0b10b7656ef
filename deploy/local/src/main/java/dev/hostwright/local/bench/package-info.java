/** What the scripts of {@code deploy/bench} measure, each time beside something else in the same run. */
@NullMarked
package dev.hostwright.local.bench;

import org.jspecify.annotations.NullMarked;
