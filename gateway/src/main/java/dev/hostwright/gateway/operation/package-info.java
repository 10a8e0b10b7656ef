/** Operations: what is being made or unmade for a customer, how far it is, and the decision what comes next. */
@NullMarked
package dev.hostwright.gateway.operation;

import org.jspecify.annotations.NullMarked;
