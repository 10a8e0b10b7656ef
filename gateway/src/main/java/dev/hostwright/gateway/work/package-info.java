/** Work on operations: who looks at a row, the shell around the decision, and what is sent to the services. */
@NullMarked
package dev.hostwright.gateway.work;

import org.jspecify.annotations.NullMarked;
