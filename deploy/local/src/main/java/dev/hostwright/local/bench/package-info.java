/** What {@code deploy/bench/customer} measures: each time against a floor that is measured in the same run. */
@NullMarked
package dev.hostwright.local.bench;

import org.jspecify.annotations.NullMarked;
